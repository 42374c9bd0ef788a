using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Druid.Api.Schemas;

namespace Druid.Api.Validation;

/// <summary>Checks JSON against a schema, as the API server does before it stores an object.</summary>
static class SchemaCheck
{
    /// <summary>What breaks the schema. Absent and null are the same; fields that the schema does not name are passed over: see <see cref="UnknownFields"/>.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="value">The value.</param>
    /// <param name="path">Where the value is, for the errors.</param>
    public static IEnumerable<FieldError> Errors(Schema schema, JsonNode? value, string path = "")
    {
        if (value is null) return [];
        if (TypeError(schema, value) is { } message) return [Error(path, value, "type", message)];
        return value switch
        {
            JsonObject fields => ObjectErrors(schema, fields, path),
            JsonArray items => ListErrors(schema, items, path),
            _ => ScalarErrors(schema, (JsonValue)value, path),
        };
    }

    static string? TypeError(Schema schema, JsonNode value)
    {
        var kind = value.GetValueKind();
        if (schema.IntOrString)
            return kind == JsonValueKind.String || IsWhole(value) ? null : "must be a number or a text such as 8Gi; a fraction needs quotes";
        return schema.Type switch
        {
            "object" => kind == JsonValueKind.Object ? null : "must have fields of its own, not a value",
            "array" => kind == JsonValueKind.Array ? null : "must be a list: put a dash before each item",
            "string" => kind == JsonValueKind.String ? null : "must be a text: put it in quotes",
            "boolean" => kind is JsonValueKind.True or JsonValueKind.False ? null : "must be true or false, without quotes",
            "integer" => IsWhole(value) && Fits(schema, value) ? null : $"must be a whole number that fits into {(schema.Format == "int32" ? 32 : 64)} bits, without quotes",
            _ => null,
        };
    }

    static bool IsWhole(JsonNode value) =>
        value.GetValueKind() == JsonValueKind.Number && value.ToJsonString().All(c => char.IsAsciiDigit(c) || c == '-');

    static bool Fits(Schema schema, JsonNode value) =>
        schema.Format == "int32" ? Number(value) is >= int.MinValue and <= int.MaxValue : Number(value) is >= long.MinValue and <= long.MaxValue;

    static decimal? Number(JsonNode value) =>
        decimal.TryParse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    static IEnumerable<FieldError> ObjectErrors(Schema schema, JsonObject value, string path)
    {
        foreach (var field in schema.Fields)
        {
            if (field.Required && value[field.Name] is null)
                yield return new(Join(path, field.Name), null, "required", Missing(field));
            foreach (var error in Errors(field.Schema, value[field.Name], Join(path, field.Name))) yield return error;
        }
        if (schema.Values is { } values)
            foreach (var (name, item) in value)
                foreach (var error in item is null ? [new($"{path}.{name}", null, "empty", "must have a value: write \"\" for an empty one")] : Errors(values, item, $"{path}.{name}"))
                    yield return error;
        // The API server drops unknown fields before it counts.
        var known = schema.Fields.Count(field => value[field.Name] is not null);
        if (known < schema.MinProperties) yield return Error(path, null, "min-properties", $"must have {Fields(schema, schema.MinProperties.Value)}");
        if (known > schema.MaxProperties) yield return Error(path, null, "max-properties", $"must have only {Fields(schema, schema.MaxProperties.Value)}");
    }

    static string Missing(Field field) => field.Schema.Type == "object"
        ? $"must be there: write '{field.Name}: {{}}' if there is nothing to say"
        : "must be there";

    static string Fields(Schema schema, int count) =>
        $"{count} of the fields {string.Join(", ", schema.Fields.Select(f => f.Name))}";

    static IEnumerable<FieldError> ListErrors(Schema schema, JsonArray items, string path)
    {
        if (schema.MinItems is { } min && items.Count < min) yield return Error(path, null, "min-items", $"must have at least {Count(min, "item")}");
        if (schema.MaxItems is { } max && items.Count > max) yield return Error(path, null, "max-items", $"must have at most {Count(max, "item")}, not {items.Count}");
        var seen = new HashSet<string>();
        for (var i = 0; i < items.Count; i++)
        {
            var at = $"{path}[{i}]";
            if (items[i] is null) yield return new(at, null, "required", "must not be empty");
            foreach (var error in Errors(schema.Items!, items[i], at)) yield return error;
            if (Identity(schema, items[i]) is { } identity && !seen.Add(identity)) yield return Error(at, items[i], "duplicate", "must be in the list only once");
        }
    }

    static string? Identity(Schema schema, JsonNode? item) => schema.ListType switch
    {
        "set" => item?.ToJsonString(),
        "map" when item is JsonObject fields => string.Join(' ', schema.ListMapKeys!.Select(key => fields[key]?.ToJsonString())),
        _ => null,
    };

    static IEnumerable<FieldError> ScalarErrors(Schema schema, JsonValue value, string path)
    {
        if (Number(value) is { } number && value.GetValueKind() == JsonValueKind.Number && (number < schema.Minimum || number > schema.Maximum))
            yield return Error(path, value, "range", schema.Maximum is { } max ? $"must be from {schema.Minimum} to {max}" : $"must be at least {schema.Minimum}");
        if (value.GetValueKind() != JsonValueKind.String) yield break;

        var text = value.GetValue<string>();
        if (schema.Enum is { } choices && !choices.Contains(text)) yield return Error(path, value, "enum", $"must be one of {string.Join(", ", choices)}");
        if (schema.MinLength is { } shortest && text.Length < shortest) yield return Error(path, value, "min-length", $"must have at least {Count(shortest, "character")}");
        if (schema.MaxLength is { } longest && text.EnumerateRunes().Count() > longest) yield return Error(path, value, "max-length", $"must have at most {Count(longest, "character")}");
        else if (schema.Pattern is { } pattern && !Matches(pattern, text)) yield return Error(path, value, "pattern", Patterns.Explain(pattern));
        if (schema.Format == "date-time" && !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _))
            yield return Error(path, value, "format", "must be a time such as 2006-01-02T15:04:05Z");
    }

    // In .NET a final $ also stands before a line feed at the end, in the API server's expressions it does not.
    static bool Matches(string pattern, string text) =>
        Regex.Match(text, pattern, RegexOptions.CultureInvariant) is { Success: true } match && match.Length == text.Length;

    static string Count(int count, string what) => count == 1 ? $"{count} {what}" : $"{count} {what}s";

    static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    static FieldError Error(string path, JsonNode? value, string rule, string message) => new(path, value is null ? null : Shown(value), rule, message);

    static string Shown(JsonNode value) => value.GetValueKind() switch
    {
        JsonValueKind.String => Text.Quoted(value.GetValue<string>()),
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        _ => value.ToJsonString(),
    };
}
