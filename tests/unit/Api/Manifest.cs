using System.Text.Json.Nodes;
using Druid.Kubernetes;

namespace Druid.UnitTests.Api;

/// <summary>A file of tests/data/manifests: an object, before it in its own document what it replaces, if it is about a change, and the errors that it must give.</summary>
sealed record Manifest(string Name, JsonNode Object, JsonNode? Old, IReadOnlyList<(string Path, string Message)> Errors)
{
    const string ErrorMark = "# error: ";

    /// <summary>Names of the manifests in a folder.</summary>
    public static IEnumerable<string> Names(string folder) =>
        Directory.GetFiles(Path.Combine(Golden.Root, "tests/data/manifests", folder), "*.yaml").Select(Path.GetFileNameWithoutExtension).Order()!;

    public static Manifest Load(string folder, string name)
    {
        var text = File.ReadAllText(Path.Combine(Golden.Root, "tests/data/manifests", folder, $"{name}.yaml"));
        var documents = Yaml.ReadAll(text);
        return new(name, documents[^1].Root, documents.Count > 1 ? documents[0].Root : null,
            [.. text.Split('\n').Where(line => line.StartsWith(ErrorMark, StringComparison.Ordinal)).Select(Error)]);
    }

    static (string, string) Error(string line) => line[ErrorMark.Length..].Split(": ", 2) is [var path, var message]
        ? (path, message)
        : throw new FormatException($"'{line}' must be '{ErrorMark}path: part of the message'.");
}
