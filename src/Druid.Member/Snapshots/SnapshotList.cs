using Druid.Member.Stores;

namespace Druid.Member.Snapshots;

/// <summary>What a store holds of snapshots.</summary>
/// <param name="All">All snapshots, excluded ones too, by their last revision and then by age.</param>
/// <param name="Chunks">Parts that interrupted uploads left, with the snapshot that each was to become a part of.</param>
sealed record SnapshotList(IReadOnlyList<Snapshot> All, IReadOnlyList<(StoredObject Object, Snapshot Whole)> Chunks)
{
    /// <summary>Lists a store; objects that are no snapshots are passed over.</summary>
    /// <exception cref="StoreException">The store does not answer.</exception>
    public static async Task<SnapshotList> Read(IObjectStore store, CancellationToken cancel)
    {
        var all = new List<Snapshot>();
        var chunks = new List<(StoredObject, Snapshot)>();
        foreach (var directory in new[] { Snapshot.Older, Snapshot.Current })
        {
            await foreach (var stored in store.List(directory + "/", cancel))
            {
                if (Snapshot.Parse(stored.Name) is { } snapshot)
                    all.Add(snapshot with { Size = stored.Size, ImmutableUntil = stored.ImmutableUntil, IsExcluded = stored.Excluded });
                else if (Snapshot.ParseChunk(stored.Name) is { } whole)
                    chunks.Add((stored, whole));
            }
        }
        return new([.. all.OrderBy(s => s.LastRevision).ThenBy(s => s.CreatedOn)], chunks);
    }

    /// <summary>What leads to the highest revision that can be restored; null when there is no full snapshot.</summary>
    /// <param name="upTo">A revision that is not to be passed; null for none.</param>
    public SnapshotChain? Chain(long? upTo = null) => Chains(upTo).FirstOrDefault();

    /// <summary>
    /// Everything that can be restored from, best first: what reaches the highest revision and, among those, what has the
    /// newest full snapshot, as that is the quickest to restore.
    /// </summary>
    /// <param name="upTo">A revision that is not to be passed; null for none.</param>
    public IEnumerable<SnapshotChain> Chains(long? upTo = null)
    {
        var usable = All.Where(s => !s.IsExcluded).ToList();
        var deltas = usable.Where(s => s.Kind == SnapshotKind.Delta).OrderBy(s => s.StartRevision).ToList();
        return usable
            .Where(s => s.Kind == SnapshotKind.Full && (upTo is null || s.LastRevision <= upTo))
            .Select(full => Chain(full, deltas, upTo))
            .OrderByDescending(chain => chain.LastRevision)
            .ThenByDescending(chain => chain.Base.LastRevision)
            .ThenByDescending(chain => chain.Base.CreatedOn);
    }

    // Deltas follow one another without a gap. Where several begin in time, the one that reaches farthest is taken: after a
    // change of leader two may hold the same events.
    static SnapshotChain Chain(Snapshot full, List<Snapshot> deltas, long? upTo)
    {
        var chosen = new List<Snapshot>();
        var reached = full.LastRevision;
        for (var at = 0; at < deltas.Count && (upTo is null || reached < upTo);)
        {
            Snapshot? farthest = null;
            for (; at < deltas.Count && deltas[at].StartRevision <= reached + 1; at++)
            {
                if (deltas[at].LastRevision > (farthest?.LastRevision ?? reached)) farthest = deltas[at];
            }
            if (farthest is null) break;
            chosen.Add(farthest);
            reached = farthest.LastRevision;
        }
        var gap = deltas.Any(d => d.StartRevision > reached + 1 && (upTo is null || d.StartRevision <= upTo)) ? reached + 1 : (long?)null;
        return new(full, chosen, upTo is { } limit ? Math.Min(limit, reached) : reached, gap);
    }
}

/// <summary>A full snapshot and the deltas that follow it.</summary>
/// <param name="Base">The full snapshot.</param>
/// <param name="Deltas">The deltas in their order, without a gap between them.</param>
/// <param name="LastRevision">The revision that restoring them leads to.</param>
/// <param name="Gap">The first revision that is missing although later ones are there; null when none is.</param>
sealed record SnapshotChain(Snapshot Base, IReadOnlyList<Snapshot> Deltas, long LastRevision, long? Gap)
{
    /// <summary>The newest snapshot of the chain.</summary>
    public Snapshot Latest => Deltas.Count > 0 ? Deltas[^1] : Base;
}
