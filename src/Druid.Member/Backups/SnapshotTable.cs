using System.Globalization;
using Druid.Member.Snapshots;

namespace Druid.Member.Backups;

/// <summary>What a store holds, as lines for a terminal.</summary>
static class SnapshotTable
{
    /// <summary>A line for each snapshot, in the order of revisions, and what follows from them all.</summary>
    public static IEnumerable<string> Lines(SnapshotList list, DateTimeOffset now)
    {
        string[][] rows =
        [
            ["KIND", "FROM", "TO", "TAKEN", "AGE", "SIZE", "NOTES", "NAME"],
            .. list.All.Select(snapshot => (string[])
            [
                snapshot.Kind == SnapshotKind.Full ? "full" : "delta",
                snapshot.Kind == SnapshotKind.Full ? "-" : Number(snapshot.StartRevision),
                Number(snapshot.LastRevision),
                snapshot.CreatedOn.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture),
                Age(now - snapshot.CreatedOn),
                Size(snapshot.Size),
                Notes(snapshot, now),
                snapshot.Path,
            ]),
        ];
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows)
            yield return string.Join("  ", row.Select((cell, column) => column is 1 or 2 or 4 or 5 ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]))).TrimEnd();
        yield return "";
        foreach (var line in Summary(list, now)) yield return line;
    }

    /// <summary>Whether and to where it can be restored, and what is wrong.</summary>
    public static IEnumerable<string> Summary(SnapshotList list, DateTimeOffset now)
    {
        yield return $"{list.All.Count(s => s.Kind == SnapshotKind.Full)} full, {list.All.Count(s => s.Kind == SnapshotKind.Delta)} delta snapshots, {Size(list.All.Sum(s => s.Size))}";
        if (list.Chunks.Count > 0) yield return $"{list.Chunks.Count} parts of uploads that broke off, {Size(list.Chunks.Sum(chunk => chunk.Object.Size))}: the next collection removes them";
        if (list.Chain() is not { } chain)
        {
            yield return "NOTHING CAN BE RESTORED: there is no full snapshot that is not excluded";
            yield break;
        }
        yield return $"restorable to revision {chain.LastRevision}, taken {Age(now - chain.Latest.CreatedOn)} ago: {chain.Base.Name} and {chain.Deltas.Count} deltas";
        foreach (var (from, to) in SnapshotGaps.Of(list)) yield return $"GAP: revisions {from} to {to} are in no snapshot";
    }

    /// <summary>Bytes for people.</summary>
    public static string Size(long bytes) => bytes switch
    {
        < 1 << 10 => string.Create(CultureInfo.InvariantCulture, $"{bytes} B"),
        < 1 << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.0} KiB"),
        < 1 << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.0} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1073741824.0:0.00} GiB"),
    };

    /// <summary>A span for people.</summary>
    public static string Age(TimeSpan span) => span switch
    {
        { TotalSeconds: < 120 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0}s"),
        { TotalMinutes: < 120 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalMinutes:0}m"),
        { TotalHours: < 48 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalHours:0}h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{span.TotalDays:0}d"),
    };

    static string Notes(Snapshot snapshot, DateTimeOffset now) => string.Join(", ", ((string?[])
    [
        snapshot.IsFinal ? "final" : null,
        snapshot.IsExcluded ? "excluded" : null,
        snapshot.ImmutableUntil is { } until && until > now ? $"immutable until {until:yyyy-MM-dd}" : null,
    ]).OfType<string>());

    static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
