using Druid.Kubernetes.Resources;

namespace Druid.UnitTests.Kubernetes;

/// <summary>Objects for tests.</summary>
static class Sample
{
    public static ConfigMap ConfigMap(string name, string version = "1", string? uid = null, string ns = "ns") => new()
    {
        Metadata = new() { Namespace = ns, Name = name, Uid = uid ?? $"uid-{name}", ResourceVersion = version },
    };

    public static string Json(string name, string version = "1", string? uid = null) =>
        $$"""{"kind":"ConfigMap","apiVersion":"v1","data":{"key":"value of {{name}}"},"metadata":{"namespace":"ns","name":"{{name}}","uid":"{{uid ?? $"uid-{name}"}}","resourceVersion":"{{version}}" } }""";

    public static string List(string version, params string[] items) => ListPage(version, "", items);

    public static string ListPage(string version, string next, params string[] items) =>
        $$"""{"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"{{version}}","continue":"{{next}}"},"items":[{{string.Join(',', items)}}]}""";
}
