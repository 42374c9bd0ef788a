using System.Diagnostics;
using Druid.Member.Etcd.Rpc;
using Druid.Member.Restore;
using Druid.Member.Snapshots;
using Druid.MemberTests.Harness;
using FsCheck;
using FsCheck.Fluent;
using Serilog.Core;

namespace Druid.MemberTests;

/// <summary>Whatever happened to a cluster, its snapshots bring back the same keys, values, revisions, versions and leases.</summary>
public class RoundTripTests
{
    [Theory]
    [InlineData(Compression.None)]
    [InlineData(Compression.Gzip)]
    [InlineData(Compression.Lzw)]
    [InlineData(Compression.Zlib)]
    public Task A_random_history_comes_back(Compression compression) => RoundTrip(compression, operations: 300, snapshots: 4, seed: null);

    [Fact]
    public Task A_random_history_in_the_older_layout_comes_back() => RoundTrip(Compression.Gzip, operations: 300, snapshots: 4, seed: null, older: true);

    [Theory, Trait("Matrix", "Full")]
    [InlineData(Compression.None, false)]
    [InlineData(Compression.None, true)]
    [InlineData(Compression.Gzip, false)]
    [InlineData(Compression.Gzip, true)]
    [InlineData(Compression.Lzw, false)]
    [InlineData(Compression.Lzw, true)]
    [InlineData(Compression.Zlib, false)]
    [InlineData(Compression.Zlib, true)]
    public Task A_hundred_thousand_events_come_back(Compression compression, bool older) => RoundTrip(compression, operations: 100_000, snapshots: 10, seed: null, older);

    [Fact]
    public async Task Every_revision_that_deltas_hold_can_be_restored_to()
    {
        await using var lab = new BackupLab();
        await using var etcd = await SoloEtcd.Start(lab.At("etcd"));
        await etcd.Put("a", "1");
        var snapshotter = await lab.Snapshot(etcd.Client);
        var wanted = new Dictionary<long, List<string>>();
        for (var i = 0; i < 6; i++)
        {
            await etcd.Put("a", $"{i}");
            await etcd.Put($"b{i}", "x");
            wanted[await Keyspace.Revision(etcd.Client)] = await Keyspace.Of(etcd.Client);
            if (i % 2 == 1) await snapshotter.Take(i == 3 ? SnapshotKind.Full : SnapshotKind.Delta, false, default);
        }
        await lab.StopSnapshots();

        foreach (var (revision, keys) in wanted)
        {
            await using var restored = await lab.Restore($"at-{revision}", revision);
            Assert.Equal(revision, await Keyspace.Revision(restored.Client));
            Assert.Equal(keys, await Keyspace.Of(restored.Client));
        }
    }

    [Fact]
    public async Task A_full_snapshot_restores_with_the_stock_tool()
    {
        await using var lab = new BackupLab();
        await using var etcd = await SoloEtcd.Start(lab.At("etcd"));
        for (var i = 0; i < 50; i++) await etcd.Put($"key-{i % 7}", new string('x', i * 100));
        var snapshotter = await lab.Snapshot(etcd.Client);
        var full = await snapshotter.Take(SnapshotKind.Full, true, default);
        Assert.EndsWith(".final", full!.Name, StringComparison.Ordinal);

        using (var tool = Process.Start(new ProcessStartInfo("etcdctl", ["snapshot", "restore", Path.Combine(lab.StoreDirectory, full.Path), $"--data-dir={lab.At("stock")}"])
        {
            Environment = { ["ETCDCTL_API"] = "3" },
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!)
        {
            var said = await tool.StandardError.ReadToEndAsync();
            await tool.WaitForExitAsync();
            Assert.True(tool.ExitCode == 0, said);
        }
        await using var stock = await SoloEtcd.Start(lab.At("stock"));
        Assert.Equal(await Keyspace.Of(etcd.Client), await Keyspace.Of(stock.Client));
    }

    [Fact]
    public async Task An_interrupted_restore_is_taken_up_where_it_was()
    {
        await using var lab = new BackupLab();
        await using var etcd = await SoloEtcd.Start(lab.At("etcd"));
        var snapshotter = await lab.Snapshot(etcd.Client);
        for (var i = 0; i < 20; i++)
        {
            await etcd.Put($"key-{i}", $"{i}");
            if (i % 5 == 4) await snapshotter.Take(SnapshotKind.Delta, false, default);
        }
        await lab.StopSnapshots();
        var chain = (await SnapshotList.Read(lab.Store, default)).Chain()!;
        Assert.True(chain.Deltas.Count >= 4);
        var options = lab.Options("restored");

        // Half of it, and then nothing more happens.
        await new Restorer(lab.Store, options, Logger.None, TimeProvider.System).ApplyDeltas(chain with { Deltas = [.. chain.Deltas.Take(2)] }, default);
        var whole = await new Restorer(lab.Store, options, Logger.None, TimeProvider.System).Restore(default);

        Assert.Equal(10, whole.Events);
        await using var restored = await SoloEtcd.Start(lab.At("restored"));
        Assert.Equal(await Keyspace.Of(etcd.Client), await Keyspace.Of(restored.Client));
    }

    [Theory]
    [InlineData("Incr-", "cannot be applied")]
    [InlineData("Full-", "damaged")]
    public async Task A_damaged_snapshot_is_named_and_nothing_is_put_in_place(string prefix, string because)
    {
        await using var lab = new BackupLab();
        await using var etcd = await SoloEtcd.Start(lab.At("etcd"));
        var snapshotter = await lab.Snapshot(etcd.Client);
        await etcd.Put("a", "1");
        await snapshotter.Take(SnapshotKind.Delta, false, default);
        await lab.StopSnapshots();
        var damaged = Directory.EnumerateFiles(Path.Combine(lab.StoreDirectory, "v2"), prefix + "*").Order(StringComparer.Ordinal).Last();
        var bytes = await File.ReadAllBytesAsync(damaged);
        bytes[bytes.Length / 2] ^= 0xff;
        await File.WriteAllBytesAsync(damaged, bytes);

        var refused = await Assert.ThrowsAsync<RestoreException>(() => lab.Restore("restored"));

        Assert.Contains(Path.GetFileName(damaged), refused.Message, StringComparison.Ordinal);
        Assert.Contains(because, refused.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(lab.At("restored")));
    }

    [Fact]
    public async Task A_compacted_backup_holds_the_last_revision_and_the_deltas_after_it_follow()
    {
        await using var lab = new BackupLab();
        await using var etcd = await SoloEtcd.Start(lab.At("etcd"));
        var snapshotter = await lab.Snapshot(etcd.Client, Compression.Gzip);
        for (var i = 0; i < 200; i++) await etcd.Put($"key-{i % 3}", new string('x', 5000));
        await snapshotter.Take(SnapshotKind.Delta, false, default);

        var metrics = new Druid.Member.Metrics.BackupMetrics(lab.Page, () => null, () => false);
        var compacted = await new Compactor(lab.Store, lab.Options("compaction"), new NoSnapshotLeases(), metrics, Logger.None, TimeProvider.System)
            .Compact(true, new(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1)), default);
        Assert.Equal(await Keyspace.Revision(etcd.Client), compacted.LastRevision);
        Assert.False(Directory.Exists(lab.At("compaction")));
        await etcd.Put("after", "compaction");
        await snapshotter.Take(SnapshotKind.Delta, false, default);
        await lab.StopSnapshots();

        var chain = (await SnapshotList.Read(lab.Store, default)).Chain()!;
        Assert.Equal(compacted.Path, chain.Base.Path);
        Assert.Single(chain.Deltas);
        await using var restored = await lab.Restore("restored");
        Assert.Equal(await Keyspace.Of(etcd.Client), await Keyspace.Of(restored.Client));
        Assert.True((await restored.Client.Status(default)).DbSizeInUse < 200 * 5000 / 2, "old revisions are gone");
    }

    [Fact]
    public async Task Users_and_their_roles_come_back_and_are_compacted_like_everything_else()
    {
        await using var lab = new BackupLab();
        await using var etcd = await SoloEtcd.Start(lab.At("etcd"));
        await etcd.Put("open", "1");
        foreach (var line in (string[])["user add root:secret", "user grant-role root root", "role add reader", "role grant-permission reader read open", "user add guest:guest", "user grant-role guest reader", "auth enable"])
            await Etcdctl(etcd.Client.Endpoints[0], line);
        using var root = As(etcd, "root", "secret");
        var snapshotter = await lab.Snapshot(root, Compression.Gzip);
        for (var i = 0; i < 20; i++) await root.Put(new() { Key = Google.Protobuf.ByteString.CopyFromUtf8($"key-{i % 3}"), Value = Google.Protobuf.ByteString.CopyFromUtf8($"{i}") }, default);
        await snapshotter.Take(SnapshotKind.Delta, false, default);
        await lab.StopSnapshots();
        Assert.True((await SnapshotList.Read(lab.Store, default)).Chain()!.Deltas.Count > 0);

        var metrics = new Druid.Member.Metrics.BackupMetrics(lab.Page, () => null, () => false);
        await new Compactor(lab.Store, lab.Options("compaction"), new NoSnapshotLeases(), metrics, Logger.None, TimeProvider.System).Compact(true, new(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1)), default);
        await new Restorer(lab.Store, lab.Options("restored"), Logger.None, TimeProvider.System).Restore(default);

        await using var restored = await SoloEtcd.Start(lab.At("restored"), serves: false);
        using var again = As(restored, "root", "secret");
        await Eventually.Is("root is let in", async () => { try { return await Keyspace.Revision(again) > 1; } catch (Druid.Member.Etcd.EtcdException) { return false; } });
        Assert.Equal(await Keyspace.Of(root), await Keyspace.Of(again));
        using var guest = As(restored, "guest", "guest");
        Assert.Equal(1, (await guest.Range(new() { Key = Google.Protobuf.ByteString.CopyFromUtf8("open") }, default)).Count);
        Assert.Equal(Druid.Member.Etcd.EtcdError.PermissionDenied, (await Assert.ThrowsAsync<Druid.Member.Etcd.EtcdException>(() => Keyspace.Revision(guest))).Error);
    }

    static Druid.Member.Etcd.EtcdClient As(SoloEtcd etcd, string user, string password) => new(new() { Endpoints = etcd.Client.Endpoints, Username = user, Password = password });

    static async Task Etcdctl(Uri endpoint, string line)
    {
        using var tool = Process.Start(new ProcessStartInfo("etcdctl", [$"--endpoints={endpoint}", .. line.Split(' ')]) { Environment = { ["ETCDCTL_API"] = "3" }, RedirectStandardError = true, RedirectStandardOutput = true })!;
        var said = await tool.StandardError.ReadToEndAsync();
        await tool.WaitForExitAsync();
        Assert.True(tool.ExitCode == 0, $"{line}: {said}");
    }

    static async Task RoundTrip(Compression compression, int operations, int snapshots, ulong? seed, bool older = false)
    {
        var start = seed ?? (ulong)Random.Shared.NextInt64();
        var history = History.OfLength(operations).Sample(1, new Rnd(start), 50).Single();
        await using var lab = new BackupLab();
        await using var etcd = await SoloEtcd.Start(lab.At("etcd"));
        try
        {
            var snapshotter = await lab.Snapshot(etcd.Client, compression, limit: 1 << 20);
            var world = new HistoryRunner(etcd.Client);
            var done = 0;
            foreach (var step in history)
            {
                await world.Do(step);
                if (++done % (operations / snapshots) == 0) await snapshotter.Take(done / (operations / snapshots) % 3 == 2 ? SnapshotKind.Full : SnapshotKind.Delta, false, default);
            }
            await snapshotter.Take(SnapshotKind.Delta, false, default);
            await lab.StopSnapshots();
            if (older) ToOlderLayout(lab.StoreDirectory);
            var chain = (await SnapshotList.Read(lab.Store, default)).Chain()!;
            Assert.Null(chain.Gap);
            Assert.StartsWith(older ? "v1/Backup-" : "v2/", chain.Latest.Path, StringComparison.Ordinal);
            await using var restored = await lab.Restore("restored");
            Assert.Equal(await Keyspace.Revision(etcd.Client), await Keyspace.Revision(restored.Client));
            Assert.Equal(await Keyspace.Of(etcd.Client), await Keyspace.Of(restored.Client));
            Assert.Equal(await Leases(etcd.Client, world.Used), await Leases(restored.Client, world.Used));
        }
        catch (Exception failure)
        {
            throw new Xunit.Sdk.XunitException($"seed {start}, {operations} operations: {failure}");
        }
    }

    // There each full snapshot had a directory of its own, with the deltas after it.
    static void ToOlderLayout(string store)
    {
        var current = Path.Combine(store, Snapshot.Current);
        var directory = "";
        foreach (var snapshot in Directory.EnumerateFiles(current).Select(f => Snapshot.Parse($"{Snapshot.Current}/{Path.GetFileName(f)}")!).OrderBy(s => s.LastRevision).ThenBy(s => s.Kind == SnapshotKind.Full))
        {
            if (snapshot.Kind == SnapshotKind.Full || directory.Length == 0) directory = Path.Combine(store, Snapshot.Older, $"Backup-{snapshot.CreatedOn.ToUnixTimeSeconds()}");
            Directory.CreateDirectory(directory);
            File.Move(Path.Combine(current, snapshot.Name), Path.Combine(directory, snapshot.Name));
        }
        Directory.Delete(current);
    }

    // For how long the leases were granted whose keys were written.
    static async Task<List<string>> Leases(Druid.Member.Etcd.EtcdClient etcd, IEnumerable<long> ids)
    {
        var lines = new List<string>();
        foreach (var id in ids.Order())
        {
            var lease = await etcd.LeaseTimeToLive(new LeaseTimeToLiveRequest { ID = id, Keys = true }, default);
            if (lease.Keys.Count > 0) lines.Add($"{id:x} {lease.GrantedTTL} {string.Join(',', lease.Keys.Select(k => k.ToBase64()).Order(StringComparer.Ordinal))}");
        }
        return lines;
    }
}
