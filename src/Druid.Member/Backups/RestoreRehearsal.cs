using System.Globalization;
using Druid.Member.Restore;
using Druid.Member.Snapshots;
using Druid.Member.Stores;

namespace Druid.Member.Backups;

/// <summary>What a restore would do, found out without doing it: snapshots are read as a restore reads them, and nothing is written.</summary>
static class RestoreRehearsal
{
    /// <summary>Tells which snapshots would be restored and whether they are sound.</summary>
    /// <param name="store">Where they are.</param>
    /// <param name="list">All of them, for the revisions that are missing.</param>
    /// <param name="chains">What a restore would try, in this order: all lead to the same revision.</param>
    /// <param name="options">What is to be restored. Without a check of hashes nothing is read.</param>
    /// <param name="output">Where it is told.</param>
    /// <param name="cancel">Ends it.</param>
    /// <returns>Why the restore would fail or lead to less than was asked for; null when it would not.</returns>
    /// <exception cref="StoreException">The store does not answer.</exception>
    public static async Task<string?> Tell(IObjectStore store, SnapshotList list, IReadOnlyList<SnapshotChain> chains, RestoreOptions options, TextWriter output, CancellationToken cancel)
    {
        string? damaged = null;
        foreach (var chain in chains)
        {
            if (damaged is not null) await output.WriteLineAsync("instead of it");
            damaged = await Tell(store, chain, options, output, cancel);
            if (damaged is null) break;
        }
        var reached = chains[0].LastRevision;
        string?[] problems =
        [
            damaged,
            // Only where something lies behind it that would be asked for.
            chains[0].Gap is { } gap ? Missing(list, gap) : null,
            options.UpTo is { } wanted && wanted > reached ? Text($"revision {wanted} is asked for, and no snapshot that can be reached goes beyond {reached}") : null,
            Directory.Exists(options.DataDirectory) ? $"{options.DataDirectory} exists, and nothing is restored over it: move it away, or give another --data-dir" : null,
        ];
        var told = problems.OfType<string>().ToList();
        await output.WriteLineAsync(damaged is null
            ? Text($"leads to revision {reached} in {options.DataDirectory}, as member {options.Name}{(options.SkipHashCheck ? "; hashes were not verified" : "")}")
            : Text($"NOTHING WOULD BE RESTORED of revision {reached}"));
        foreach (var problem in told) await output.WriteLineAsync($"PROBLEM  {problem}");
        return told.Count == 0 ? null : string.Join("; ", told);
    }

    static async Task<string?> Tell(IObjectStore store, SnapshotChain chain, RestoreOptions options, TextWriter output, CancellationToken cancel)
    {
        string? damaged = null;
        var reached = 0L;
        foreach (var snapshot in chain.Deltas.Prepend(chain.Base))
        {
            var (state, damage) = options.SkipHashCheck ? ("unverified", (string?)null) : await Verify(store, snapshot, cancel);
            await output.WriteLineAsync(Text($"{(snapshot.Kind == SnapshotKind.Full ? "full " : "delta")}  {Revisions(snapshot),-23}  {SnapshotTable.Size(snapshot.Size),10}  {snapshot.CreatedOn.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z  {state,-20}  {snapshot.Path}"));
            if (damage is not null)
            {
                damaged ??= $"{damage}: {(snapshot.Kind == SnapshotKind.Full ? "remove it, and an older one is restored from" : Text($"--revision={reached} would restore what is before it"))}";
            }
            reached = snapshot.LastRevision;
        }
        return damaged;
    }

    static async Task<(string State, string? Damage)> Verify(IObjectStore store, Snapshot snapshot, CancellationToken cancel)
    {
        try
        {
            var verified = await SnapshotVerification.Verify(store, snapshot, cancel);
            var state = verified.Damage is not null ? "DAMAGED" : snapshot.Kind == SnapshotKind.Full ? "sound" : Text($"sound, {verified.Events} events");
            return (state, verified.Damage);
        }
        catch (StoreException gone) when (gone.Error == StoreError.NotFound)
        {
            return ("GONE", $"{snapshot.Path} is gone since the store was listed");
        }
    }

    static string Missing(SnapshotList list, long gap)
    {
        var ranges = SnapshotGaps.Of(list).Where(range => range.To >= gap).Select(range => Text($"{range.From} to {range.To}")).ToList();
        return Text($"revisions {(ranges.Count > 0 ? string.Join(", ", ranges) : Text($"from {gap}"))} are in no snapshot, so that later ones are not restored");
    }

    static string Revisions(Snapshot snapshot) => snapshot.Kind == SnapshotKind.Full ? Text($"{snapshot.LastRevision}") : Text($"{snapshot.StartRevision} to {snapshot.LastRevision}");

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
