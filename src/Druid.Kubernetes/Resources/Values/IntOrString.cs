using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Druid.Kubernetes.Resources;

/// <summary>A number, or a text that stands for one: a port by number or name, a count or a percentage.</summary>
[JsonConverter(typeof(IntOrStringConverter))]
public readonly record struct IntOrString
{
    readonly int _number;

    /// <summary>A number.</summary>
    public IntOrString(int number) => _number = number;

    /// <summary>A text.</summary>
    public IntOrString(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Text = text;
    }

    /// <summary>The number; null when it is a text.</summary>
    public int? Number => Text is null ? _number : null;

    /// <summary>The text; null when it is a number.</summary>
    public string? Text { get; }

    /// <summary>A number.</summary>
    public static implicit operator IntOrString(int number) => new(number);

    /// <summary>A text.</summary>
    public static implicit operator IntOrString(string text) => new(text);

    /// <summary>A number.</summary>
    public static IntOrString FromInt32(int number) => new(number);

    /// <summary>A text.</summary>
    public static IntOrString FromString(string text) => new(text);

    /// <summary>The text, or the number in digits.</summary>
    public override string ToString() => Text ?? _number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>JSON of <see cref="IntOrString"/>: a number or a string.</summary>
public sealed class IntOrStringConverter : JsonConverter<IntOrString>
{
    /// <inheritdoc/>
    public override IntOrString Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.Number => new(reader.GetInt32()),
        JsonTokenType.String => new(reader.GetString()!),
        var other => throw new JsonException($"Expected a number or a string, found {other}."),
    };

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, IntOrString value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (value.Number is { } number) writer.WriteNumberValue(number);
        else writer.WriteStringValue(value.Text);
    }
}
