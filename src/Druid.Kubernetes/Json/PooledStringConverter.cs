using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Druid.Kubernetes.Json;

/// <summary>
/// Reads strings through a small cache, so that the same label, image or owner in ten thousand objects is one string. Register
/// it in a JSON context (<c>Converters = [typeof(PooledStringConverter)]</c>); a cache is as old and as shared as its context.
/// </summary>
/// <remarks>
/// The cache has a fixed number of slots and the newest string wins its slot: it cannot grow, needs no lock (a slot is one
/// reference, and every reference in it is right), and a lost race costs no more than a second copy.
/// </remarks>
public sealed class PooledStringConverter : JsonConverter<string>
{
    const int Slots = 1 << 13;
    const int LongestPooled = 128;

    readonly string?[] _slots = new string?[Slots];

    /// <inheritdoc/>
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String) throw new JsonException($"Expected a string, found {reader.TokenType}.");
        return Pooled(ref reader);
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(value);
    }

    /// <inheritdoc/>
    public override string ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Pooled(ref reader);

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, string value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WritePropertyName(value);
    }

    string Pooled(ref Utf8JsonReader reader)
    {
        if (reader.HasValueSequence || reader.ValueIsEscaped || reader.ValueSpan.Length > LongestPooled) return reader.GetString()!;

        var utf8 = reader.ValueSpan;
        if (utf8.IsEmpty) return "";
        var hash = new HashCode();
        hash.AddBytes(utf8);
        ref var slot = ref _slots[hash.ToHashCode() & (Slots - 1)];

        var candidate = Volatile.Read(ref slot);
        if (candidate is not null && Same(candidate, utf8)) return candidate;
        candidate = Encoding.UTF8.GetString(utf8);
        Volatile.Write(ref slot, candidate);
        return candidate;
    }

    // Only ASCII is compared, and only ASCII is ever a repeated name here: anything else is simply read again.
    static bool Same(string text, ReadOnlySpan<byte> utf8) => text.Length == utf8.Length && Ascii.Equals(utf8, text);
}
