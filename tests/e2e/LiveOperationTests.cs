using System.Text.Json.Nodes;
using Druid.Api;
using Druid.Kubernetes.Resources;
using Druid.Member.Etcd;

namespace Druid.EndToEndTests;

/// <summary>What is changed while clients write: no acknowledged write is lost, and the quorum never goes by our doing.</summary>
[Collection(nameof(Installation))]
public sealed class LiveOperationTests(Installation druid) : IAsyncLifetime
{
    // An election takes a second or two; a lost quorum takes as long as a pod needs to start, which is longer.
    static readonly TimeSpan Election = TimeSpan.FromSeconds(8);

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => druid.CleanUp();

    [Fact]
    public async Task Scaling_out_and_in_keeps_every_write()
    {
        var key = await druid.CreateReady(1);
        await using var workload = await druid.StartWorkload(key);
        foreach (var replicas in (int[])[3, 5, 3, 1])
        {
            await druid.Change(key, new() { ["replicas"] = replicas });
            await druid.UntilReady(key, replicas, TimeSpan.FromMinutes(6));
        }
        Assert.Single((await druid.Client.ListPage<PersistentVolumeClaim>(key.Namespace)).Items, claim => !claim.IsBeingDeleted);
        await workload.Verify();
    }

    [Fact]
    public async Task A_template_change_rolls_one_member_at_a_time_without_losing_the_quorum()
    {
        var key = await druid.CreateReady(3);
        await using var workload = await druid.StartWorkload(key);
        await druid.Change(key, JsonNode.Parse("""{"annotations":{"rolled":"once"}}""")!.AsObject());
        await druid.UntilReady(key, 3);
        foreach (var ordinal in Enumerable.Range(0, 3))
        {
            Assert.Equal("once", (await druid.Client.Get<Pod>(key with { Name = $"e-{ordinal}" })).Annotation("rolled"));
        }
        Assert.True(workload.LongestGap < Election, $"No write for {workload.LongestGap}.");
        await workload.Verify();
    }

    [Fact]
    public async Task A_hibernated_cluster_wakes_with_its_data()
    {
        var key = await druid.CreateReady(3);
        await using (var workload = await druid.StartWorkload(key))
        {
            await workload.UntilWritten(20);
            await druid.Change(key, new() { ["replicas"] = 0 });
            await druid.UntilReady(key, 0);
            Assert.Empty((await druid.Client.ListPage<Pod>(key.Namespace)).Items);
            Assert.Equal(3, (await druid.Client.ListPage<PersistentVolumeClaim>(key.Namespace)).Items.Count);
            await druid.Change(key, new() { ["replicas"] = 3 });
            await druid.UntilReady(key, 3);
            await workload.Verify();
        }
    }

    [Fact]
    public async Task A_rollout_that_cannot_start_stays_quorate_and_the_next_one_replaces_the_dead_member_first()
    {
        var key = await druid.CreateReady(3);
        await using var workload = await druid.StartWorkload(key);
        var image = (await druid.Client.Get<Etcd>(key)).Spec.Etcd.Image;

        await druid.Change(key, new() { ["etcd"] = new JsonObject { ["image"] = "druid.invalid/no-such-image:1" } });
        var stuck = await Installation.Eventually("the status names the pod that holds the rollout up", async () =>
        {
            var etcd = await druid.Client.Get<Etcd>(key);
            var waits = etcd.Status.Lifecycle!.Regions.First(r => r.Name == "lifecycle");
            return (waits is { State: "Updating/Replacing", WaitingFor: { } reason } && reason.Contains("etcd: ImagePullBackOff", StringComparison.Ordinal) ? etcd : null, $"{waits.State}: {waits.WaitingFor}");
        }, TimeSpan.FromMinutes(2));
        Assert.Equal(2, stuck.Status.ReadyReplicas);
        var dead = await DeadPod(key);
        Assert.Single(await Pods(key), p => p.Spec!.Containers![0].Image!.StartsWith("druid.invalid", StringComparison.Ordinal));

        var survivors = (await Pods(key)).Where(p => p.Metadata.Name != dead).Select(p => p.Metadata.Uid).ToHashSet();
        await druid.Change(key, new() { ["etcd"] = new JsonObject { ["image"] = image }, ["annotations"] = new JsonObject { ["rolled"] = "twice" } });
        await Installation.Eventually($"the dead pod {dead} is replaced while the others still run", async () =>
        {
            var pods = await Pods(key);
            return (pods.Any(p => p.Metadata.Name == dead && p.Annotation("rolled") == "twice") && pods.Count(p => survivors.Contains(p.Metadata.Uid)) == 2 ? pods : null,
                string.Join(", ", pods.Select(p => $"{p.Metadata.Name} {p.Annotation("rolled")} {p.Status?.Phase}")));
        }, TimeSpan.FromMinutes(1));
        await druid.UntilReady(key, 3);
        Assert.All(await Pods(key), p => Assert.Equal("twice", p.Annotation("rolled")));
        Assert.True(workload.LongestGap < Election, $"No write for {workload.LongestGap}.");
        await workload.Verify();
    }

    [Fact]
    public async Task Encryption_between_members_is_turned_on_and_off_under_load()
    {
        using var authority = new Authority();
        var key = await druid.CreateReady(3);
        await using var workload = await druid.StartWorkload(key);
        foreach (var secret in authority.Secrets("peer", key)) await druid.Client.Create(secret);

        await druid.Change(key, JsonNode.Parse("""{"etcd":{"peerUrlTls":{"tlsCASecretRef":{"name":"peer-ca"},"serverTLSSecretRef":{"name":"peer-server"}}}}""")!.AsObject());
        await druid.UntilReady(key, 3, TimeSpan.FromMinutes(8));
        await EveryPeerUrl(key, "https");

        await druid.Change(key, JsonNode.Parse("""{"etcd":{"peerUrlTls":null}}""")!.AsObject());
        await druid.UntilReady(key, 3, TimeSpan.FromMinutes(8));
        await EveryPeerUrl(key, "http");

        Assert.True(workload.LongestGap < Election, $"No write for {workload.LongestGap}.");
        await workload.Verify();
    }

    async Task EveryPeerUrl(ObjectKey key, string scheme)
    {
        using var client = new EtcdClient(new() { Endpoints = [await druid.ClientUrl(key)] });
        var members = (await client.MemberList(CancellationToken.None)).Members;
        Assert.Equal(3, members.Count);
        Assert.All(members, m => Assert.All(m.PeerURLs, url => Assert.Equal(scheme, new Uri(url).Scheme)));
    }

    async Task<string> DeadPod(ObjectKey key) =>
        (await Pods(key)).Single(p => p.Status?.Conditions?.Any(c => c is { Type: "Ready", Status: "True" }) != true).Metadata.Name!;

    async Task<IReadOnlyList<Pod>> Pods(ObjectKey key) => (await druid.Client.ListPage<Pod>(key.Namespace)).Items;
}
