using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Druid.Kubernetes.Json;

/// <summary>Kubernetes' <c>Time</c>: written in UTC to the second; any RFC 3339 time is read.</summary>
public sealed class TimeConverter : JsonConverter<DateTimeOffset>
{
    /// <inheritdoc/>
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Rfc3339.Read(ref reader);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        Rfc3339.Write(writer, value, "yyyy-MM-dd'T'HH:mm:ss'Z'");
}

/// <summary>Kubernetes' <c>MicroTime</c>, as in leases: written with six decimals, which servers insist on; any RFC 3339 time is read.</summary>
public sealed class MicroTimeConverter : JsonConverter<DateTimeOffset>
{
    /// <inheritdoc/>
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Rfc3339.Read(ref reader);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        Rfc3339.Write(writer, value, "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'");
}

static class Rfc3339
{
    public static DateTimeOffset Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String) throw new JsonException($"Expected a time, found {reader.TokenType}.");
        if (reader.TryGetDateTimeOffset(out var time)) return time;
        var text = reader.GetString();
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time)
            ? time
            : throw new JsonException($"'{text}' is not a time as RFC 3339 writes it (2006-01-02T15:04:05Z).");
    }

    public static void Write(Utf8JsonWriter writer, DateTimeOffset value, string format)
    {
        ArgumentNullException.ThrowIfNull(writer);
        Span<byte> text = stackalloc byte[40];
        value.UtcDateTime.TryFormat(text, out var length, format, CultureInfo.InvariantCulture);
        writer.WriteStringValue(text[..length]);
    }
}
