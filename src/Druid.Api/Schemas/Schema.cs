using System.Text.Json.Nodes;

namespace Druid.Api.Schemas;

/// <summary>What may be written for a value: a structural schema as CustomResourceDefinitions carry it. Parts that are null or false are absent.</summary>
public sealed record Schema
{
    /// <summary>object, array, string, integer or boolean; null where <see cref="IntOrString"/> says it.</summary>
    public string? Type { get; init; }

    /// <summary>Which strings or integers: date-time, int32, int64.</summary>
    public string? Format { get; init; }

    /// <summary>What the value means.</summary>
    public string? Description { get; init; }

    /// <summary>The fields of an object, in the order of their declaration.</summary>
    public IReadOnlyList<Field> Fields { get; init; } = [];

    /// <summary>The values of a map.</summary>
    public Schema? Values { get; init; }

    /// <summary>The items of a list.</summary>
    public Schema? Items { get; init; }

    /// <summary>The strings among which to choose.</summary>
    public IReadOnlyList<string>? Enum { get; init; }

    /// <summary>What the API server fills in where the value is absent.</summary>
    public JsonNode? Default { get; init; }

    /// <summary>The least number.</summary>
    public long? Minimum { get; init; }

    /// <summary>The greatest number.</summary>
    public long? Maximum { get; init; }

    /// <summary>The least number of characters.</summary>
    public int? MinLength { get; init; }

    /// <summary>The greatest number of characters.</summary>
    public int? MaxLength { get; init; }

    /// <summary>The regular expression that a string matches.</summary>
    public string? Pattern { get; init; }

    /// <summary>The least number of items.</summary>
    public int? MinItems { get; init; }

    /// <summary>The greatest number of items.</summary>
    public int? MaxItems { get; init; }

    /// <summary>The least number of fields.</summary>
    public int? MinProperties { get; init; }

    /// <summary>The greatest number of fields.</summary>
    public int? MaxProperties { get; init; }

    /// <summary>How a list is merged: atomic, set or map.</summary>
    public string? ListType { get; init; }

    /// <summary>The fields that identify an item of a list of type map.</summary>
    public IReadOnlyList<string>? ListMapKeys { get; init; }

    /// <summary>atomic where an object is replaced as a whole when it is merged.</summary>
    public string? MapType { get; init; }

    /// <summary>The value is an integer or a string.</summary>
    public bool IntOrString { get; init; }

    /// <summary>Fields that the schema does not name are kept.</summary>
    public bool PreserveUnknownFields { get; init; }

    /// <summary>What the API server checks with CEL.</summary>
    public IReadOnlyList<CelRule> Rules { get; init; } = [];

    /// <summary>The schema of the field with the given name, or null if there is none.</summary>
    public Schema? this[string field] => Fields.FirstOrDefault(f => f.Name == field)?.Schema;

    /// <summary>The schema with the rules attached where their paths point.</summary>
    /// <param name="rules">Paths are relative to this schema: field names separated by dots, [] for the items of a list.</param>
    /// <exception cref="ArgumentException">A path leads nowhere.</exception>
    public Schema With(IEnumerable<CelRule> rules) => rules.Aggregate(this, (schema, rule) => schema.With(rule, SchemaPath.Parse(rule.At)));

    /// <summary>The schema without any rules.</summary>
    public Schema WithoutRules() => this with
    {
        Rules = [],
        Fields = [.. Fields.Select(field => field with { Schema = field.Schema.WithoutRules() })],
        Values = Values?.WithoutRules(),
        Items = Items?.WithoutRules(),
    };

    Schema With(CelRule rule, ReadOnlySpan<string> path)
    {
        if (path.IsEmpty) return this with { Rules = [.. Rules, rule] };
        if (path[0] == SchemaPath.Items && Items is { } items) return this with { Items = items.With(rule, path[1..]) };
        var fields = Fields.ToArray();
        var name = path[0];
        var at = Array.FindIndex(fields, f => f.Name == name);
        if (at < 0) throw new ArgumentException($"The rule '{rule.Cel}' is for {rule.At}, but there is no {name}.");
        fields[at] = fields[at] with { Schema = fields[at].Schema.With(rule, path[1..]) };
        return this with { Fields = fields };
    }
}

/// <summary>A field of an object.</summary>
/// <param name="Name">Its name in JSON.</param>
/// <param name="Schema">Its value.</param>
/// <param name="Required">Whether it must be present.</param>
public sealed record Field(string Name, Schema Schema, bool Required);

/// <summary>A rule in the Common Expression Language, which API servers from 1.25 on check.</summary>
/// <param name="At">Path of the value for which it holds, such as spec.etcd or spec.store.urls[]; empty for the whole object.</param>
/// <param name="Cel">The expression over self, and oldSelf where the rule is about a change.</param>
/// <param name="Message">What the user is told.</param>
public sealed record CelRule(string At, string Cel, string Message);

static class SchemaPath
{
    public const string Items = "[]";

    public static string[] Parse(string path) => path.Replace(Items, "." + Items, StringComparison.Ordinal).Split('.', StringSplitOptions.RemoveEmptyEntries);
}
