using System.Text.Json;
using System.Text.Json.Nodes;
using Druid.Api.Schemas;

namespace Druid.Api.Validation;

/// <summary>Finds fields that a schema does not know. The API server drops them silently; a user who has mistyped one should hear of it.</summary>
public static class UnknownFields
{
    /// <summary>The unknown fields of a value.</summary>
    /// <param name="value">The value, as it was written.</param>
    /// <param name="schema">What may be written.</param>
    /// <returns>An error for each, with the known field that was probably meant.</returns>
    public static IEnumerable<FieldError> In(JsonElement value, Schema schema) =>
        value.ValueKind == JsonValueKind.Object ? In(JsonObject.Create(value), schema) : [];

    /// <inheritdoc cref="In(JsonElement, Schema)"/>
    public static IEnumerable<FieldError> In(JsonNode? value, Schema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return In(value, schema, "");
    }

    static IEnumerable<FieldError> In(JsonNode? value, Schema schema, string path) => value switch
    {
        JsonObject fields when schema.Values is { } values => fields.SelectMany(field => In(field.Value, values, $"{path}.{field.Key}")),
        // An object about whose fields nothing is said, such as metadata, is somebody else's.
        JsonObject fields when schema.Fields.Count > 0 => fields.SelectMany(field => InField(field.Key, field.Value, schema, path.Length == 0 ? field.Key : $"{path}.{field.Key}")),
        JsonArray items when schema.Items is { } each => items.SelectMany((item, i) => In(item, each, $"{path}[{i}]")),
        _ => [],
    };

    static IEnumerable<FieldError> InField(string name, JsonNode? value, Schema parent, string path) =>
        parent[name] is { } schema ? In(value, schema, path)
        : parent.PreserveUnknownFields ? []
        : [new(path, null, "unknown-field", $"is not known: {Advice(name, parent)}")];

    static string Advice(string name, Schema parent)
    {
        var nearest = parent.Fields.Select(f => (f.Name, Distance: Distance(name, f.Name))).MinBy(f => f.Distance);
        return nearest.Distance <= 1 + nearest.Name.Length / 4
            ? $"write {nearest.Name} instead"
            : $"remove it; known here are {string.Join(", ", parent.Fields.Select(f => f.Name))}";
    }

    // Levenshtein's: how many letters to add, remove or replace. A wrong case costs nothing, so that it is always the nearest.
    static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 0; i < left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i + 1;
            for (var j = 0; j < right.Length; j++)
            {
                var replaced = diagonal + (char.ToLowerInvariant(left[i]) == char.ToLowerInvariant(right[j]) ? 0 : 1);
                diagonal = row[j + 1];
                row[j + 1] = Math.Min(replaced, 1 + Math.Min(row[j], row[j + 1]));
            }
        }
        return row[^1];
    }
}
