using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Druid.Kubernetes;
using Druid.Kubernetes.Resources;

namespace Druid.Cli.Output;

/// <summary>How results are written: tables for people, JSON and YAML for scripts.</summary>
static class Format
{
    const string Json = "json", YamlName = "yaml";

    /// <summary>The option <c>-o</c>, one for each command.</summary>
    public static Option<string?> Option()
    {
        var option = new Option<string?>("--output", "-o") { Description = "json or yaml, for scripts; a table unless given." };
        option.AcceptOnlyFromAmong(Json, YamlName);
        return option;
    }

    /// <summary>Writes an object as it is.</summary>
    public static void One<T>(Terminal terminal, string format, T resource) where T : class, IResource<T> => Write(terminal, format, JsonNode.Parse(T.Type.ToJson(resource))!);

    /// <summary>Writes objects as a list, which kubectl reads too.</summary>
    public static void Many(Terminal terminal, string format, IEnumerable<JsonNode> resources) => Write(terminal, format, new JsonObject
    {
        ["apiVersion"] = "v1",
        ["kind"] = "List",
        ["items"] = new JsonArray([.. resources]),
    });

    /// <summary>An object as a node.</summary>
    public static JsonNode Node<T>(T resource) where T : class, IResource<T> => JsonNode.Parse(T.Type.ToJson(resource))!;

    static void Write(Terminal terminal, string format, JsonNode node)
    {
        if (format == YamlName)
        {
            terminal.Output.Write(Yaml.Write(node));
            return;
        }
        using var text = new MemoryStream();
        using (var writer = new Utf8JsonWriter(text, new() { Indented = true }))
        {
            node.WriteTo(writer);
        }
        terminal.Line(System.Text.Encoding.UTF8.GetString(text.ToArray()));
    }
}
