using System.Text.Json.Nodes;
using Druid.Api;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;
using Druid.Operator.Components;
using Druid.Operator.Images;

namespace Druid.EndToEndTests;

/// <summary>Clusters outlive operators: one of another make, and one of another version.</summary>
[Collection(nameof(Installation))]
public sealed class HandoverTests(Installation druid) : IAsyncLifetime
{
    static readonly TimeSpan Election = TimeSpan.FromSeconds(8);

    const string Deployment = "deployment/druid";

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await Scale(1);
        await druid.CleanUp();
    }

    [Fact]
    public async Task A_cluster_of_the_former_operator_is_taken_over_without_a_restart()
    {
        var images = await Images();
        await Scale(0);
        var key = await druid.Create(3);
        await CreateAsFormerOperator(key, images);
        var before = await Installation.Eventually("three pods are ready without an operator", async () =>
        {
            var pods = await Pods(key);
            return (pods.Count == 3 && pods.All(IsReady) ? pods : null, string.Join(", ", pods.Select(p => $"{p.Metadata.Name} {p.Status?.Phase}")));
        }, TimeSpan.FromMinutes(3), () => Scene.Of(druid.Client, key.Namespace));
        await using var workload = await druid.StartWorkload(key);
        await workload.UntilWritten(50);

        await Scale(1);
        await druid.UntilReady(key, 3);
        Assert.Equal("OnDelete", (await druid.Client.Get<StatefulSet>(key)).Spec!.UpdateStrategy!.Type);
        Assert.Equal(before.Select(p => p.Metadata.Uid).Order(), (await Pods(key)).Select(p => p.Metadata.Uid).Order());

        await druid.Change(key, JsonNode.Parse("""{"annotations":{"rolled":"by its new operator"}}""")!.AsObject());
        await druid.UntilReady(key, 3);
        Assert.All(await Pods(key), p => Assert.Equal("by its new operator", p.Annotation("rolled")));
        Assert.True(workload.LongestGap < Election, $"No write for {workload.LongestGap}.");
        await workload.Verify();
    }

    [Fact]
    public async Task A_scale_out_goes_on_when_the_operator_is_replaced_by_another_version()
    {
        var key = await druid.CreateReady(1);
        await using var workload = await druid.StartWorkload(key);
        await druid.Change(key, new() { ["replicas"] = 3 });
        await druid.Until(key, "growing", e => e.Status.Lifecycle!.Regions.Any(r => r.State.StartsWith("ScalingOut", StringComparison.Ordinal)), TimeSpan.FromMinutes(1));

        var image = (await druid.OperatorPods())[0].Spec!.Containers![0].Image!;
        var other = $"{image}-other";
        await Installation.OnNode("ctr", "--namespace", "k8s.io", "images", "tag", "--force", image, other);
        await druid.KeepOperatorLogs();
        await SetImage(other);
        try
        {
            await Installation.Eventually("the operator of the other image runs alone", async () =>
            {
                var pods = await druid.OperatorPods();
                return (pods is [{ Spec.Containers: [var only] } pod] && only.Image == other && IsReady(pod) ? pod : null, string.Join(", ", pods.Select(p => $"{p.Metadata.Name} {p.Spec?.Containers?[0].Image} {p.Status?.Phase}")));
            }, TimeSpan.FromMinutes(2));
            await druid.UntilReady(key, 3);
            await workload.Verify();
        }
        finally
        {
            await druid.KeepOperatorLogs();
            await SetImage(image);
        }
    }

    // Objects as another operator leaves them: not by server-side apply, without what is Druid's own, and for its own way to roll.
    async Task CreateAsFormerOperator(ObjectKey key, ImageVector images)
    {
        var etcd = await druid.Client.Get<Etcd>(key);
        var context = new RenderContext(etcd, etcd.Spec.Replicas, images) { Server = ServerFeatures.Of(await druid.Client.ServerVersion()), UpdateStrategy = UpdateStrategy.RollingUpdate };
        foreach (var rendered in OwnedComponents.Of(etcd).SelectMany(c => c.Render(context)))
        {
            await Rendered.Visit(rendered, new Creating(druid.Client));
        }
    }

    // Those that the installed operator renders: its arguments say so.
    async Task<ImageVector> Images()
    {
        var arguments = (await druid.Kubectl("get", Deployment, "-n", Installation.OperatorNamespace, "-o", "jsonpath={.spec.template.spec.containers[0].args[*]}")).Split(' ');
        return ImageVector.Of(Argument("--member-image="), Argument("--shell-image="));

        string Argument(string name) => arguments.Single(a => a.StartsWith(name, StringComparison.Ordinal))[name.Length..].Trim();
    }

    async Task Scale(int replicas)
    {
        await druid.KeepOperatorLogs();
        await druid.Kubectl("scale", Deployment, "-n", Installation.OperatorNamespace, $"--replicas={replicas}");
        await Installation.Eventually($"{replicas} operators run", async () =>
        {
            var pods = (await druid.Client.ListPage<Pod>(Installation.OperatorNamespace, new() { LabelSelector = "app.kubernetes.io/name=druid" })).Items;
            return (pods.Count == replicas && pods.All(IsReady) ? pods : null, $"{pods.Count}");
        }, TimeSpan.FromMinutes(1));
    }

    Task<string> SetImage(string image) => druid.Kubectl("set", "image", Deployment, "-n", Installation.OperatorNamespace, $"*={image}");

    static bool IsReady(Pod pod) => pod.Status?.Conditions?.Any(c => c is { Type: "Ready", Status: "True" }) == true;

    async Task<IReadOnlyList<Pod>> Pods(ObjectKey key) => (await druid.Client.ListPage<Pod>(key.Namespace)).Items;

    sealed class Creating(KubernetesClient client) : IRenderedVisitor<Task<IResource>>
    {
        public async Task<IResource> Visit<T>(T resource, Func<ObjectMeta, T> with) where T : class, IResource<T> => await client.Create(resource);
    }
}
