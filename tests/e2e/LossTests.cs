using System.Text.Json.Nodes;
using Druid.Api;
using Druid.Kubernetes.Resources;

namespace Druid.EndToEndTests;

/// <summary>What breaks on a node: pods, volumes, network, daemons. No acknowledged write is lost, and it mends by itself.</summary>
[Collection(nameof(Installation))]
public sealed class LossTests(Installation druid) : IAsyncLifetime
{
    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => druid.CleanUp();

    [Fact]
    public async Task A_member_that_lost_its_volume_and_one_with_a_broken_database_join_again()
    {
        var key = await druid.CreateReady(3);
        await using var workload = await druid.StartWorkload(key);
        await workload.UntilWritten(50);

        await druid.Client.Delete<PersistentVolumeClaim>(key with { Name = "e-e-1" });
        await druid.Replace(key with { Name = "e-1" });
        await druid.UntilReady(key, 3);

        await Installation.OnNode("truncate", "--size=5000", await druid.Database(key, 2));
        await druid.Replace(key with { Name = "e-2" });
        await druid.UntilReady(key, 3);
        await workload.Verify();
    }

    [Fact]
    public async Task All_pods_and_the_daemons_of_the_node_are_lost()
    {
        var key = await druid.CreateReady(3);
        await using var workload = await druid.StartWorkload(key);
        await workload.UntilWritten(50);

        await Task.WhenAll(Enumerable.Range(0, 3).Select(ordinal => druid.Replace(key with { Name = $"e-{ordinal}" })));
        await druid.UntilReady(key, 3);

        await Installation.KillDaemon("kubelet");
        await Installation.KillDaemon("containerd");
        await workload.UntilWritten(100); // Nobody needs them to write.
        await Installation.RestartDaemon("containerd");
        await Installation.RestartDaemon("kubelet");
        await druid.UntilReady(key, 3);
        await workload.Verify();
    }

    [Fact]
    public async Task Two_pods_of_three_are_lost_at_once()
    {
        var key = await druid.CreateReady(3);
        await using var workload = await druid.StartWorkload(key);
        await workload.UntilWritten(50);
        await Task.WhenAll(new[] { 0, 2 }.Select(ordinal => druid.Replace(key with { Name = $"e-{ordinal}" })));
        await druid.UntilReady(key, 3);
        await workload.Verify();
    }

    [Fact]
    public async Task The_leader_is_killed_in_the_middle_of_a_rollout()
    {
        var key = await druid.CreateReady(3);
        await using var workload = await druid.StartWorkload(key);
        await druid.Change(key, JsonNode.Parse("""{"annotations":{"rolled":"once"}}""")!.AsObject());
        await Installation.Eventually("one pod is of the new template", async () =>
        {
            var rolled = (await Pods(key)).Count(p => p.Annotation("rolled") == "once");
            return (rolled == 1 ? "one" : null, $"{rolled}");
        }, TimeSpan.FromMinutes(1));
        await druid.Kill(key with { Name = await Leader(key) });

        await druid.UntilReady(key, 3);
        Assert.All(await Pods(key), p => Assert.Equal("once", p.Annotation("rolled")));
        await workload.Verify();
    }

    [Fact]
    public async Task The_API_server_is_away_for_a_minute_in_the_middle_of_a_scale_out()
    {
        var key = await druid.CreateReady(1);
        await using var workload = await druid.StartWorkload(key);
        await druid.Change(key, new() { ["replicas"] = 3 });
        await druid.Until(key, "growing", e => e.Status.Lifecycle!.Regions.Any(r => r.State.StartsWith("ScalingOut", StringComparison.Ordinal)), TimeSpan.FromMinutes(1));

        await Installation.KillDaemon("apiserver");
        var back = DateTimeOffset.UtcNow + TimeSpan.FromMinutes(1);
        await Installation.Eventually("a minute without the API server has passed, under writes", () => Task.FromResult((DateTimeOffset.UtcNow > back ? "back" : null, "not yet")), TimeSpan.FromMinutes(2));
        await workload.UntilWritten(50);
        await Installation.RestartDaemon("apiserver");
        await druid.UntilReady(key, 3);
        await workload.Verify();
    }

    [Fact]
    public async Task A_member_cut_off_from_its_peers_comes_back_by_itself()
    {
        var key = await druid.CreateReady(3);
        await using var workload = await druid.StartWorkload(key);
        await workload.UntilWritten(50);

        var address = (await druid.Client.Get<Pod>(key with { Name = "e-0" })).Status!.PodIP!;
        await Cut("--insert", address);
        try
        {
            await druid.Until(key, "without its first member", e => e.Status.ReadyReplicas == 2, TimeSpan.FromMinutes(2));
            await workload.UntilWritten(100);
        }
        finally
        {
            await Cut("--delete", address);
        }
        await druid.UntilReady(key, 3);
        await workload.Verify();
    }

    async Task<IReadOnlyList<Pod>> Pods(ObjectKey key) => (await druid.Client.ListPage<Pod>(key.Namespace)).Items;

    async Task<string> Leader(ObjectKey key) => (await druid.Client.Get<Etcd>(key)).Status.Members.Single(m => m.Role == MemberRole.Leader).Name;

    // What passes from pod to pod is forwarded; what the node itself says to a pod is not, so probes still reach it.
    static async Task Cut(string how, string address)
    {
        await Installation.OnNode("iptables", "--wait", how, "FORWARD", "--source", address, "--jump", "DROP");
        await Installation.OnNode("iptables", "--wait", how, "FORWARD", "--destination", address, "--jump", "DROP");
    }
}
