using Druid.Kubernetes.Resources;
using Druid.Member.Etcd;
using Druid.Member.Maintenance;
using Druid.Member.Metrics;
using Druid.MemberTests.Harness;
using Google.Protobuf;
using Serilog.Core;

namespace Druid.MemberTests.Maintenance;

public class DefragmentationTests
{
    [Fact]
    public async Task Followers_are_defragmented_first_and_the_leader_last_and_space_comes_back()
    {
        await using var cluster = new Cluster(3);
        await cluster.Start();
        using var client = cluster.Client();
        for (var i = 0; i < 40; i++) await client.Put(new() { Key = ByteString.CopyFromUtf8("key"), Value = ByteString.CopyFrom(new byte[200_000]) }, default);
        await client.Compact(new() { Revision = await Keyspace.Revision(client), Physical = true }, default);
        var leader = await Leader(cluster);
        var before = await Sizes(cluster);
        var page = new MetricsPage();

        using var defragmentation = Of(client, page);
        var done = await defragmentation.DefragmentAll(default);

        Assert.Equal(3, done.Count);
        Assert.Equal(leader, done[^1]);
        Assert.Equal(cluster.Pods.Select(p => p.Name).Where(n => n != leader), done.Take(2));
        var after = await Sizes(cluster);
        Assert.All(before.Zip(after), size => Assert.True(size.Second < size.First / 2, $"{size.First} bytes became {size.Second}"));
        Assert.Contains("etcdbr_defragmentation_duration_seconds_count", page.Render(), StringComparison.Ordinal);
        Assert.Equal(leader, await Leader(cluster));
    }

    [Fact]
    public async Task Nothing_is_defragmented_while_a_member_does_not_serve()
    {
        await using var cluster = new Cluster(3);
        await cluster.Start();
        var leader = await Leader(cluster);
        var idle = cluster.Pods.First(p => p.Name != leader);
        await idle.Stop();
        using var client = cluster.Client([.. cluster.Pods.Where(p => p != idle).Select(p => p.ClientUrl)]);

        using var defragmentation = Of(client, new());

        Assert.Empty(await defragmentation.DefragmentAll(default));
    }

    [Fact]
    public async Task A_single_member_is_defragmented_on_schedule()
    {
        await using var etcd = await SoloEtcd.Start(Directory.CreateTempSubdirectory("druid-defrag-").FullName);
        var page = new MetricsPage();
        using var stop = new CancellationTokenSource();
        // The clock stands a moment before the full minute.
        var time = new Shifted(TimeSpan.FromSeconds(59) - TimeSpan.FromTicks(DateTimeOffset.UtcNow.Ticks % TimeSpan.TicksPerMinute));
        using var defragmentation = new Defragmentation(etcd.Client, new(CronSchedule.Parse("* * * * *"), TimeSpan.FromMinutes(1)), new BackupMetrics(page, () => null, () => false), Logger.None, time);
        var running = defragmentation.Run(stop.Token);

        await Eventually.Is("it was defragmented", () => page.Render().Contains("etcdbr_defragmentation_duration_seconds_count", StringComparison.Ordinal));

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    static Defragmentation Of(EtcdClient client, MetricsPage page) =>
        new(client, new(CronSchedule.Parse("0 0 1 1 *"), TimeSpan.FromMinutes(1)), new BackupMetrics(page, () => null, () => false), Logger.None, TimeProvider.System);

    static async Task<string> Leader(Cluster cluster)
    {
        using var client = cluster.Client();
        var leader = (await client.Status(default)).Leader;
        return (await client.MemberList(default)).Members.Single(m => m.ID == leader).Name;
    }

    static async Task<List<long>> Sizes(Cluster cluster)
    {
        var sizes = new List<long>();
        foreach (var pod in cluster.Pods)
        {
            using var client = pod.Client();
            sizes.Add((await client.Status(default)).DbSize);
        }
        return sizes;
    }

    /// <summary>The system's clock, ahead by a span.</summary>
    sealed class Shifted(TimeSpan ahead) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + ahead;
    }
}
