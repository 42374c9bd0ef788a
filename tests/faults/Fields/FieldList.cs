using System.Text.Json.Nodes;

namespace Druid.FaultTests.Fields;

/// <summary>Every field that an Etcd's spec has by the contract.</summary>
static class FieldList
{
    /// <summary>All values of all fields.</summary>
    public static IReadOnlyList<Sample> Samples { get; } = [.. Read()];

    static IEnumerable<Sample> Read()
    {
        var list = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "crd-fields.json")))!;
        foreach (var (path, field) in list["Etcd"]!["fields"]!.AsObject().Where(f => f.Key.StartsWith("spec.", StringComparison.Ordinal)))
        {
            foreach (var sample in Fields.Samples.Of(path, field!.AsObject())) yield return sample;
        }
    }
}
