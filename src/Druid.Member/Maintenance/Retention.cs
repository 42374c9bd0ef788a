using Druid.Member.Snapshots;

namespace Druid.Member.Maintenance;

/// <summary>Decides which snapshots are garbage. Pure: the same list at the same time is always decided in the same way.</summary>
static class Retention
{
    static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>
    /// The snapshots that may go, oldest first. The newest full snapshot stays with all that follows it, whatever the policy,
    /// and so do snapshots that the store holds on to.
    /// </summary>
    public static IEnumerable<Snapshot> Garbage(IReadOnlyList<Snapshot> all, RetentionOptions options, DateTimeOffset now)
    {
        var full = all.Where(s => s.Kind == SnapshotKind.Full).ToList();
        // An excluded one is restored from by nobody, so it does not cover anything.
        if (full.LastOrDefault(s => !s.IsExcluded) is not { } newest) return [];
        var older = full.Where(s => s != newest && s.LastRevision <= newest.LastRevision && s.CreatedOn <= newest.CreatedOn).ToList();
        var kept = options.Policy == RetentionPolicy.LimitBased
            ? older.TakeLast(Math.Max(0, options.MostFull - 1)).ToHashSet()
            : Exponential(older, newest, now);
        var deltas = all.Where(s => s.Kind == SnapshotKind.Delta && s.LastRevision <= newest.LastRevision && s.CreatedOn < now - options.DeltaRetention);
        return older.Where(s => !kept.Contains(s)).Concat(deltas).Where(s => !(s.ImmutableUntil > now)).OrderBy(s => s.CreatedOn).ThenBy(s => s.LastRevision);
    }

    // Of each window the newest one. Days and weeks are counted back from the end of today.
    static HashSet<Snapshot> Exponential(List<Snapshot> older, Snapshot newest, DateTimeOffset now)
    {
        var endOfToday = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero) + Day;
        var kept = new HashSet<Snapshot>();
        var windows = new HashSet<(string, long)> { Window(newest.CreatedOn) };
        foreach (var snapshot in older.OrderByDescending(s => s.CreatedOn).ThenByDescending(s => s.LastRevision))
        {
            var window = Window(snapshot.CreatedOn);
            if (window.Unit == "now" || (window.Unit != "never" && windows.Add(window))) kept.Add(snapshot);
        }
        return kept;

        (string Unit, long Number) Window(DateTimeOffset created)
        {
            var age = endOfToday - created;
            if (age <= Day) return created.UtcDateTime.Hour == now.UtcDateTime.Hour ? ("now", 0) : ("hour", created.UtcDateTime.Hour);
            var days = (long)((age.Ticks - 1) / Day.Ticks);
            if (days <= 7) return ("day", days);
            // The weeks end before the days do.
            var weeks = (days - 8) / 7;
            return weeks < 4 ? ("week", weeks) : ("never", 0);
        }
    }
}
