using System.Text;
using Druid.Api.Schemas;
using Druid.Api.Validation;

namespace Druid.UnitTests.Api;

/// <summary>The reference is made from the declarations that make the definitions and the checks.</summary>
public class ApiReferenceTests
{
    [Fact]
    public void The_reference_is_made_from_the_declarations()
    {
        var text = new StringBuilder("""
            # API reference

            Made from the declarations in `src/Druid.Api`; do not edit. [What the API is about](api.md) is told elsewhere.


            """);
        Write(text, Crds.Etcd, EtcdRules.All);
        Write(text, Crds.EtcdCopyBackupsTask, CopyBackupsTaskRules.All);
        Write(text, Crds.EtcdOpsTask, OpsTaskRules.All);

        Golden.Same("docs/concepts/api-reference.md", text.ToString());
    }

    static void Write<T>(StringBuilder text, Crd crd, IReadOnlyList<Rule<T>> rules) where T : class
    {
        text.Append($"## {crd.Kind}\n\n{crd.Schema.Description}\n\n| field | type | |\n|---|---|---|\n");
        foreach (var (path, schema, required) in SchemaWalk.Fields(crd.Schema).Where(f => f.Path is not ("apiVersion" or "kind" or "metadata") && !f.Path.EndsWith('*') && !f.Path.EndsWith(']')))
            text.Append($"| `{path}` | {Cell(Type(schema))} | {Cell(string.Join(' ', [schema.Description ?? "", .. Limits(schema, required)]).Trim())} |\n");

        text.Append("\nBeyond these, an object must obey:\n\n| rule | what must hold | checked by |\n|---|---|---|\n");
        foreach (var rule in rules)
            text.Append($"| {rule.Name} | {Cell(rule.Message)} | {(rule.Cel.Count > 0 ? "API server, operator" : "operator")} |\n");
        text.Append('\n');
    }

    static string Type(Schema schema) => schema switch
    {
        { IntOrString: true } => "quantity",
        { Type: "array" } => $"list of {Type(schema.Items!)}",
        { Type: "object", Values: { } values } => $"map of {Type(values)}",
        { Pattern: Patterns.Duration or Patterns.DurationOrZero } => "duration",
        { Pattern: Patterns.Cron } => "schedule",
        { Format: "date-time" } => "time",
        _ => schema.Type!,
    };

    static IEnumerable<string> Limits(Schema schema, bool required)
    {
        if (required) yield return "**Required.**";
        if (schema.Default is { } value) yield return $"Filled in with {value} if absent.";
        if (schema.Enum is { } choices) yield return $"One of {string.Join(", ", choices.Select(c => $"`{c}`"))}.";
        if (schema is { Minimum: { } from, Maximum: { } to }) yield return $"From {from} to {to}.";
        else if (schema.Minimum is { } least) yield return $"At least {least}.";
        if (schema is { MinItems: { } few, MaxItems: { } many }) yield return $"{few} to {many} items.";
        else if (schema.MaxItems is { } most) yield return $"At most {most} items.";
        if (schema is { MaxLength: { } length, Pattern: not (Patterns.Duration or Patterns.DurationOrZero) }) yield return $"At most {length} characters.";
    }

    static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
