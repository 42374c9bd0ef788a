using System.Text.Json.Nodes;
using Druid.Kubernetes.Resources;

namespace Druid.EndToEndTests;

/// <summary>What is changed while clients write: no acknowledged write is lost, and the quorum never goes by our doing.</summary>
/// <remarks>Part of the full matrix: <c>hack/test --full e2e</c>.</remarks>
[Collection(nameof(Installation)), Trait("Matrix", "Full")]
public sealed class LiveOperationTests(Installation druid)
{
    // An election takes a second or two; a lost quorum takes as long as a pod needs to start, which is longer.
    static readonly TimeSpan Election = TimeSpan.FromSeconds(8);

    [Fact]
    public async Task Scaling_out_and_in_keeps_every_write()
    {
        var key = await druid.CreateReady(1);
        await using var workload = Workload.Start(await druid.ClientUrl(key));
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
        await using var workload = Workload.Start(await druid.ClientUrl(key));
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
        await using (var workload = Workload.Start(await druid.ClientUrl(key)))
        {
            await Installation.Eventually("something was written", () => Task.FromResult((workload.Acknowledged > 20 ? workload : null, $"{workload.Acknowledged}")), TimeSpan.FromSeconds(30));
            await druid.Change(key, new() { ["replicas"] = 0 });
            await druid.UntilReady(key, 0);
            Assert.Empty((await druid.Client.ListPage<Pod>(key.Namespace)).Items);
            Assert.Equal(3, (await druid.Client.ListPage<PersistentVolumeClaim>(key.Namespace)).Items.Count);
            await druid.Change(key, new() { ["replicas"] = 3 });
            await druid.UntilReady(key, 3);
            await workload.Verify();
        }
    }
}
