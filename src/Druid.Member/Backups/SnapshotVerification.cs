using Druid.Member.Snapshots;
using Druid.Member.Stores;

namespace Druid.Member.Backups;

/// <summary>What became of reading a snapshot to its end.</summary>
/// <param name="Snapshot">The snapshot.</param>
/// <param name="Bytes">Its bytes when decompressed, up to its hash or to where it is damaged.</param>
/// <param name="Events">The events of a delta.</param>
/// <param name="Damage">What is wrong with it; null if nothing is.</param>
sealed record VerifiedSnapshot(Snapshot Snapshot, long Bytes, long Events, string? Damage);

/// <summary>Reads snapshots as a restore would and checks compression, hash and, of deltas, every event's revision.</summary>
static class SnapshotVerification
{
    const int Buffer = 256 << 10;

    /// <summary>Reads one.</summary>
    /// <exception cref="StoreException">The store fails; that says nothing about the snapshot.</exception>
    public static async Task<VerifiedSnapshot> Verify(IObjectStore store, Snapshot snapshot, CancellationToken cancel)
    {
        var progress = new Progress();
        try
        {
            var content = snapshot.Compression.Decompress(await store.Read(snapshot.Path, cancel));
            if (snapshot.Kind == SnapshotKind.Full) await Full(content, snapshot, progress, cancel);
            else await Delta(content, snapshot, progress, cancel);
            return new(snapshot, progress.Bytes, progress.Events, null);
        }
        catch (InvalidDataException damaged)
        {
            return new(snapshot, progress.Bytes, progress.Events, damaged.Message);
        }
    }

    static async Task Full(Stream content, Snapshot snapshot, Progress progress, CancellationToken cancel)
    {
        await using var hashed = new HashedStream(content, snapshot.Name);
        var buffer = new byte[Buffer];
        while (await hashed.ReadAsync(buffer, cancel) > 0) progress.Bytes = hashed.Count;
        progress.Bytes = hashed.Count;
    }

    static async Task Delta(Stream content, Snapshot snapshot, Progress progress, CancellationToken cancel)
    {
        await using var events = new DeltaReader(content, snapshot.Name);
        var last = 0L;
        while (await events.Next(cancel) is { } next)
        {
            var revision = next.Change.Kv?.ModRevision ?? 0;
            if (revision < last) throw new InvalidDataException($"{snapshot.Name} is damaged: revision {revision} comes after {last}");
            if (revision < snapshot.StartRevision || revision > snapshot.LastRevision) throw new InvalidDataException($"{snapshot.Name} is damaged: it holds revision {revision}");
            last = revision;
            progress.Events++;
        }
        if (last != snapshot.LastRevision) throw new InvalidDataException($"{snapshot.Name} is damaged: it ends with revision {last}");
    }

    sealed class Progress
    {
        public long Bytes { get; set; }

        public long Events { get; set; }
    }
}
