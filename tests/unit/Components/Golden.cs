using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Druid.Api;
using Druid.Kubernetes;
using Druid.Kubernetes.Resources;
using Druid.Operator.Components;
using Druid.Operator.Images;

namespace Druid.UnitTests.Components;

/// <summary>The manifests in tests/data/golden, and what is rendered for them.</summary>
static class Golden
{
    public static ImageVector Images { get; } = ImageVector.Of("registry.local/druid-member:0.1.0", "registry.local/busybox:1.35");

    public static IEnumerable<string> Names => Directory.EnumerateFiles(Root(), "*.yaml").Select(path => Path.GetFileNameWithoutExtension(path)!).Order();

    public static string RenderedFile(string name) => Path.Combine(Root(), "rendered", $"{name}.yaml");

    /// <summary>The Etcd of a manifest, as the API server would hand it out.</summary>
    public static Etcd Etcd(string name)
    {
        var etcd = Etcd(Yaml.Read(File.ReadAllText(Path.Combine(Root(), $"{name}.yaml")))!);
        return etcd with { Metadata = etcd.Metadata with { Uid = "5f0e0a5e-0000-4000-8000-000000000001" } };
    }

    public static Etcd Etcd(JsonNode json) => Druid.Api.Etcd.Type.Read(json.ToJsonString());

    public static RenderContext Context(string name, int? size = null)
    {
        var etcd = Etcd(name);
        return new(etcd, size ?? etcd.Spec.Replicas, Images);
    }

    public static IEnumerable<IResource> Render(RenderContext context) => OwnedComponents.Of(context.Etcd).SelectMany(c => c.Render(context));

    public static T Render<T>(RenderContext context) => Render(context).OfType<T>().Single();

    public static JsonObject Json(IResource resource) => (JsonObject)JsonNode.Parse(Rendered.Visit(resource, new ToJson()))!;

    public static JsonElement Element(JsonNode node) => JsonSerializer.Deserialize<JsonElement>(node);

    static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../data/golden"));

    sealed class ToJson : IRenderedVisitor<string>
    {
        public string Visit<T>(T resource, Func<ObjectMeta, T> with) where T : class, IResource<T> => T.Type.ToJson(resource);
    }
}
