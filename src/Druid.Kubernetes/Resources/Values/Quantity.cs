using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Druid.Kubernetes.Resources;

/// <summary>How a <see cref="Quantity"/> is written.</summary>
public enum QuantityFormat
{
    /// <summary>Powers of 1000: <c>500m</c>, <c>1</c>, <c>12k</c>, <c>3M</c>.</summary>
    DecimalSI,

    /// <summary>Powers of 1024: <c>512Ki</c>, <c>8Gi</c>.</summary>
    BinarySI,

    /// <summary>An exponent of ten: <c>12e6</c>.</summary>
    DecimalExponent,
}

/// <summary>
/// An exact amount of a resource in the notation of Kubernetes: <c>8Gi</c>, <c>250m</c>, <c>1e3</c>. As on the API server, an
/// amount has at most nine decimals (finer ones are rounded away from zero) and is at most 2⁶³-1 either way (larger ones are cut).
/// </summary>
/// <remarks>Two quantities are equal when their amounts are: <c>1024Mi</c> equals <c>1Gi</c>.</remarks>
[JsonConverter(typeof(QuantityConverter))]
public readonly struct Quantity : IEquatable<Quantity>, IComparable<Quantity>
{
    const decimal Largest = long.MaxValue;
    const decimal Smallest = 0.000000001m;

    /// <summary>An amount, written in the given way.</summary>
    public Quantity(decimal amount, QuantityFormat format = QuantityFormat.DecimalSI)
    {
        var fitted = Fit(amount);
        Amount = fitted;
        // A part of one cannot be told in powers of 1024.
        Format = format == QuantityFormat.BinarySI && fitted is > 0 and < 1 ? QuantityFormat.DecimalSI : format;
    }

    /// <summary>The amount, in bytes, cores or whatever the quantity counts.</summary>
    public decimal Amount { get; }

    /// <summary>How it is written.</summary>
    public QuantityFormat Format { get; }

    /// <summary>The smallest whole number that is not less than the amount.</summary>
    public long RoundedUp => (long)decimal.Ceiling(Amount);

    /// <summary>A number of bytes, written in powers of 1024.</summary>
    public static Quantity OfBytes(long bytes) => new(bytes, QuantityFormat.BinarySI);

    /// <summary>Reads a quantity.</summary>
    /// <exception cref="FormatException">The text is no quantity; the message quotes it and says what one looks like.</exception>
    public static Quantity Parse(string text) =>
        TryParse(text, out var quantity)
            ? quantity
            : throw new FormatException(
                $"'{text}' is not a quantity: write a number and one of n u m k M G T P E Ki Mi Gi Ti Pi Ei or an exponent, as in 500m, 8Gi or 1e3.");

    /// <summary>Reads a quantity, if the text is one.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Quantity quantity)
    {
        quantity = default;
        var rest = text.AsSpan();
        var negative = rest is ['-', ..];
        if (rest is ['+' or '-', ..]) rest = rest[1..];

        var whole = Digits(ref rest);
        var fraction = ReadOnlySpan<char>.Empty;
        if (rest is ['.', ..])
        {
            rest = rest[1..];
            fraction = Digits(ref rest);
        }
        if (whole.IsEmpty && fraction.IsEmpty) return false;
        if (!TrySuffix(rest, out var numberBase, out var exponent, out var format)) return false;

        var digits = BigInteger.Parse($"0{whole}{fraction}", CultureInfo.InvariantCulture);
        var amount = Scale(digits, fraction.Length, numberBase, exponent);
        quantity = new(negative ? -amount : amount, format);
        return true;
    }

    /// <summary>The text the API server writes for this quantity: <c>8192Mi</c> becomes <c>8Gi</c>, <c>1000m</c> becomes <c>1</c>.</summary>
    public override string ToString()
    {
        if (Amount == 0) return "0";
        return Format switch
        {
            // Below 1024, and where a part of one is left, powers of 1024 would not say it exactly.
            QuantityFormat.BinarySI when decimal.Abs(Amount) >= 1024 && decimal.Truncate(Amount) == Amount => Binary((long)Amount),
            QuantityFormat.DecimalExponent => Decimal(exponent => exponent == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"e{exponent}")),
            _ => Decimal(exponent => DecimalSuffix[(exponent + 9) / 3]),
        };
    }

    /// <inheritdoc/>
    public int CompareTo(Quantity other) => Amount.CompareTo(other.Amount);

    /// <inheritdoc/>
    public bool Equals(Quantity other) => Amount == other.Amount;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Quantity other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Amount.GetHashCode();

    /// <summary>The sum, written as the left one.</summary>
    public Quantity Add(Quantity other) => new(Amount + other.Amount, Format);

    /// <summary>The difference, written as the left one.</summary>
    public Quantity Subtract(Quantity other) => new(Amount - other.Amount, Format);

    /// <summary>A multiple.</summary>
    public Quantity Multiply(decimal factor) => new(Amount * factor, Format);

    /// <inheritdoc cref="Add"/>
    public static Quantity operator +(Quantity left, Quantity right) => left.Add(right);

    /// <inheritdoc cref="Subtract"/>
    public static Quantity operator -(Quantity left, Quantity right) => left.Subtract(right);

    /// <inheritdoc cref="Multiply"/>
    public static Quantity operator *(Quantity left, decimal factor) => left.Multiply(factor);

    /// <summary>Whether the amounts are equal.</summary>
    public static bool operator ==(Quantity left, Quantity right) => left.Equals(right);

    /// <summary>Whether the amounts differ.</summary>
    public static bool operator !=(Quantity left, Quantity right) => !left.Equals(right);

    /// <summary>Whether the left amount is smaller.</summary>
    public static bool operator <(Quantity left, Quantity right) => left.CompareTo(right) < 0;

    /// <summary>Whether the left amount is larger.</summary>
    public static bool operator >(Quantity left, Quantity right) => left.CompareTo(right) > 0;

    /// <summary>Whether the left amount is not larger.</summary>
    public static bool operator <=(Quantity left, Quantity right) => left.CompareTo(right) <= 0;

    /// <summary>Whether the left amount is not smaller.</summary>
    public static bool operator >=(Quantity left, Quantity right) => left.CompareTo(right) >= 0;

    static readonly string[] DecimalSuffix = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
    static readonly string[] BinarySuffix = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

    static ReadOnlySpan<char> Digits(scoped ref ReadOnlySpan<char> rest)
    {
        var end = rest.IndexOfAnyExceptInRange('0', '9');
        var digits = end < 0 ? rest : rest[..end];
        rest = rest[digits.Length..];
        return digits;
    }

    static bool TrySuffix(ReadOnlySpan<char> suffix, out int numberBase, out int exponent, out QuantityFormat format)
    {
        (numberBase, exponent, format) = (10, 0, QuantityFormat.DecimalSI);
        var position = Array.IndexOf(DecimalSuffix, suffix.ToString());
        if (position >= 0)
        {
            exponent = position * 3 - 9;
            return true;
        }
        position = Array.IndexOf(BinarySuffix, suffix.ToString());
        if (position >= 0)
        {
            (numberBase, exponent, format) = (2, position * 10, QuantityFormat.BinarySI);
            return true;
        }
        format = QuantityFormat.DecimalExponent;
        return suffix is ['e' or 'E', ..]
            && int.TryParse(suffix[1..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent);
    }

    // The amount of digits·10^-decimals·base^exponent, not below nine decimals and not above the largest: so a huge exponent
    // never becomes a huge number on the way.
    static decimal Scale(BigInteger digits, int decimals, int numberBase, int exponent)
    {
        if (digits.IsZero) return 0;
        if (numberBase == 2) digits <<= exponent;
        var shift = (numberBase == 10 ? (long)exponent : 0) - decimals + 9; // in billionths
        if (shift > 60) return Largest;
        if (shift < -digits.GetBitLength()) return Smallest;
        var billionths = shift >= 0
            ? digits * BigInteger.Pow(10, (int)shift)
            : DivideUp(digits, BigInteger.Pow(10, (int)-shift));
        var limit = (BigInteger)Largest * 1_000_000_000;
        return (decimal)BigInteger.Min(billionths, limit) / 1_000_000_000m;
    }

    static BigInteger DivideUp(BigInteger value, BigInteger divisor)
    {
        var quotient = BigInteger.DivRem(value, divisor, out var rest);
        return rest.IsZero ? quotient : quotient + 1;
    }

    static decimal Fit(decimal amount)
    {
        if (decimal.Abs(amount) >= Largest) return amount < 0 ? -Largest : Largest;
        var rounded = decimal.Round(amount, 9, amount < 0 ? MidpointRounding.ToNegativeInfinity : MidpointRounding.ToPositiveInfinity);
        return rounded / 1.0000000000000000000000000000m; // drops trailing zeros, so that equal amounts look alike
    }

    static string Binary(long amount)
    {
        var power = 0;
        while (amount % 1024 == 0)
        {
            amount /= 1024;
            power++;
        }
        return amount.ToString(CultureInfo.InvariantCulture) + BinarySuffix[power];
    }

    // The shortest whole number times a power of 1000.
    string Decimal(Func<int, string> suffix)
    {
        var (number, exponent) = ((BigInteger)(Amount * 1_000_000_000m), -9);
        while (exponent < 18 && number % 1000 == 0)
        {
            number /= 1000;
            exponent += 3;
        }
        return number.ToString(CultureInfo.InvariantCulture) + suffix(exponent);
    }
}

/// <summary>JSON of <see cref="Quantity"/>: a string; a bare number is understood.</summary>
public sealed class QuantityConverter : JsonConverter<Quantity>
{
    /// <inheritdoc/>
    public override Quantity Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.TokenType switch
        {
            JsonTokenType.String => reader.GetString()!,
            JsonTokenType.Number => System.Text.Encoding.UTF8.GetString(
                reader.HasValueSequence ? System.Buffers.BuffersExtensions.ToArray(reader.ValueSequence) : reader.ValueSpan),
            var other => throw new JsonException($"Expected a quantity, found {other}."),
        };
        return Quantity.TryParse(text.Trim(), out var quantity) ? quantity : throw new JsonException($"'{text}' is not a quantity.");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Quantity value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(value.ToString());
    }
}
