using Druid.Api;
using Druid.Kubernetes.Resources;
using Druid.Operator.Observers;

namespace Druid.Operator.Health;

/// <summary>Whether snapshots are taken as scheduled, told from the leases in which agents note the latest ones.</summary>
public static class BackupHealth
{
    // A new leader begins with a full snapshot, which takes its time; nobody is to be alarmed by that.
    static readonly TimeSpan LeastDoubt = TimeSpan.FromMinutes(1);
    static readonly TimeSpan LeastAlarm = TimeSpan.FromMinutes(5);

    // Agents take a period below this as "no deltas".
    static readonly TimeSpan ShortestPeriod = TimeSpan.FromSeconds(1);

    /// <summary>The condition BackupReady; null where there is no store.</summary>
    public static Finding? Check(ClusterObjects objects, int size, DateTimeOffset now)
    {
        if (!BackupObserver.HasStore(objects.Etcd))
        {
            return null;
        }
        if (size == 0)
        {
            return Unknown("NotChecked", "No member runs, so no snapshots are taken.");
        }
        var times = Times.Of(objects, now);
        if (times.Latest is not { } latest)
        {
            return Unknown("Unknown", "No snapshot has been taken yet.");
        }
        if (times.FullDue <= now)
        {
            return Failed(times.Full is { } full
                ? $"The last full snapshot was taken at {full:u}; the next one is overdue since {times.FullDue:u}."
                : $"No full snapshot was taken; the first one is overdue since {times.FullDue:u}.");
        }
        if (!times.HasDeltas)
        {
            return Succeeded;
        }
        if (times.Delta is null)
        {
            return Unknown("Unknown", "Delta snapshots have not begun yet.");
        }
        return now < latest + times.Doubt ? Succeeded
            : now < latest + times.Alarm ? Unknown("Unknown", $"The last snapshot was taken at {latest:u}; the next one is late.")
            : Failed($"The last snapshot was taken at {latest:u}; one is due every {times.Period}.");
    }

    /// <summary>When the condition changes if nothing is heard until then; null when it cannot.</summary>
    public static DateTimeOffset? NextChange(ClusterObjects objects, int size, DateTimeOffset now)
    {
        if (size == 0 || !BackupObserver.HasStore(objects.Etcd))
        {
            return null;
        }
        var times = Times.Of(objects, now);
        DateTimeOffset?[] moments = [times.FullDue, .. times.HasDeltas ? (DateTimeOffset?[])[times.Latest + times.Doubt, times.Latest + times.Alarm] : []];
        return moments.Where(at => at > now).Min();
    }

    static Finding Succeeded { get; } = new(ConditionType.BackupReady, ConditionStatus.True, "BackupSucceeded", "Snapshots are taken as scheduled.");

    static Finding Failed(string message) => new(ConditionType.BackupReady, ConditionStatus.False, "BackupFailed", message);

    static Finding Unknown(string reason, string message) => new(ConditionType.BackupReady, ConditionStatus.Unknown, reason, message);

    /// <summary>When snapshots were taken, and when the next ones are missed.</summary>
    sealed record Times(DateTimeOffset? Full, DateTimeOffset? Delta, DateTimeOffset? FullDue, Duration Period)
    {
        public bool HasDeltas => Period.ToTimeSpan() >= ShortestPeriod;

        public DateTimeOffset? Latest => Full is null || Delta > Full ? Delta : Full;

        public TimeSpan Doubt => Longest(Period.ToTimeSpan() * 2, LeastDoubt);

        public TimeSpan Alarm => Longest(Period.ToTimeSpan() * 3, LeastAlarm);

        public static Times Of(ClusterObjects objects, DateTimeOffset now)
        {
            var backup = objects.Etcd.Spec.Backup;
            var lease = objects.Find<Lease>(Names.FullSnapshotLease(objects.Etcd));
            var full = TakenAt(lease, now);
            var since = full ?? lease?.Metadata.CreationTimestamp;
            var grace = (backup.EtcdSnapshotTimeout ?? EtcdDefaults.SnapshotTimeout).ToTimeSpan();
            var due = since is { } start && CronSchedule.TryParse(backup.FullSnapshotSchedule ?? EtcdDefaults.FullSnapshotSchedule, out var schedule)
                ? schedule.Next(start) + grace
                : null;
            return new(full, TakenAt(objects.Find<Lease>(Names.DeltaSnapshotLease(objects.Etcd)), now), due, backup.DeltaSnapshotPeriod ?? EtcdDefaults.DeltaSnapshotPeriod);
        }

        // An agent whose clock runs ahead does not make a snapshot last longer.
        static DateTimeOffset? TakenAt(Lease? lease, DateTimeOffset now) => lease?.Spec?.RenewTime is { } at ? at > now ? now : at : null;

        static TimeSpan Longest(TimeSpan a, TimeSpan b) => a > b ? a : b;
    }
}
