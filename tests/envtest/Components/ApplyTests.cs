using Druid.Api;
using Druid.Kubernetes;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;
using Druid.Operator.Actions;
using Druid.Operator.Components;
using Druid.Operator.Images;
using Druid.StateMachine.Etcd;

namespace Druid.EnvtestTests.Components;

public class ApplyTests
{
    const string Manager = ActionExecutor.FieldManager;

    static readonly ImageVector Images = ImageVector.Of("registry.local/druid-member:0.1.0", "registry.local/busybox:1.35");

    public static TheoryData<string> Manifests => [.. Directory.EnumerateFiles(Root, "*.yaml").Select(path => Path.GetFileNameWithoutExtension(path)!).Order()];

    [Theory, MemberData(nameof(Manifests))]
    public async Task What_was_applied_does_not_drift_and_applying_it_again_writes_nothing(string name)
    {
        var client = (await ControlPlane.Shared).Client;
        var context = await Context(name, size: 3);
        foreach (var rendered in Render(context))
        {
            var applied = await Rendered.Visit(rendered, new Applying(client));
            Assert.Null(Rendered.Visit(rendered, new Comparing(applied)));
            // Controllers write too, into status: only a version that stays over an application tells.
            await ControlPlane.Eventually($"{rendered.Kind} {rendered.Metadata.Name} is applied without a write", async () =>
                (await Rendered.Visit(rendered, new Reading(client))).Metadata.ResourceVersion
                == (await Rendered.Visit(rendered, new Applying(client))).Metadata.ResourceVersion);
        }
    }

    [Theory, MemberData(nameof(Manifests))]
    public async Task Pods_of_a_cluster_that_is_handed_over_stay_as_they_are(string name)
    {
        var client = (await ControlPlane.Shared).Client;
        // No pods: what counts is the revision of their template, which needs none.
        var context = await Context(name, size: 0);
        await CreateAsFormerOperator(context);
        var before = await Settled(client, context.Etcd);
        Assert.Equal("RollingUpdate", before.Spec!.UpdateStrategy!.Type);

        await TakeOver(client, context);

        var after = await Settled(client, context.Etcd);
        Assert.Equal("OnDelete", after.Spec!.UpdateStrategy!.Type);
        Assert.Equal(before.Status!.UpdateRevision, after.Status!.UpdateRevision);
    }

    [Fact]
    public async Task What_the_former_operator_wrote_goes_when_the_spec_no_longer_asks_for_it()
    {
        var client = (await ControlPlane.Shared).Client;
        var context = await Context("07-all-tls", size: 0);
        await CreateAsFormerOperator(context);
        var spec = context.Etcd.Spec;
        var plain = context with
        {
            Etcd = context.Etcd with { Spec = spec with { Etcd = spec.Etcd with { ClientUrlTls = null, PeerUrlTls = null }, Backup = new() } },
            PeerTls = PeerTls.Off,
        };

        await TakeOver(client, plain);

        var set = await client.Get<StatefulSet>(new(context.Etcd.Metadata.Namespace!, context.Etcd.Metadata.Name));
        Assert.Equal(["etcd-config-file"], set.Spec!.Template!.Spec!.Volumes!.Select(v => v.Name));
        Assert.Equal(["etcd-main"], set.Spec.Template.Spec.Containers![0].VolumeMounts!.Select(m => m.Name));
        Assert.Equal(["POD_NAME", "POD_NAMESPACE"], set.Spec.Template.Spec.Containers[1].Env!.Select(e => e.Name));
    }

    // Not by server-side apply, without our annotations, and for its own update strategy.
    static async Task CreateAsFormerOperator(RenderContext context)
    {
        var client = (await ControlPlane.Shared).NewClient(new() { UserAgent = FieldOwnership.FormerManager });
        foreach (var rendered in OwnedComponents.Of(context.Etcd).SelectMany(c => c.Render(context with { UpdateStrategy = UpdateStrategy.RollingUpdate })))
            await Rendered.Visit(rendered, new Creating(client));
    }

    static async Task TakeOver(KubernetesClient client, RenderContext context)
    {
        foreach (var rendered in Render(context))
        {
            await Rendered.Visit(rendered, new TakingOver(client));
            await Rendered.Visit(rendered, new Applying(client));
        }
    }

    static Task<StatefulSet> Settled(KubernetesClient client, Etcd etcd) => ControlPlane.Eventually("the controller has seen the StatefulSet", async () =>
    {
        var set = await client.Get<StatefulSet>(new(etcd.Metadata.Namespace!, etcd.Metadata.Name));
        return set.Status?.ObservedGeneration == set.Metadata.Generation && set.Status?.UpdateRevision is not null ? set : null;
    });

    static IEnumerable<IResource> Render(RenderContext context) => OwnedComponents.Of(context.Etcd).SelectMany(c => OwnedComponents.Render(c.Kind, context));

    static async Task<RenderContext> Context(string name, int size)
    {
        var controlPlane = await ControlPlane.Shared;
        var etcd = Druid.Api.Etcd.Type.Read(Yaml.Read(await File.ReadAllTextAsync(Path.Combine(Root, $"{name}.yaml")))!.ToJsonString());
        etcd = etcd with { Metadata = etcd.Metadata with { Uid = "5f0e0a5e-0000-4000-8000-000000000001", Namespace = await controlPlane.NewNamespace() } };
        return new(etcd, size, Images) { Server = ServerFeatures.Of(await controlPlane.Client.ServerVersion()) };
    }

    static string Root
    {
        get
        {
            var directory = AppContext.BaseDirectory;
            while (!File.Exists(Path.Combine(directory, "Druid.slnx"))) directory = Path.GetDirectoryName(directory)!;
            return Path.Combine(directory, "tests/data/golden");
        }
    }

    sealed class Applying(KubernetesClient client) : IRenderedVisitor<Task<IResource>>
    {
        public async Task<IResource> Visit<T>(T resource, Func<ObjectMeta, T> with) where T : class, IResource<T> => await client.Apply(resource, Manager);
    }

    sealed class TakingOver(KubernetesClient client) : IRenderedVisitor<Task<bool>>
    {
        public async Task<bool> Visit<T>(T resource, Func<ObjectMeta, T> with) where T : class, IResource<T>
        {
            var live = await client.Get<T>(resource.Key);
            Assert.True(Takeover.IsNeeded(live));
            await Takeover.Of<T>(client, resource.Key, Manager, default);
            return true;
        }
    }

    sealed class Reading(KubernetesClient client) : IRenderedVisitor<Task<IResource>>
    {
        public async Task<IResource> Visit<T>(T resource, Func<ObjectMeta, T> with) where T : class, IResource<T> => await client.Get<T>(resource.Key);
    }

    sealed class Creating(KubernetesClient client) : IRenderedVisitor<Task<IResource>>
    {
        public async Task<IResource> Visit<T>(T resource, Func<ObjectMeta, T> with) where T : class, IResource<T> => await client.Create(resource);
    }

    sealed class Comparing(IResource live) : IRenderedVisitor<string?>
    {
        public string? Visit<T>(T resource, Func<ObjectMeta, T> with) where T : class, IResource<T> => Drift.Between(resource, (T)live);
    }
}
