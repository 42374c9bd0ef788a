using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using Druid.Kubernetes.Resources;
using Druid.Member.Etcd;
using Druid.Member.Maintenance;
using Druid.Member.Metrics;
using Druid.MemberTests.Harness;
using Google.Protobuf;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace Druid.MemberTests.Maintenance;

/// <summary>etcd runs into its quota and refuses writes; the leader's agent has it accept them again once there is space, and not before.</summary>
public class SpaceTests
{
    const long Quota = 16 << 20;

    [Fact]
    public async Task Three_members_that_ran_into_their_quota_accept_writes_again_once_the_history_is_compacted()
    {
        await using var cluster = new Cluster(3) { Quota = Quota };
        await cluster.Start();
        using var client = cluster.Client();
        await Fill(client, _ => "the same key");

        await client.Compact(new() { Revision = await Keyspace.Revision(client), Physical = true }, default);

        await Eventually.Is("writes are accepted", () => Accepts(client), () => Logs(cluster));
        Assert.All(await Sizes(cluster), size => Assert.InRange(size, 1, Quota * 9 / 10));
        Assert.Contains("NOSPACE of member", Logs(cluster), StringComparison.Ordinal);
        var pages = await Task.WhenAll(cluster.Pods.Select(pod => pod.Ask("/metrics")));
        Assert.Contains(pages, page => Regex.IsMatch(page.Body, """etcdbr_space_alarms_disarmed_total\{succeeded="true"\} [1-9]"""));
        // Nothing is left that would fill up again unseen.
        await Fill(client, _ => "the same key");
    }

    [Fact]
    public async Task An_alarm_stays_while_the_space_is_in_use_and_the_log_says_what_to_do_until_somebody_does_it()
    {
        var directory = Directory.CreateTempSubdirectory("druid-space-").FullName;
        await using var etcd = await SoloEtcd.Start(directory, quota: Quota);
        var (page, log) = (new MetricsPage(), new Lines());
        await using var logger = new LoggerConfiguration().WriteTo.Sink(log).CreateLogger();
        using var defragmentation = new Defragmentation(etcd.Client, new(CronSchedule.Parse("0 0 1 1 *"), TimeSpan.FromMinutes(1)), new BackupMetrics(page, () => null, () => false), logger, TimeProvider.System);
        var keeper = new SpaceKeeper(etcd.Client, () => null, () => Quota, defragmentation, new SpaceMetrics(page, () => true), TimeSpan.FromSeconds(1), logger, TimeProvider.System);
        // The holes that were left by writing are given back, until there are none.
        var (written, rounds) = (0, 0);
        do
        {
            Assert.True(rounds++ < 10, "space is found again and again");
            await Fill(etcd.Client, _ => string.Create(CultureInfo.InvariantCulture, $"key {written++}"));
            Assert.True(Space.IsExhausted(await etcd.Client.Status(default)));
        }
        while (await keeper.Recover(default));
        var defragmented = Defragmentations(page);

        Assert.False(await keeper.Recover(default));

        Assert.False(await Accepts(etcd.Client));
        Assert.Single(log.Told, line => line.Contains("the alarm stays", StringComparison.Ordinal) && line.Contains("raise spec.etcd.quota", StringComparison.Ordinal));
        Assert.Equal(defragmented, Defragmentations(page));

        // To delete frees nothing yet: etcd keeps what was, until it is compacted.
        await etcd.Client.DeleteRange(new() { Key = ByteString.CopyFromUtf8("key"), RangeEnd = ByteString.CopyFromUtf8("kez") }, default);
        Assert.False(await keeper.Recover(default));
        Assert.False(await Accepts(etcd.Client));

        await etcd.Client.Compact(new() { Revision = await Keyspace.Revision(etcd.Client), Physical = true }, default);
        await Eventually.Is("the alarm is disarmed", () => keeper.Recover(default), () => string.Join('\n', log.Told));
        Assert.True(await Accepts(etcd.Client));
        Assert.False(Space.IsExhausted(await etcd.Client.Status(default)));
        Assert.NotEqual(defragmented, Defragmentations(page));
    }

    static string Defragmentations(MetricsPage page) => Regex.Match(page.Render(), "etcdbr_defragmentation_duration_seconds_count.*").Value;

    static async Task Fill(EtcdClient client, Func<int, string> key)
    {
        for (var i = 0; i < 1000; i++)
        {
            try
            {
                await client.Put(new() { Key = ByteString.CopyFromUtf8(key(i)), Value = ByteString.CopyFrom(new byte[500_000]) }, default);
            }
            catch (EtcdException full) when (full.Error == EtcdError.NoSpace)
            {
                return;
            }
        }
        Assert.Fail("etcd never refused");
    }

    static async Task<bool> Accepts(EtcdClient client)
    {
        try
        {
            await client.Put(new() { Key = ByteString.CopyFromUtf8("small"), Value = ByteString.CopyFromUtf8("one") }, default);
            return true;
        }
        catch (EtcdException refused) when (refused.Error is EtcdError.NoSpace)
        {
            return false;
        }
    }

    static async Task<long[]> Sizes(Cluster cluster) => await Task.WhenAll(cluster.Pods.Select(async pod =>
    {
        using var client = pod.Client();
        return (await client.Status(default)).DbSize;
    }));

    static string Logs(Cluster cluster) => string.Join('\n', cluster.Pods.Select(pod => pod.Log));

    sealed class Lines : ILogEventSink
    {
        readonly ConcurrentQueue<string> _lines = new();

        public IReadOnlyCollection<string> Told => _lines;

        public void Emit(LogEvent logEvent) => _lines.Enqueue(logEvent.RenderMessage(CultureInfo.InvariantCulture));
    }
}
