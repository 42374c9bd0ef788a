using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Druid.Api.Schemas;
using Druid.Api.Validation;
using Druid.Kubernetes;

namespace Druid.EnvtestTests.Api;

/// <summary>A file of tests/data/manifests: an object, before it in its own document what it replaces, if it is about a change, and the errors that it must give.</summary>
sealed record Manifest(string Name, JsonNode Now, JsonNode? Old, IReadOnlyList<string> Errors)
{
    /// <summary>The definition of the object's kind; null where it is no kind of this API, or has no name, so that a server would look no further.</summary>
    public Crd? Crd => Crds.All.FirstOrDefault(crd => crd.Kind == (string?)Now["kind"] && Now["metadata"]?["name"] is not null);

    /// <summary>Whether the object is one of this API and breaks its schema.</summary>
    public bool BreaksSchema => Crd is { } crd && SchemaCheck.Errors(crd.Schema, Now).Any();

    /// <summary>All manifests of a folder.</summary>
    public static IEnumerable<Manifest> Load(string folder, [CallerFilePath] string here = "") =>
        from path in Directory.GetFiles(Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../data/manifests", folder)), "*.yaml").Order()
        let text = File.ReadAllText(path)
        let documents = Yaml.ReadAll(text)
        select new Manifest(
            Path.GetFileNameWithoutExtension(path), documents[^1].Root, documents.Count > 1 ? documents[0].Root : null,
            [.. text.Split('\n').Where(line => line.StartsWith("# error: ", StringComparison.Ordinal))]);
}
