using System.Net;
using System.Text.Json.Nodes;
using Druid.Member.Snapshots;
using Druid.MemberTests.Harness;

namespace Druid.MemberTests;

public class BackupTests
{
    [Fact]
    public async Task A_single_member_whose_database_breaks_is_restored_and_loses_nothing_that_was_backed_up()
    {
        await using var cluster = new Cluster(1, leases: await Leases.Start("e-0", "e-full-snap", "e-delta-snap"));
        cluster.UseLocalStore();
        await cluster.Start();
        await cluster.Put("first", "1");
        await Full(cluster[0]);
        await cluster.Put("second", "2");
        var delta = await Delta(cluster[0]);
        var (before, revision) = await Content(cluster);

        cluster[0].Wrapper!.Kill();
        await Eventually.Is("etcd is gone", () => !InUse(cluster[0]));
        using (var file = File.OpenWrite(Database(cluster[0]))) file.Write(new byte[16 << 10]);
        cluster[0].StartWrapper();
        await cluster.UntilReady();

        Assert.Equal((before, revision), await Content(cluster));
        Assert.Equal(revision, (long)delta["lastRevision"]!);
        Assert.Equal(revision.ToString(null, null), cluster.Leases!.Holder("e-delta-snap"));
        Assert.True(Directory.Exists(cluster[0].DataDirectory + ".aside"), "the broken data is kept for whoever wants to look into it");
    }

    [Fact]
    public async Task A_single_member_whose_volume_is_lost_or_swapped_for_an_older_one_comes_back_with_the_backup()
    {
        await using var cluster = new Cluster(1);
        cluster.UseLocalStore();
        await cluster.Start();
        await cluster.Put("first", "1");
        await cluster[0].Stop();
        var old = Path.Combine(cluster.Root, "old.etcd");
        Copy(cluster[0].DataDirectory, old);
        cluster[0].StartWrapper();
        await cluster.UntilReady();
        await cluster.Put("second", "2");
        await Full(cluster[0]);
        var content = await Content(cluster);

        cluster[0].Kill();
        cluster[0].LoseVolume();
        cluster[0].Start();
        await cluster.UntilReady();
        Assert.Equal(content, await Content(cluster));

        await cluster[0].Stop();
        Directory.Delete(cluster[0].DataDirectory, recursive: true);
        Directory.Move(old, cluster[0].DataDirectory);
        cluster[0].StartWrapper();
        await cluster.UntilReady();
        Assert.Equal(content, await Content(cluster));
        Assert.Contains("the backup reaches revision", cluster[0].Sidecar!.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_only_in_the_log_of_a_killed_member_counts_as_its_data()
    {
        await using var cluster = new Cluster(1);
        cluster.UseLocalStore();
        await cluster.Start();
        await Full(cluster[0]);
        await cluster[0].Stop();
        var lagging = Path.Combine(cluster.Root, "lagging.db");
        File.Copy(Database(cluster[0]), lagging);
        cluster[0].StartWrapper();
        await cluster.UntilReady();
        for (var i = 0; i < 30; i++) await cluster.Put($"key-{i}", $"{i}");
        await Delta(cluster[0]);
        var content = await Content(cluster);

        // The database lags behind its log when etcd is killed. The database of before stands for that.
        await cluster[0].Stop();
        File.Copy(lagging, Database(cluster[0]), overwrite: true);
        cluster[0].StartWrapper();
        await cluster.UntilReady();
        Assert.Contains("etcd applies its log first", cluster[0].Sidecar!.Log, StringComparison.Ordinal);
        Assert.Equal(content, await Content(cluster));
        Assert.False(Directory.Exists(cluster[0].DataDirectory + ".aside"));
    }

    [Fact]
    public async Task A_change_of_leader_neither_loses_nor_repeats_an_event()
    {
        await using var cluster = new Cluster(3);
        cluster.UseLocalStore();
        await cluster.Start();
        using var client = cluster.Client();
        using var stop = new CancellationTokenSource();
        var written = 0;
        var writing = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await cluster.Put($"key-{written++ % 50}", $"{written}");
                await Task.Delay(5);
            }
        });
        for (var change = 0; change < 2; change++)
        {
            var before = written;
            await Eventually.Is("there is something to hand over", () => written > before + 100, () => cluster[0].Log);
            var members = await cluster.Members();
            using var any = cluster[0].Client();
            var leader = (await any.Status(default)).Leader;
            var next = members.First(m => m.ID != leader);
            using var at = cluster.Client(new Uri(members.First(m => m.ID == leader).ClientURLs[0]));
            await at.MoveLeader(next.ID, default);
            await Eventually.Is("the new leader's agent takes snapshots", async () =>
                (await Store(cluster)).Chain() is { } chain && chain.LastRevision > 1 && cluster.Pods.Any(p => p.Name == next.Name && p.Sidecar!.Log.Contains("Delta snapshot", StringComparison.Ordinal)), () => string.Join('\n', cluster.Pods.Select(p => p.Log)));
        }
        await stop.CancelAsync();
        await writing;
        var revision = await Keyspace.Revision(client);
        await Eventually.Is("all is backed up", async () => (await Store(cluster)).Chain()!.LastRevision == revision, () => string.Join('\n', cluster.Pods.Select(p => p.Log)));

        var deltas = (await Store(cluster)).All.Where(s => s.Kind == SnapshotKind.Delta).OrderBy(s => s.StartRevision).ToList();
        Assert.All(deltas.Zip(deltas.Skip(1)), pair => Assert.Equal(pair.First.LastRevision + 1, pair.Second.StartRevision));
        Assert.Null((await Store(cluster)).Chain()!.Gap);
    }

    [Fact]
    public async Task While_the_store_refuses_backups_are_red_and_no_event_is_lost()
    {
        await using var cluster = new Cluster(1);
        cluster.UseLocalStore("--backoff-multiplier=1", "--garbage-collection-period=0s");
        await cluster.Start();
        await Full(cluster[0]);
        // A file where the directory was: nothing can be written, whoever the agent runs as.
        Directory.Move(cluster.StoreDirectory, cluster.StoreDirectory + ".away");
        File.WriteAllText(cluster.StoreDirectory, "");
        await cluster.Put("while", "away");
        await Eventually.Is("backups are red", async () => (await cluster[0].Ask("/healthz")).Status == HttpStatusCode.ServiceUnavailable, () => cluster[0].Log);
        Assert.True(await cluster[0].IsReady(), "etcd goes on");
        Assert.Contains("etcdbr_backup_failing 1", (await cluster[0].Ask("/metrics")).Body, StringComparison.Ordinal);
        using (var client = cluster.Client())
        {
            // The events are gone from etcd, but not from the spool.
            await client.Compact(new() { Revision = await Keyspace.Revision(client) }, default);
        }

        File.Delete(cluster.StoreDirectory);
        Directory.Move(cluster.StoreDirectory + ".away", cluster.StoreDirectory);
        await Eventually.Is("backups are well", async () => (await cluster[0].Ask("/healthz")).Status == HttpStatusCode.OK, () => cluster[0].Log);
        var (_, revision) = await Content(cluster);
        var chain = (await Store(cluster)).Chain()!;
        Assert.True(chain.Deltas.Count > 0 && chain.LastRevision == revision, cluster[0].Log);
    }

    [Fact]
    public async Task Events_that_were_compacted_before_they_were_backed_up_make_a_full_snapshot()
    {
        await using var cluster = new Cluster(1);
        cluster.UseLocalStore();
        await cluster.Start();
        await Full(cluster[0]);
        cluster[0].Sidecar!.Kill();
        for (var i = 0; i < 10; i++) await cluster.Put("key", $"{i}");
        using (var client = cluster.Client()) await client.Compact(new() { Revision = await Keyspace.Revision(client) }, default);

        cluster[0].StartSidecar();
        await Eventually.Is("a full snapshot has it all", async () => (await Store(cluster)).Chain() is { Deltas.Count: 0 } chain && chain.LastRevision == (await Content(cluster)).Revision, () => cluster[0].Log);
    }

    [Fact]
    public async Task Snapshots_on_demand_are_described_as_the_contract_says_and_counted()
    {
        await using var cluster = new Cluster(1);
        cluster.UseLocalStore();
        await cluster.Start();
        var full = await Full(cluster[0]);
        Assert.Equal(("Full", "backups/v2/", ".gz", 0), ((string)full["kind"]!, (string)full["prefix"]!, (string)full["compressionSuffix"]!, (long)full["startRevision"]!));
        Assert.Equal(HttpStatusCode.BadRequest, (await cluster[0].Ask("/snapshot/full?final=perhaps")).Status);
        Assert.EndsWith(".final", (string)JsonNode.Parse((await cluster[0].Ask("/snapshot/full?final=true")).Body)!["snapName"]!, StringComparison.Ordinal);
        var metrics = (await cluster[0].Ask("/metrics")).Body;
        Assert.Contains("etcdbr_snapshot_latest_revision{kind=\"Full\"}", metrics, StringComparison.Ordinal);
        Assert.Contains("etcdbr_snapshot_duration_seconds_count{kind=\"Full\",succeeded=\"true\"}", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_latest_snapshots_are_verified_when_no_member_serves_and_a_damaged_one_is_named()
    {
        await using var cluster = new Cluster(1);
        cluster.UseLocalStore();
        await cluster.Start();
        await Full(cluster[0]);
        await cluster.Put("more", "1");
        var delta = await Delta(cluster[0]);
        await cluster[0].Stop();

        var (status, sound) = await cluster[0].Ask("/snapshot/verify");
        Assert.True(status == HttpStatusCode.OK, sound);
        Assert.Equal((long)delta["lastRevision"]!, (long)JsonNode.Parse(sound)!["lastRevision"]!);

        var latest = (await Store(cluster)).Chain()!.Latest;
        var file = Path.Combine(cluster.StoreDirectory, latest.Path);
        var bytes = await File.ReadAllBytesAsync(file);
        await File.WriteAllBytesAsync(file, bytes[..(bytes.Length / 2)]);
        (status, var damaged) = await cluster[0].Ask("/snapshot/verify");
        Assert.Equal(HttpStatusCode.InternalServerError, status);
        Assert.Contains(latest.Name, damaged, StringComparison.Ordinal);
        Assert.Contains("exclude or remove", damaged, StringComparison.Ordinal);

        Directory.Delete(cluster.StoreDirectory, recursive: true);
        Directory.CreateDirectory(cluster.StoreDirectory);
        (status, var missing) = await cluster[0].Ask("/snapshot/verify");
        Assert.Equal(HttpStatusCode.InternalServerError, status);
        Assert.Contains("there is no full snapshot", missing, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Three_new_members_begin_with_the_backup_of_an_older_cluster()
    {
        await using var cluster = new Cluster(3);
        cluster.UseLocalStore();
        await using (var lab = new BackupLab())
        {
            await using var etcd = await SoloEtcd.Start(lab.At("etcd"));
            var snapshotter = await lab.Snapshot(etcd.Client);
            await etcd.Put("from", "before");
            await snapshotter.Take(SnapshotKind.Delta, false, default);
            await lab.StopSnapshots();
            Copy(lab.StoreDirectory, cluster.StoreDirectory);
        }

        await cluster.Start();

        Assert.Equal("before", await cluster.Get("from"));
        await cluster.UntilVoters(3);
    }

    [Fact]
    public async Task Restored_data_must_reach_the_revision_that_was_asked_for()
    {
        await using var cluster = new Cluster(1);
        cluster.UseLocalStore();
        await cluster.Start();
        await Full(cluster[0]);
        cluster[0].Kill();
        cluster[0].LoseVolume();
        cluster[0].StartSidecar();
        await Eventually.Is("the sidecar listens", async () =>
        {
            try { return (await cluster[0].Ask("/initialization/start?mode=full&failBelowRevision=1000")).Status == HttpStatusCode.OK; }
            catch (HttpRequestException) { return false; }
        });
        await Eventually.Is("it refuses", async () => (await cluster[0].Ask("/initialization/status")).Body == "Failed", () => cluster[0].Log);
        Assert.Contains("at least 1000 was asked for", cluster[0].Sidecar!.Log, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await cluster[0].Ask("/initialization/start?failBelowRevision=ten")).Status);
    }

    static async Task<SnapshotList> Store(Cluster cluster)
    {
        await using var store = cluster.Store();
        return await SnapshotList.Read(store, default);
    }

    static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var directory in Directory.EnumerateDirectories(from)) Copy(directory, Path.Combine(to, Path.GetFileName(directory)));
        foreach (var file in Directory.EnumerateFiles(from)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }

    static async Task<JsonNode> Full(Pod pod) => await Taken(pod, "/snapshot/full");

    static async Task<JsonNode> Delta(Pod pod) => await Taken(pod, "/snapshot/delta");

    /// <summary>Asks for a snapshot until one is taken: right after its start the agent may not know yet that its member leads.</summary>
    static async Task<JsonNode> Taken(Pod pod, string path)
    {
        JsonNode? taken = null;
        await Eventually.Is($"{path} is taken", async () =>
        {
            var (status, body) = await pod.Ask(path);
            taken = status == HttpStatusCode.OK ? JsonNode.Parse(body) : null;
            if (status == HttpStatusCode.OK && taken is null)
            {
                // The period was faster: there is nothing new.
                var latest = JsonNode.Parse((await pod.Ask("/snapshot/latest")).Body)!;
                taken = latest["deltaSnapshots"]!.AsArray().LastOrDefault();
            }
            return taken is not null;
        }, () => pod.Log);
        return taken!;
    }

    static async Task<(string Keys, long Revision)> Content(Cluster cluster)
    {
        using var client = cluster.Client();
        return (string.Join('\n', await Keyspace.Of(client)), await Keyspace.Revision(client));
    }

    static string Database(Pod pod) => Path.Combine(pod.DataDirectory, "member", "snap", "db");

    static bool InUse(Pod pod) => new Druid.Member.Data.DataDirectory(pod.DataDirectory).IsInUse();
}
