using System.Text.Json.Nodes;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;

namespace Druid.EndToEndTests;

/// <summary>More room for the databases of a cluster that is in use.</summary>
[Collection(nameof(Installation))]
public sealed class VolumeTests(Installation druid) : IAsyncLifetime
{
    const string Growing = "host-path-that-grows";

    static readonly Quantity More = Quantity.Parse("2Gi");

    public async Task InitializeAsync()
    {
        if (await druid.Client.TryGet<StorageClass>(ObjectKey.ClusterWide(Growing)) is null)
        {
            await druid.Client.Create(new StorageClass { Metadata = new() { Name = Growing }, Provisioner = "kubernetes.io/host-path", AllowVolumeExpansion = true });
        }
    }

    public Task DisposeAsync() => druid.CleanUp();

    [Fact]
    public async Task Volumes_grow_one_by_one_while_clients_write_and_no_pod_restarts()
    {
        var key = await druid.CreateReady(3, spec => spec with { StorageClass = Growing });
        await using var workload = await druid.StartWorkload(key);
        await workload.UntilWritten(50);
        var (pods, set) = (await Pods(key), await druid.Client.Get<StatefulSet>(key));

        await druid.Change(key, new() { ["storageCapacity"] = More.ToString() });
        for (var grown = 0; grown < 3; grown++)
        {
            await GrowNext(key, expected: grown);
        }
        await druid.UntilReady(key, 3);

        Assert.Equal(pods, await Pods(key));
        var renewed = await druid.Client.Get<StatefulSet>(key);
        Assert.NotEqual(set.Metadata.Uid, renewed.Metadata.Uid);
        Assert.Equal(More, renewed.Spec!.VolumeClaimTemplates![0].Spec!.Resources!.Requests!["storage"]);
        await workload.Verify();
    }

    // Directories of the node have no limit, so no driver grows them: the test says that they are larger, as a driver would.
    async Task GrowNext(ObjectKey key, int expected)
    {
        var claim = await Installation.Eventually("one volume is asked to grow", async () =>
        {
            var claims = (await druid.Client.ListPage<PersistentVolumeClaim>(key.Namespace)).Items;
            var asked = claims.Where(c => c.Spec!.Resources!.Requests!["storage"] == More).ToList();
            var done = asked.Count(c => c.Status?.Capacity?["storage"] == More);
            Assert.True(asked.Count <= done + 1, $"{asked.Count} volumes were asked to grow when {done} had grown.");
            return (done == expected ? asked.FirstOrDefault(c => c.Status?.Capacity?["storage"] != More) : null, $"{asked.Count} asked, {done} grown");
        }, TimeSpan.FromMinutes(1));
        await druid.Client.Patch<PersistentVolumeClaim>(claim.Key, PatchKind.Merge, new JsonObject { ["status"] = new JsonObject { ["capacity"] = new JsonObject { ["storage"] = More.ToString() } } }, "status");
    }

    async Task<IReadOnlyList<string?>> Pods(ObjectKey key) => [.. (await druid.Client.ListPage<Pod>(key.Namespace)).Items.Select(p => p.Metadata.Uid).Order()];
}
