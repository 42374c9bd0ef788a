using Druid.Member.Etcd.Rpc;
using Druid.Member.Snapshots;
using Google.Protobuf;

namespace Druid.MemberBench.Scenarios;

/// <summary>A store with a full snapshot and the deltas after it.</summary>
static class Chain
{
    const int EventsInDelta = 50_000, ValueSize = 100;

    /// <summary>
    /// Fills a store. The full snapshot is of an etcd; the deltas are written as a watch of it would have brought them, one
    /// revision an event.
    /// </summary>
    public static async Task Write(Workbench bench, long values, int events, CancellationToken cancel)
    {
        var (process, url, client) = await bench.Etcd("source", cancel);
        long revision;
        using (client)
        {
            await new Load(client).Add(values, cancel);
            revision = (await client.Range(new() { Key = Load.Key(0), CountOnly = true }, cancel)).Header.Revision;
        }
        var taking = bench.Agent(null, "snapshot", "take", $"--endpoints={Workbench.Text(url)}", "--storage-provider=Local", "--store-container=store", "--compress-snapshots=false");
        await taking.Ended(cancel);
        await process.DisposeAsync();
        Directory.Delete(bench.At("source"), recursive: true);

        var (random, value) = (new Random(2), new byte[ValueSize]);
        for (var first = revision + 1; first <= revision + events; first += EventsInDelta)
        {
            var delta = new Snapshot
            {
                Kind = SnapshotKind.Delta,
                StartRevision = first,
                LastRevision = first + EventsInDelta - 1,
                CreatedOn = DateTimeOffset.UtcNow,
                Compression = Compression.Gzip,
            };
            await using var file = File.Create(Path.Combine(bench.At("store"), delta.Path));
            await using var compressed = delta.Compression.Compress(file);
            using var writer = new DeltaWriter(compressed);
            for (var at = first; at <= delta.LastRevision; at++)
            {
                random.NextBytes(value);
                var key = Load.Key(1 << 25 | (int)(at % 100_000));
                writer.Append(new Event { Kv = new() { Key = key, Value = ByteString.CopyFrom(value), CreateRevision = at, ModRevision = at, Version = 1 } }, DateTimeOffset.UtcNow);
                if (writer.IsFull) await writer.Flush(cancel);
            }
            await writer.Complete(cancel);
        }
    }

    /// <summary>Restores it with the agent.</summary>
    public static async Task<(double Took, double Peak)> Restore(Workbench bench, string name, CancellationToken cancel, params string[] more)
    {
        var restore = bench.Agent(null, ["restore", "--storage-provider=Local", "--store-container=store", $"--data-dir={bench.At(name)}", $"--restoration-temp-snapshots-dir={bench.At(name + ".work")}", .. more]);
        var took = await restore.Ended(cancel);
        return (took, restore.PeakMegabytes);
    }
}
