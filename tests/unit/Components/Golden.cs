using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Druid.Api;
using Druid.Kubernetes;
using Druid.Kubernetes.Resources;
using Druid.Operator.Components;
using Druid.Operator.Images;

namespace Druid.UnitTests.Components;

/// <summary>The manifests in tests/data/golden, and what is rendered for them, checked in below rendered/.</summary>
static class Golden
{
    public static ImageVector Images { get; } = ImageVector.Of("registry.local/druid-member:0.1.0", "registry.local/busybox:1.35");

    public static IEnumerable<string> Names => Directory.EnumerateFiles(Root(), "*.yaml").Select(path => Path.GetFileNameWithoutExtension(path)!).Order();

    public static IEnumerable<string> TaskNames =>
        Directory.EnumerateFiles(Path.Combine(Root(), "tasks"), "*.yaml").Select(path => Path.GetFileNameWithoutExtension(path)!).Order();

    /// <summary>
    /// Compares with the checked-in file. After an intended change, regenerate with <c>UPDATE_GOLDEN=1</c> in the environment, and
    /// review the difference: whatever changes in a pod template restarts the members of every running cluster.
    /// </summary>
    public static void Verify(string name, IEnumerable<IResource> objects)
    {
        var rendered = Yaml.WriteAll(objects.Select(Json));
        var file = Path.Combine(Root(), "rendered", $"{name}.yaml");
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1") File.WriteAllText(file, rendered);
        Assert.Equal(File.ReadAllText(file), rendered);
    }

    /// <summary>The Etcd of a manifest, as the API server would hand it out.</summary>
    public static Etcd Etcd(string name)
    {
        var etcd = Etcd(Yaml.Read(File.ReadAllText(Path.Combine(Root(), $"{name}.yaml")))!);
        return etcd with { Metadata = etcd.Metadata with { Uid = "5f0e0a5e-0000-4000-8000-000000000001" } };
    }

    /// <summary>The copy task of a manifest, as the API server would hand it out.</summary>
    public static EtcdCopyBackupsTask Task(string name)
    {
        var task = EtcdCopyBackupsTask.Type.Read(Yaml.Read(File.ReadAllText(Path.Combine(Root(), "tasks", $"{name}.yaml")))!.ToJsonString());
        return task with { Metadata = task.Metadata with { Uid = "5f0e0a5e-0000-4000-8000-000000000002" } };
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
