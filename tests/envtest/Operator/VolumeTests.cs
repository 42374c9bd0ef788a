using System.Text.Json.Nodes;
using Druid.Api;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;

namespace Druid.EnvtestTests.Operator;

/// <summary>What someone relies on who wants larger volumes, or whose StatefulSet has to be made anew.</summary>
[Collection(OneOperator.Name)]
public sealed class VolumeTests(OperatorFixture fixture) : IDisposable
{
    public void Dispose() => fixture.VerifySteps();

    async Task<ObjectKey> Bound(string storageClass)
    {
        var key = await fixture.Create(1, spec => spec with { StorageClass = storageClass });
        await fixture.Until(key, "has its volume", e => OperatorFixture.IsReady(e) && e.Status.Conditions.Any(c => c is { Type: ConditionType.DataVolumesReady, Status: ConditionStatus.True }));
        return key;
    }

    Task<Etcd> Ask(ObjectKey key, string capacity) => fixture.Change(key, new JsonObject { ["spec"] = new JsonObject { ["storageCapacity"] = capacity } });

    [Fact]
    public async Task A_larger_capacity_grows_the_volumes_and_leaves_the_pods_alone()
    {
        var key = await Bound(await fixture.Plane.NewStorageClass(grows: true));
        var (pod, set) = (await fixture.Client.Get<Pod>(key with { Name = "e-0" }), await fixture.Client.Get<StatefulSet>(key));
        var asked = await Ask(key, "20Gi");

        var claim = key with { Name = "e-e-0" };
        await ControlPlane.Eventually("the claim asks for more", async () =>
            (await fixture.Client.Get<PersistentVolumeClaim>(claim)).Spec!.Resources!.Requests!["storage"] == Quantity.Parse("20Gi"));
        var growing = await fixture.Until(key, "waits for the volume", e => OperatorFixture.WaitOf(e).Contains("the volume of member 0", StringComparison.Ordinal));
        Assert.Equal("ResizingVolumes/Growing", OperatorFixture.StateOf(growing, "lifecycle"));
        Assert.Equal(set.Metadata.Uid, (await fixture.Client.Get<StatefulSet>(key)).Metadata.Uid);

        // What a storage driver would do.
        await fixture.Client.Patch<PersistentVolumeClaim>(claim, PatchKind.Merge, JsonNode.Parse("""{"status":{"capacity":{"storage":"20Gi"}}}""")!, "status");
        await fixture.Until(key, "has grown", e => OperatorFixture.IsReady(e) && e.Status.ObservedGeneration == asked.Metadata.Generation);
        var renewed = await fixture.Client.Get<StatefulSet>(key);
        Assert.NotEqual(set.Metadata.Uid, renewed.Metadata.Uid);
        Assert.Equal(Quantity.Parse("20Gi"), renewed.Spec!.VolumeClaimTemplates![0].Spec!.Resources!.Requests!["storage"]);
        await ControlPlane.Eventually("the pod is adopted", async () => (await fixture.Client.Get<Pod>(key with { Name = "e-0" })).IsControlledBy(renewed));
        Assert.Equal(pod.Metadata.Uid, (await fixture.Client.Get<Pod>(key with { Name = "e-0" })).Metadata.Uid);
    }

    [Fact]
    public async Task A_class_whose_volumes_do_not_grow_is_named_with_what_to_do()
    {
        var storageClass = await fixture.Plane.NewStorageClass(grows: false);
        var key = await Bound(storageClass);
        await Ask(key, "20Gi");
        var etcd = await fixture.Until(key, "says that the volume cannot grow", e => e.Status.LastErrors.Any(error => error.Code == "ERR_EXPAND_VOLUME"));
        Assert.Contains($"Set allowVolumeExpansion: true on storage class '{storageClass}'", etcd.Status.LastErrors[0].Description, StringComparison.Ordinal);
        await Ask(key, "16Gi");
        await fixture.Until(key, "is as it was", e => OperatorFixture.IsReady(e) && e.Status.LastErrors.Count == 0);
    }

    [Fact]
    public async Task A_smaller_capacity_is_refused_until_it_is_set_back()
    {
        var key = await fixture.Create(1);
        await fixture.UntilReady(key);
        await Ask(key, "8Gi");
        var etcd = await fixture.Until(key, "is invalid", e => OperatorFixture.StateOf(e, "lifecycle") == "Invalid");
        Assert.Contains("spec.storageCapacity is \"8Gi\": cannot be lowered", etcd.Status.LastErrors[0].Description, StringComparison.Ordinal);
        await Ask(key, "16Gi");
        await fixture.UntilReady(key);
    }

    // This API server has no CEL, and no webhook is in its way.
    [Theory]
    [InlineData("storageClass", "fast", "spec.storageClass is \"fast\": storageClass cannot be changed")]
    [InlineData("volumeClaimTemplate", "a-name-longer-than-any-claim", "spec.volumeClaimTemplate is \"a-name-longer-than-any-claim\": volumeClaimTemplate cannot be changed")]
    [InlineData("memberNamePrefix", "east", "spec.memberNamePrefix is \"east\": memberNamePrefix cannot be changed")]
    public async Task What_a_cluster_was_made_with_is_kept_and_said_to_be_fixed(string field, string value, string expected)
    {
        var key = await fixture.Create(1);
        await fixture.UntilReady(key);
        var (pod, set) = (await fixture.Client.Get<Pod>(key with { Name = "e-0" }), await fixture.Client.Get<StatefulSet>(key));

        await fixture.Change(key, new JsonObject { ["spec"] = new JsonObject { [field] = value } });
        var etcd = await fixture.Until(key, "is invalid", e => OperatorFixture.StateOf(e, "lifecycle") == "Invalid");
        Assert.Contains(expected, etcd.Status.LastErrors[0].Description, StringComparison.Ordinal);
        // It runs on, and is told of as it is.
        Assert.Equal(("e-0", MemberHealth.Ready, "Quorate"), (etcd.Status.Members.Single().Name, etcd.Status.Members[0].Status, OperatorFixture.StateOf(etcd, "serving")));

        await fixture.Change(key, new JsonObject { ["spec"] = new JsonObject { [field] = null } });
        await fixture.UntilReady(key);
        Assert.Equal(pod.Metadata.Uid, (await fixture.Client.Get<Pod>(key with { Name = "e-0" })).Metadata.Uid);
        Assert.Equal((set.Metadata.Uid, set.Metadata.Generation), ((await fixture.Client.Get<StatefulSet>(key)) is var now ? now.Metadata.Uid : "", now.Metadata.Generation));
    }

    [Fact]
    public async Task A_cluster_that_runs_joins_no_other()
    {
        var key = await fixture.Create(1);
        await fixture.UntilReady(key);
        await fixture.Change(key, JsonNode.Parse("""
            {"spec": {"etcd": {"bootstrapWithExistingCluster": {"members": [{"name": "old-0", "peerUrls": ["http://old:2380"]}], "clientEndpoints": ["http://old:2379"]}}}}
            """)!.AsObject());
        var etcd = await fixture.Until(key, "is invalid", e => OperatorFixture.StateOf(e, "lifecycle") == "Invalid");
        Assert.Contains("bootstrapWithExistingCluster cannot be added to an Etcd that exists", etcd.Status.LastErrors[0].Description, StringComparison.Ordinal);

        await fixture.Change(key, JsonNode.Parse("""{"spec": {"etcd": {"bootstrapWithExistingCluster": null}}}""")!.AsObject());
        await fixture.UntilReady(key);
        Assert.Null((await fixture.Client.Get<Etcd>(key)).Status.BootstrapWithExistingCluster);
    }

    [Fact]
    public async Task A_StatefulSet_with_other_fixed_fields_is_made_anew_around_its_pods()
    {
        var key = await fixture.Create(3);
        await fixture.UntilReady(key);
        var pods = await Uids(key);
        await fixture.Change(key, Annotated(""));
        await fixture.Until(key, "is suspended", e => OperatorFixture.StateOf(e, "lifecycle") == "Suspended");
        var set = await fixture.Client.Get<StatefulSet>(key);
        await fixture.Client.Delete<StatefulSet>(key, new() { Propagation = Propagation.Orphan });
        await ControlPlane.Eventually("the StatefulSet is gone", async () => await fixture.Client.TryGet<StatefulSet>(key) is null);
        var foreign = await fixture.Client.Create(new StatefulSet
        {
            Metadata = new() { Name = set.Metadata.Name, Namespace = set.Metadata.Namespace, Labels = set.Metadata.Labels, OwnerReferences = set.Metadata.OwnerReferences },
            Spec = set.Spec! with { PodManagementPolicy = "OrderedReady", ServiceName = "another" },
        });
        await fixture.Change(key, Annotated(null));

        var renewed = await ControlPlane.Eventually<StatefulSet>("the StatefulSet is made anew", async () =>
            await fixture.Client.TryGet<StatefulSet>(key) is { Spec.PodManagementPolicy: "Parallel" } now ? now : null);
        Assert.NotEqual(foreign.Metadata.Uid, renewed.Metadata.Uid);
        Assert.Equal("e-peer", renewed.Spec!.ServiceName);
        await fixture.UntilReady(key);
        Assert.Equal(pods, await Uids(key));
    }

    [Fact]
    public async Task A_pod_adopted_too_late_for_the_garbage_collector_outlives_the_StatefulSet_that_is_made_anew()
    {
        var (key, held) = await Held();
        var pods = await Uids(key);
        await fixture.Client.Patch<Pod>(key with { Name = "e-1" }, PatchKind.Merge, new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["ownerReferences"] = new JsonArray(new JsonObject
                {
                    ["apiVersion"] = "apps/v1",
                    ["kind"] = "StatefulSet",
                    ["name"] = "e",
                    ["uid"] = held.Metadata.Uid,
                    ["controller"] = true,
                    ["blockOwnerDeletion"] = true,
                }),
            },
        });
        await fixture.Change(key, Annotated(null));
        var renewed = await ControlPlane.Eventually<StatefulSet>("the StatefulSet is made anew", async () =>
            await fixture.Client.TryGet<StatefulSet>(key) is { IsBeingDeleted: false } now && now.Metadata.Uid != held.Metadata.Uid ? now : null);
        await ControlPlane.Eventually("it has adopted the pods", async () =>
            (await fixture.Client.ListPage<Pod>(key.Namespace)).Items.All(p => p.IsControlledBy(renewed)));
        await fixture.UntilReady(key);
        Assert.Equal(pods, await Uids(key));
    }

    [Fact]
    public async Task A_cluster_is_deleted_whose_StatefulSet_was_being_made_anew()
    {
        var (key, _) = await Held();
        await fixture.Client.Delete<Etcd>(key);
        await fixture.Change(key, Annotated(null));
        await fixture.UntilGone(key);
        await ControlPlane.Eventually("no pod is left", async () => (await fixture.Client.ListPage<Pod>(key.Namespace)).Items.Count == 0);
    }

    // A suspended cluster whose StatefulSet is being made anew, as an operator leaves it that dies half-way.
    async Task<(ObjectKey Key, StatefulSet Set)> Held()
    {
        var key = await fixture.Create(3);
        await fixture.UntilReady(key);
        await fixture.Change(key, Annotated(""));
        await fixture.Until(key, "is suspended", e => OperatorFixture.StateOf(e, "lifecycle") == "Suspended");
        await fixture.Client.Patch<StatefulSet>(key, PatchKind.Merge, new JsonObject { ["metadata"] = new JsonObject { ["finalizers"] = new JsonArray(Finalizers.KeepsPods) } });
        await fixture.Client.Delete<StatefulSet>(key, new() { Propagation = Propagation.Orphan });
        var held = await ControlPlane.Eventually<StatefulSet>("the garbage collector has let go of the pods", async () =>
            await fixture.Client.Get<StatefulSet>(key) is { Metadata.Finalizers: [Finalizers.KeepsPods] } set ? set : null);
        return (key, held);
    }

    static JsonObject Annotated(string? suspend) =>
        new() { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [Annotations.SuspendReconcile] = suspend } } };

    async Task<List<string?>> Uids(ObjectKey key) =>
        [.. (await fixture.Client.ListPage<Pod>(key.Namespace)).Items.OrderBy(p => p.Metadata.Name).Select(p => p.Metadata.Uid)];
}
