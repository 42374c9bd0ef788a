using Druid.Api.Schemas;

namespace Druid.UnitTests.Api;

/// <summary>Every value that a schema describes, with its path: map values end in .*, list items in [].</summary>
static class SchemaWalk
{
    public static IEnumerable<(string Path, Schema Schema, bool Required)> Fields(Schema schema, string path = "")
    {
        foreach (var field in schema.Fields)
        {
            var at = path.Length == 0 ? field.Name : $"{path}.{field.Name}";
            yield return (at, field.Schema, field.Required);
            foreach (var below in Fields(field.Schema, at)) yield return below;
        }
        if (schema.Values is { } values)
        {
            yield return ($"{path}.*", values, false);
            foreach (var below in Fields(values, $"{path}.*")) yield return below;
        }
        if (schema.Items is { } items)
        {
            yield return ($"{path}[]", items, false);
            foreach (var below in Fields(items, $"{path}[]")) yield return below;
        }
    }
}
