using Druid.Member.Snapshots;

namespace Druid.Member.Backups;

/// <summary>Revisions between the first full snapshot and the last snapshot to which no restore leads.</summary>
static class SnapshotGaps
{
    /// <summary>From and to, both missing. What a full snapshot after them covers is no gap before that snapshot's revision can be restored, but the revisions between are.</summary>
    public static IEnumerable<(long From, long To)> Of(SnapshotList list)
    {
        var usable = list.All.Where(snapshot => !snapshot.IsExcluded).ToList();
        var first = usable.Where(snapshot => snapshot.Kind == SnapshotKind.Full).Select(snapshot => (long?)snapshot.LastRevision).Min();
        if (first is not { } reached) yield break;
        foreach (var delta in usable.Where(snapshot => snapshot.Kind == SnapshotKind.Delta).OrderBy(snapshot => snapshot.StartRevision))
        {
            // A full snapshot in between is a new beginning.
            var begin = usable.Where(s => s.Kind == SnapshotKind.Full && s.LastRevision > reached && s.LastRevision < delta.LastRevision).Select(s => s.LastRevision).DefaultIfEmpty(reached).Max();
            if (delta.StartRevision > begin + 1) yield return (begin + 1, delta.StartRevision - 1);
            reached = Math.Max(begin, Math.Max(reached, delta.LastRevision));
        }
    }
}
