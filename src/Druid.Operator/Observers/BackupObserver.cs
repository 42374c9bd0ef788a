using System.Globalization;
using Druid.Api;
using Druid.Kubernetes.Resources;
using Druid.Operator.Agents;
using Druid.Operator.Health;
using Druid.StateMachine.Etcd;

namespace Druid.Operator.Observers;

/// <summary>When deltas are compacted, where the Etcd does not say.</summary>
/// <param name="Enabled">Whether they are at all.</param>
/// <param name="CompactAt">From this many events on, by a job.</param>
/// <param name="SnapshotAt">From this many events on, by a full snapshot of the members.</param>
/// <param name="RetryPeriod">After a failure, the time until the next attempt.</param>
public sealed record CompactionOptions(bool Enabled, long CompactAt, long SnapshotAt, TimeSpan RetryPeriod)
{
    /// <summary>How long a job may run.</summary>
    public Duration ActiveDeadline { get; init; } = Duration.Parse("3h");

    /// <summary>How long a job stays after its end, so that its metrics are read.</summary>
    public Duration MetricsScrapeWait { get; init; }

    /// <summary>No compaction.</summary>
    public static CompactionOptions Off { get; } = new(false, 1_000_000, 3_000_000, TimeSpan.FromMinutes(5));
}

/// <summary>What leases, job, status and agents say of a cluster's backups.</summary>
public static class BackupObserver
{
    /// <summary>The view.</summary>
    public static BackupView Observe(ClusterObjects objects, CompactionOptions options)
    {
        var compaction = objects.Etcd.Spec.Backup.SnapshotCompaction;
        var asked = IsAskedFor(objects);
        return new()
        {
            Configured = HasStore(objects.Etcd),
            // A job takes its full snapshot before it ends: that satisfies the request, and must not take the job away.
            CompactionEnabled = options.Enabled || objects.Etcd.AsksForCompactionUpTo() is not null,
            DeltaRevisions = DeltaRevisions(objects),
            CompactAt = asked ? 1 : options.Enabled ? compaction?.EventsThreshold ?? options.CompactAt : long.MaxValue,
            SnapshotAt = asked || options.Enabled ? compaction?.TriggerFullSnapshotThreshold ?? options.SnapshotAt : long.MaxValue,
            Job = JobObserver.StateOf(CompactionJobOf(objects)),
            BackingOff = RetryAt(objects, options) > objects.At,
            BeforeStop = objects.Agents.Of(RequestPurpose.BeforeStop).State,
            BeforeUpgrade = objects.Agents.Of(RequestPurpose.BeforeUpgrade).State,
            InsteadOfJob = objects.Agents.Of(RequestPurpose.InsteadOfJob).State,
            Verified = objects.Agents.Of(RequestPurpose.Verification).State,
        };
    }

    // Until a full snapshot holds what was asked for: so the request needs not be taken back, and is not lost either.
    static bool IsAskedFor(ClusterObjects objects) =>
        objects.Etcd.AsksForCompactionUpTo() is { } revision
        && (RevisionIn(objects.Find<Lease>(Names.FullSnapshotLease(objects.Etcd))) ?? 0) < revision;

    /// <summary>Whether snapshots are taken: a store without a provider has never been one.</summary>
    public static bool HasStore(Etcd etcd) => StorageProvider.Resolve(etcd.Spec.Backup.Store?.Provider) is not null;

    /// <summary>The compaction job of this very Etcd, not of a namesake before it.</summary>
    public static Job? CompactionJobOf(ClusterObjects objects) =>
        objects.Find<Job>(Names.CompactionJob(objects.Etcd)) is { } job && job.IsControlledBy(objects.Etcd) ? job : null;

    /// <summary>The time until which something that failed is left alone; null when nothing is.</summary>
    public static DateTimeOffset? RetryAt(ClusterObjects objects, CompactionOptions options)
    {
        var status = objects.Etcd.Status.Lifecycle;
        var failing = status?.Regions.FirstOrDefault(r => r.Name == EtcdLifecycle.Backup)?.State == SnapshotCompaction.Failing;
        return objects.Agents.Requests.Values.Select(r => r.RetryAt)
            .Append(failing ? LifecycleRecord.Since(status, EtcdLifecycle.Backup) + options.RetryPeriod : null)
            .Max();
    }

    /// <summary>Revisions between the latest full and the latest delta snapshot; 0 where they cannot be told.</summary>
    public static long DeltaRevisions(ClusterObjects objects)
    {
        var full = RevisionIn(objects.Find<Lease>(Names.FullSnapshotLease(objects.Etcd)));
        var delta = RevisionIn(objects.Find<Lease>(Names.DeltaSnapshotLease(objects.Etcd)));
        return full is null || delta is null ? 0 : Math.Max(0, delta.Value - Math.Max(full.Value, objects.Agents.FullSnapshotRevision));
    }

    static long? RevisionIn(Lease? lease) =>
        long.TryParse(lease?.Spec?.HolderIdentity, NumberStyles.None, CultureInfo.InvariantCulture, out var revision) ? revision : null;
}
