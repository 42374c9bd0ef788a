using System.Globalization;
using Druid.Member.Backups;
using Druid.Member.Etcd;
using Druid.Member.Snapshots;
using Druid.MemberTests.Harness;
using Google.Protobuf;
using Xunit.Abstractions;

namespace Druid.MemberTests;

/// <summary>
/// Agents and etcd are killed at any moment: while they write, store snapshots, restore, compact and collect garbage. What the
/// backups held is never lost, and nothing half-written looks like a snapshot.
/// </summary>
public class CrashTests(ITestOutputHelper output)
{
    const int Keys = 200;

    [Fact]
    public Task Ten_kills_lose_nothing_that_was_backed_up() => Kill(10);

    [Fact, Trait("Matrix", "Full")]
    public Task Three_hundred_kills_lose_nothing_that_was_backed_up() => Kill(300);

    async Task Kill(int times)
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        await using var cluster = new Cluster(1, leases: await Leases.Start("e-0", "e-full-snap", "e-delta-snap"));
        cluster.UseLocalStore("--garbage-collection-period=1s", "--garbage-collection-policy=LimitBased", "--max-backups=2", "--delta-snapshot-memory-limit=20000");
        await cluster.Start();
        // What is lost before the first snapshot was never backed up.
        await Eventually.Is("a full snapshot is there", async () =>
        {
            await using var store = cluster.Store();
            return (await SnapshotList.Read(store, default)).Chain() is not null;
        }, () => cluster[0].Log);
        var course = new Course(cluster, new Random(seed));
        try
        {
            for (var kill = 0; kill < times; kill++) await course.Round();
            await course.VerifyStore();
        }
        catch (Exception failure)
        {
            throw new Xunit.Sdk.XunitException($"seed {seed}, after {course.Told}: {failure}\n{cluster[0].Log}");
        }
        output.WriteLine(course.Told);
    }

    sealed class Course(Cluster cluster, Random random)
    {
        readonly Pod _pod = cluster[0];
        readonly Dictionary<string, int> _done = [];

        // What etcd has acknowledged, in its order.
        readonly List<(long Revision, int Key, int Value)> _acknowledged = [];
        int _next;

        public string Told => string.Join(", ", _done.Select(d => $"{d.Value} {d.Key}"));

        public async Task Round()
        {
            using var stop = new CancellationTokenSource();
            var writing = Write(stop.Token);
            var asking = random.Next(3) switch { 0 => Ask("/snapshot/full"), 1 => Ask("/snapshot/delta"), _ => Task.CompletedTask };
            await Task.Delay(random.Next(20, 700), default);
            var kind = random.Next(8);
            switch (kind)
            {
                case 0 or 1:
                    Count("kills of the sidecar");
                    _pod.Sidecar!.Kill();
                    break;
                case 2 or 3:
                    Count("kills of etcd");
                    _pod.Wrapper!.Kill();
                    break;
                case 4:
                    Count("kills of both");
                    _pod.Kill();
                    break;
                case 5:
                    Count("kills of a compaction");
                    await KillCompaction();
                    break;
                default:
                    Count("lost volumes");
                    _pod.Kill();
                    break;
            }
            await stop.CancelAsync();
            await writing;
            await asking;
            if (kind >= 6) await Lose();
            else if (kind <= 1) _pod.StartSidecar();
            else if (kind <= 3) _pod.StartWrapper();
            else if (kind == 4) _pod.Start();
            await _pod.UntilReady();
            await Verify();
        }

        /// <summary>Everything that is called a snapshot is whole, and all of it leads somewhere.</summary>
        public async Task VerifyStore()
        {
            await using var store = cluster.Store();
            var list = await SnapshotList.Read(store, default);
            foreach (var snapshot in list.All)
            {
                var verified = await SnapshotVerification.Verify(store, snapshot, default);
                Assert.True(verified.Damage is null, $"{snapshot.Path}: {verified.Damage}");
            }
            Assert.NotNull(list.Chain());
            Assert.Null(list.Chain()!.Gap);
        }

        async Task Lose()
        {
            // Collected while it is looked at: no agent runs.
            await VerifyStore();
            await using var store = cluster.Store();
            var backedUp = (await SnapshotList.Read(store, default)).Chain()!.LastRevision;
            Assert.True(backedUp >= Noted("e-full-snap") && backedUp >= Noted("e-delta-snap"), $"the leases say more than the store's {backedUp}");
            _pod.LoseVolume();
            _pod.Start();
            if (random.Next(2) == 0)
            {
                Count("kills of a restore");
                await Task.Delay(random.Next(50, 600), default);
                _pod.Kill();
                _pod.Start();
            }
            await _pod.UntilReady();
            using var etcd = _pod.Client();
            var restored = await Keyspace.Revision(etcd);
            Assert.True(restored >= backedUp, $"restored to revision {restored}, and the backups reached {backedUp}");
            _acknowledged.RemoveAll(a => a.Revision > restored);
        }

        async Task Verify()
        {
            using var etcd = _pod.Client();
            var values = new Dictionary<string, int>();
            foreach (var kv in (await etcd.Range(new() { Key = ByteString.CopyFromUtf8("k"), RangeEnd = ByteString.CopyFromUtf8("l") }, default)).Kvs)
                values[kv.Key.ToStringUtf8()] = int.Parse(kv.Value.ToStringUtf8().Split(' ')[0], CultureInfo.InvariantCulture);
            // Values only grow; one that was sent and not acknowledged may be there too.
            foreach (var (revision, key, value) in _acknowledged)
                Assert.True(values.GetValueOrDefault($"k{key}", -1) >= value, $"k{key} has {values.GetValueOrDefault($"k{key}", -1)}, and {value} was acknowledged at revision {revision}");
        }

        async Task Write(CancellationToken cancel)
        {
            using var etcd = _pod.Client();
            try
            {
                while (!cancel.IsCancellationRequested)
                {
                    var value = ++_next;
                    var answer = await etcd.Put(new() { Key = ByteString.CopyFromUtf8($"k{value % Keys}"), Value = ByteString.CopyFromUtf8($"{value} {new string('x', value % 300)}") }, cancel);
                    _acknowledged.Add((answer.Header.Revision, value % Keys, value));
                }
            }
            catch (Exception ended) when (ended is EtcdException or OperationCanceledException)
            {
                // Killed.
            }
        }

        async Task KillCompaction()
        {
            using var compaction = new Agent(new Dictionary<string, string> { ["HOME"] = cluster.Root },
            [
                "compact", "--storage-provider=Local", "--store-container=bucket", "--store-prefix=backups", $"--data-dir={cluster.Root}/compaction", $"--restoration-temp-snapshots-dir={cluster.Root}/compaction.temp",
            ]);
            await Task.Delay(random.Next(50, 1500), default);
            compaction.Kill();
        }

        async Task Ask(string path)
        {
            try
            {
                await _pod.Ask(path);
            }
            catch (Exception killed) when (killed is HttpRequestException or OperationCanceledException)
            {
                // Killed.
            }
        }

        long Noted(string lease) => cluster.Leases!.Holder(lease) is { Length: > 0 } revision && long.TryParse(revision, CultureInfo.InvariantCulture, out var noted) ? noted : 0;

        void Count(string what) => _done[what] = _done.GetValueOrDefault(what) + 1;
    }
}
