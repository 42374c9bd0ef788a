using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Druid.Kubernetes.Resources;

/// <summary>A span of time in Go's notation, as Kubernetes writes it: <c>1h30m0s</c>, <c>500ms</c>. Exact to the nanosecond, up to 292 years.</summary>
/// <param name="Nanoseconds">Its length.</param>
[JsonConverter(typeof(DurationConverter))]
public readonly record struct Duration(long Nanoseconds) : IComparable<Duration>
{
    const long Microsecond = 1_000;
    const long Millisecond = 1_000_000;
    const long Second = 1_000_000_000;
    const long Minute = 60 * Second;
    const long Hour = 60 * Minute;

    /// <summary>No time at all.</summary>
    public static Duration Zero => default;

    /// <summary>The same span as a <see cref="TimeSpan"/>, cut to its 100 ns.</summary>
    public TimeSpan ToTimeSpan() => TimeSpan.FromTicks(Nanoseconds / 100);

    /// <summary>The same span as a duration.</summary>
    /// <exception cref="OverflowException">It is longer than 292 years.</exception>
    public static Duration FromTimeSpan(TimeSpan span) => new(checked(span.Ticks * 100));

    /// <summary>The same span as a <see cref="TimeSpan"/>, cut to its 100 ns.</summary>
    public static implicit operator TimeSpan(Duration duration) => duration.ToTimeSpan();

    /// <summary>The same span as a duration.</summary>
    public static implicit operator Duration(TimeSpan span) => FromTimeSpan(span);

    /// <summary>Reads a duration.</summary>
    /// <exception cref="FormatException">The text is no duration; the message quotes it and says what one looks like.</exception>
    public static Duration Parse(string text) =>
        TryParse(text, out var duration)
            ? duration
            : throw new FormatException(
                $"'{text}' is not a duration: write numbers with units out of h m s ms us ns, as in 1h30m or 500ms, up to 292 years.");

    /// <summary>Reads a duration, if the text is one.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Duration duration)
    {
        duration = default;
        var rest = text.AsSpan();
        var negative = rest is ['-', ..];
        if (rest is ['+' or '-', ..]) rest = rest[1..];
        if (rest is "0") return true;
        if (rest.IsEmpty) return false;

        BigInteger total = 0;
        while (!rest.IsEmpty)
        {
            if (!TryTerm(ref rest, out var nanoseconds)) return false;
            total += nanoseconds;
        }
        if (negative) total = -total;
        if (total < long.MinValue || total > long.MaxValue) return false;
        duration = new((long)total);
        return true;
    }

    /// <summary>The text Go writes: <c>1h30m0s</c>, <c>1.5s</c>, <c>500ms</c>, <c>0s</c>.</summary>
    public override string ToString()
    {
        if (Nanoseconds == 0) return "0s";
        var sign = Nanoseconds < 0 ? "-" : "";
        var size = UInt128.CreateChecked(Int128.Abs(Nanoseconds));
        return sign + (ulong)size switch
        {
            < Microsecond and var n => Text(n, 1, "ns"),
            < Millisecond and var n => Text(n, Microsecond, "µs"),
            < Second and var n => Text(n, Millisecond, "ms"),
            var n => Long(n),
        };
    }

    /// <inheritdoc/>
    public int CompareTo(Duration other) => Nanoseconds.CompareTo(other.Nanoseconds);

    /// <summary>Whether the left one is shorter.</summary>
    public static bool operator <(Duration left, Duration right) => left.Nanoseconds < right.Nanoseconds;

    /// <summary>Whether the left one is longer.</summary>
    public static bool operator >(Duration left, Duration right) => left.Nanoseconds > right.Nanoseconds;

    /// <summary>Whether the left one is not longer.</summary>
    public static bool operator <=(Duration left, Duration right) => left.Nanoseconds <= right.Nanoseconds;

    /// <summary>Whether the left one is not shorter.</summary>
    public static bool operator >=(Duration left, Duration right) => left.Nanoseconds >= right.Nanoseconds;

    static bool TryTerm(scoped ref ReadOnlySpan<char> rest, out BigInteger nanoseconds)
    {
        nanoseconds = 0;
        var whole = Take(ref rest, "0123456789");
        var fraction = ReadOnlySpan<char>.Empty;
        if (rest is ['.', ..])
        {
            rest = rest[1..];
            fraction = Take(ref rest, "0123456789");
        }
        if (whole.IsEmpty && fraction.IsEmpty) return false;
        if (UnitOf(Take(ref rest, "nuµμmsh")) is not { } unit) return false;
        // In floating point and over as many digits as fit, as Go does it: 0.3333333333333333333h is twenty minutes.
        if (fraction.Length > 19) fraction = fraction[..19];
        if (!long.TryParse(fraction, CultureInfo.InvariantCulture, out var digits) && fraction.Length == 19)
        {
            fraction = fraction[..18];
            digits = long.Parse(fraction, CultureInfo.InvariantCulture);
        }
        var part = (long)(digits * (unit / Math.Pow(10, fraction.Length)));
        nanoseconds = BigInteger.Parse($"0{whole}", CultureInfo.InvariantCulture) * unit + part;
        return true;
    }

    static ReadOnlySpan<char> Take(scoped ref ReadOnlySpan<char> rest, ReadOnlySpan<char> allowed)
    {
        var end = rest.IndexOfAnyExcept(allowed);
        var taken = end < 0 ? rest : rest[..end];
        rest = rest[taken.Length..];
        return taken;
    }

    static long? UnitOf(ReadOnlySpan<char> unit) => unit switch
    {
        "ns" => 1,
        "us" or "µs" or "μs" => Microsecond,
        "ms" => Millisecond,
        "s" => Second,
        "m" => Minute,
        "h" => Hour,
        _ => null,
    };

    static string Long(ulong n)
    {
        var text = new StringBuilder();
        if (n >= Hour) text.Append(CultureInfo.InvariantCulture, $"{n / Hour}h");
        if (n >= Minute) text.Append(CultureInfo.InvariantCulture, $"{n % Hour / Minute}m");
        return text.Append(Text(n % Minute, Second, "s")).ToString();
    }

    static string Text(ulong n, ulong unit, string name)
    {
        var fraction = (n % unit).ToString(CultureInfo.InvariantCulture).PadLeft((int)Math.Log10(unit), '0').TrimEnd('0');
        var whole = (n / unit).ToString(CultureInfo.InvariantCulture);
        return fraction.Length == 0 ? whole + name : $"{whole}.{fraction}{name}";
    }
}

/// <summary>JSON of <see cref="Duration"/>: a string.</summary>
public sealed class DurationConverter : JsonConverter<Duration>
{
    /// <inheritdoc/>
    public override Duration Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String) throw new JsonException($"Expected a duration, found {reader.TokenType}.");
        var text = reader.GetString();
        return Duration.TryParse(text, out var duration) ? duration : throw new JsonException($"'{text}' is not a duration.");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Duration value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(value.ToString());
    }
}
