using Druid.Member.Snapshots;

namespace Druid.Member.Maintenance;

/// <summary>Decides which snapshots are garbage. Pure: the same list at the same time is always decided in the same way.</summary>
static class Retention
{
    const int DaysKept = 7, WeeksKept = 4;

    static readonly TimeSpan Day = TimeSpan.FromDays(1);
    static readonly DateTime SomeMonday = new(1970, 1, 5, 0, 0, 0, DateTimeKind.Utc);

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

    // Of each window the newest one. Windows are hours, days and weeks of the calendar: weeks that are counted back from today
    // begin on another day every day, so that what was kept of one is older than the next day's in the same, and none grows old.
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
            if (days <= DaysKept) return ("day", days);
            return days <= DaysKept + WeeksKept * 7 ? ("week", (created.UtcDateTime - SomeMonday).Days / 7) : ("never", 0);
        }
    }
}
