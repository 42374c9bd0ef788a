using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Druid.Kubernetes.Resources;
using Druid.Operator.Configuration;
using Druid.UnitTests.Api;

namespace Druid.UnitTests.Operator;

/// <summary>The reference of the configuration is written from its types: fields, defaults, and the comments on them.</summary>
public sealed partial class ConfigurationReferenceTests
{
    [Fact]
    public void The_reference_tells_every_field_with_its_default()
    {
        var text = new StringBuilder("""
            # The operator's configuration

            <!-- Made from src/Druid.Operator/Configuration; a unit test with UPDATE_GOLDEN=1 writes it anew. -->

            One YAML file, `druid-operator run --config FILE`; the chart's value `config` goes into it. What is not said keeps its
            default. Everything that cannot be used is told at once, each with file, field and remedy, and the program ends with
            code 2. A file of the reference operator is understood as it is: `apiVersion`, `kind`, `clientConnection.contentType`,
            `clientConnection.acceptContentTypes` and `leaderElection.resourceLock` may be there and change nothing.

            | field | type | default | |
            |---|---|---|---|

            """);
        var defaults = JsonSerializer.SerializeToNode(new OperatorConfiguration(), ConfigurationJson.Default.OperatorConfiguration)!.AsObject();
        Write(text, ConfigurationJson.Default.OperatorConfiguration, defaults, "", Comments());
        text.Append("""

            Environment: `IMAGEVECTOR_OVERWRITE` names a file that overrides images; `KUBECONFIG` one that leads to the cluster, where
            there is no service account. Flags: `druid-operator run --help`.

            """);
        Golden.Same("docs/operations/configuration.md", text.ToString());
    }

    static void Write(StringBuilder text, JsonTypeInfo type, JsonObject? defaults, string path, IReadOnlyDictionary<string, string> comments)
    {
        foreach (var property in type.Properties)
        {
            var field = path.Length == 0 ? property.Name : $"{path}.{property.Name}";
            var member = (MemberInfo)property.AttributeProvider!;
            var comment = comments[$"{member.DeclaringType!.FullName}.{member.Name}"].Replace("|", "\\|", StringComparison.Ordinal);
            var inner = ConfigurationJson.Default.GetTypeInfo(Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType)!;
            if (inner.Kind == JsonTypeInfoKind.Object)
            {
                text.Append($"| `{field}` | | | **{comment}** |\n");
                Write(text, inner, defaults?[property.Name] as JsonObject, field, comments);
                continue;
            }
            text.Append($"| `{field}` | {Name(inner)} | {Default(defaults?[property.Name])} | {comment} |\n");
        }
    }

    static string Default(JsonNode? value) => value switch
    {
        null or JsonObject { Count: 0 } or JsonArray { Count: 0 } => "",
        JsonArray list => string.Join(", ", list.Select(item => $"`{item}`")),
        _ when value.ToString().Length == 0 => "",
        _ => $"`{value}`",
    };

    static string Name(JsonTypeInfo type) => type.Type switch
    {
        var t when t == typeof(bool) => "boolean",
        var t when t == typeof(Duration) => "duration",
        var t when t == typeof(string) => "text",
        var t when t == typeof(double) => "number",
        var t when t == typeof(int) || t == typeof(long) => "whole number",
        _ => type.Kind == JsonTypeInfoKind.Dictionary ? "map to booleans" : "list of texts",
    };

    static Dictionary<string, string> Comments() => XDocument.Load(Path.Combine(AppContext.BaseDirectory, "druid-operator.xml")).Descendants("member")
        .Where(m => m.Attribute("name")!.Value.StartsWith("P:", StringComparison.Ordinal) && m.Element("summary") is not null)
        .ToDictionary(m => m.Attribute("name")!.Value[2..], m => Blanks().Replace(string.Concat(m.Element("summary")!.Nodes().Select(Text)), " ").Trim());

    static string Text(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
        XElement { Name.LocalName: "see" } see => $"`{see.Attribute("cref")?.Value.Split('.')[^1]}`",
        _ => "",
    };

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
