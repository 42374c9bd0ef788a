using System.Text.Json.Nodes;
using Druid.Api.Schemas;
using Druid.Kubernetes;

namespace Druid.UnitTests.Api;

public class CrdTests
{
    static readonly JsonObject Contract = JsonNode.Parse(File.ReadAllText(Path.Combine(Golden.Root, "tests/data/crd-fields.json")))!.AsObject();

    public static TheoryData<string> Kinds => ["Etcd", "EtcdCopyBackupsTask", "EtcdOpsTask"];

    [Theory, MemberData(nameof(Kinds))]
    public void Names_subresources_and_columns_are_those_of_the_contract(string kind)
    {
        var spec = Crd(kind).ToJson()["spec"]!;
        var version = Assert.Single(spec["versions"]!.AsArray())!;
        var contract = Contract[kind]!;

        Assert.Equal(kind, (string?)spec["names"]!["kind"]);
        Assert.Equal((string?)contract["group"], (string?)spec["group"]);
        Assert.Equal((string?)contract["version"], (string?)version["name"]);
        Assert.Equal((string?)contract["plural"], (string?)spec["names"]!["plural"]);
        Assert.Equal((string?)contract["singular"], (string?)spec["names"]!["singular"]);
        Assert.Equal((string?)contract["scope"], (string?)spec["scope"]);
        Assert.True(JsonNode.DeepEquals(contract["shortNames"], spec["names"]!["shortNames"] ?? new JsonArray()));
        Assert.True(JsonNode.DeepEquals(contract["subresources"], version["subresources"]));
        Assert.True(JsonNode.DeepEquals(contract["printerColumns"], version["additionalPrinterColumns"]));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Fields_are_those_of_the_contract_except_where_the_documentation_says_so(string kind)
    {
        var expected = Contract[kind]!["fields"]!.AsObject().ToDictionary(f => f.Key, f => f.Value!.AsObject());
        var actual = SchemaWalk.Fields(Crd(kind).Schema).Where(f => f.Path is not ("apiVersion" or "kind" or "metadata")).ToDictionary(f => f.Path, f => Facts(f.Schema, f.Required));
        var documented = DocumentedDifferences().Where(d => d.Path.StartsWith($"{kind}.", StringComparison.Ordinal)).ToList();
        var found = (
            from path in expected.Keys.Union(actual.Keys)
            from fact in Keys(expected, path).Union(Keys(actual, path))
            let ours = Fact(actual, path, fact)
            where Fact(expected, path, fact) != ours
            select (Path: $"{kind}.{path}", Fact: $"{fact}: {ours ?? "none"}")).ToList();

        Assert.Empty(found.Where(f => !documented.Any(d => Covers(d, f))).Select(f => $"undocumented: {f}"));
        Assert.Empty(documented.Where(d => !found.Any(f => Covers(d, f))).Select(d => $"documented, but not so: {d}"));
    }

    [Fact]
    public void The_definitions_are_YAML_that_reads_back_as_it_was()
    {
        var read = Yaml.ReadAll(Crds.ToYaml()).Select(document => document.Root).ToArray();

        Assert.Equal(Crds.All.Count, read.Length);
        foreach (var (crd, root) in Crds.All.Zip(read)) Assert.True(JsonNode.DeepEquals(crd.ToJson(), root), crd.Kind);
    }

    // What apiextensions v1 asks of a structural schema: without it no server accepts the definition.
    [Theory, MemberData(nameof(Kinds))]
    public void The_schema_is_structural(string kind)
    {
        foreach (var (path, schema, _) in SchemaWalk.Fields(Crd(kind).Schema))
        {
            Assert.True(schema.Type is not null ^ schema.IntOrString, path);
            Assert.True(schema.Fields.Count == 0 || schema.Values is null, path);
            Assert.Equal(schema.Type == "array", schema.Items is not null);
            if (schema.ListType == "map") Assert.All(schema.ListMapKeys!, key => Assert.True(schema.Items!.Fields.Single(f => f.Name == key) is { Required: true } or { Schema.Default: not null }, path));
            if (schema.ListType == "set") Assert.Equal("string", schema.Items!.Type);
        }
    }

    static Crd Crd(string kind) => Crds.All.Single(crd => crd.Kind == kind);

    // Whether the found difference is the documented one, or within a documented addition.
    static bool Covers((string Path, string Fact) documented, (string Path, string Fact) found) =>
        documented == found || (documented.Fact == "added" && (found.Path == documented.Path || found.Path.StartsWith(documented.Path + ".", StringComparison.Ordinal)));

    // The table in docs/concepts/api.md: fields in the first column, what is different about each in the second.
    static IEnumerable<(string Path, string Fact)> DocumentedDifferences() =>
        from line in File.ReadLines(Path.Combine(Golden.Root, "docs/concepts/api.md"))
        where line.StartsWith("| `Etcd", StringComparison.Ordinal)
        let columns = line.Split('|')
        from path in Quoted(columns[1])
        from fact in Quoted(columns[2])
        select (path, fact);

    static IEnumerable<string> Quoted(string text) => text.Split('`').Where((_, i) => i % 2 == 1);

    static JsonObject Facts(Schema schema, bool required)
    {
        var json = schema.ToJson();
        var facts = new JsonObject { ["type"] = schema.IntOrString ? "int-or-string" : schema.Type };
        foreach (var name in new[] { "format", "enum", "default", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems" })
            if (json[name] is { } value) facts[name] = value.DeepClone();
        if (required) facts["required"] = true;
        if (schema.Pattern is not null) facts["pattern"] = true;
        if (schema.ListType is { } listType) facts["listType"] = listType;
        if (schema.Rules.Count > 0) facts["rules"] = schema.Rules.Count;
        return facts;
    }

    static IEnumerable<string> Keys(Dictionary<string, JsonObject> fields, string path) => fields.TryGetValue(path, out var facts) ? facts.Select(f => f.Key) : [];

    static string? Fact(Dictionary<string, JsonObject> fields, string path, string fact) => fields.GetValueOrDefault(path)?[fact]?.ToJsonString().Replace("\"", "", StringComparison.Ordinal);
}
