using Druid.Kubernetes.Resources;

namespace Druid.Operator.Configuration;

/// <summary>The controllers.</summary>
public sealed record ControllersConfiguration
{
    /// <summary>The controller of Etcds.</summary>
    public EtcdControllerConfiguration Etcd { get; set; } = new();

    /// <summary>The compaction of snapshots.</summary>
    public CompactionConfiguration Compaction { get; set; } = new();

    /// <summary>The controller of EtcdCopyBackupsTasks.</summary>
    public CopyBackupsTaskConfiguration EtcdCopyBackupsTask { get; set; } = new();

    /// <summary>The controller of EtcdOpsTasks.</summary>
    public OpsTaskConfiguration EtcdOpsTask { get; set; } = new();

    /// <summary>The controller of Secrets that Etcds name.</summary>
    public SecretControllerConfiguration Secret { get; set; } = new();

    /// <summary>Accepted for configurations of the reference operator; leases are always followed by a watch here, which costs no request.</summary>
    public bool DisableLeaseCache { get; set; }

    /// <summary>What is wrong, a sentence each.</summary>
    internal IEnumerable<string> Errors()
    {
        (string Path, int Syncs)[] syncs =
        [
            ("etcd", Etcd.ConcurrentSyncs), ("compaction", Compaction.ConcurrentSyncs), ("etcdCopyBackupsTask", EtcdCopyBackupsTask.ConcurrentSyncs),
            ("etcdOpsTask", EtcdOpsTask.ConcurrentSyncs), ("secret", Secret.ConcurrentSyncs),
        ];
        foreach (var (path, number) in syncs.Where(s => s.Syncs < 1))
        {
            yield return $"controllers.{path}.concurrentSyncs: {number} is below 1; nothing would be reconciled.";
        }
        (string Path, Duration Value)[] times =
        [
            ("etcd.etcdStatusSyncPeriod", Etcd.EtcdStatusSyncPeriod), ("etcd.etcdMember.unknownThreshold", Etcd.EtcdMember.UnknownThreshold),
            ("etcd.etcdMember.notReadyThreshold", Etcd.EtcdMember.NotReadyThreshold), ("compaction.activeDeadlineDuration", Compaction.ActiveDeadlineDuration),
            ("compaction.retryPeriod", Compaction.RetryPeriod), ("etcdOpsTask.requeueInterval", EtcdOpsTask.RequeueInterval),
        ];
        foreach (var (path, value) in times.Where(t => t.Value <= Duration.Zero))
        {
            yield return $"controllers.{path}: {value} is not more than 0; give a duration such as 1m.";
        }
        if (Compaction.MetricsScrapeWaitDuration < Duration.Zero)
        {
            yield return $"controllers.compaction.metricsScrapeWaitDuration: {Compaction.MetricsScrapeWaitDuration} is negative; give a duration, or 0 not to wait.";
        }
        if (Compaction.EventsThreshold < 1)
        {
            yield return $"controllers.compaction.eventsThreshold: {Compaction.EventsThreshold} is below 1; give a number of events.";
        }
        if (Compaction.TriggerFullSnapshotThreshold <= Compaction.EventsThreshold)
        {
            yield return $"controllers.compaction.triggerFullSnapshotThreshold: {Compaction.TriggerFullSnapshotThreshold} is not above eventsThreshold ({Compaction.EventsThreshold}); no job would ever be started.";
        }
    }
}

/// <summary>The controller of Etcds.</summary>
public sealed record EtcdControllerConfiguration
{
    /// <summary>How many clusters are worked on at once.</summary>
    public int ConcurrentSyncs { get; set; } = 3;

    /// <summary>Changes of a spec are applied at once, and not only when the reconcile annotation asks for it.</summary>
    public bool EnableEtcdSpecAutoReconcile { get; set; }

    /// <summary>Pods of members get no token of their service account, for installations that mount one by other means.</summary>
    public bool DisableEtcdServiceAccountAutomount { get; set; }

    /// <summary>Accepted for configurations of the reference operator; the status follows watches here and needs no period.</summary>
    public Duration EtcdStatusSyncPeriod { get; set; } = Duration.Parse("15s");

    /// <summary>When a silent member stops being trusted.</summary>
    public EtcdMemberConfiguration EtcdMember { get; set; } = new();
}

/// <summary>When a silent member stops being trusted.</summary>
public sealed record EtcdMemberConfiguration
{
    /// <summary>Without renewal for this long it is unknown.</summary>
    public Duration UnknownThreshold { get; set; } = Duration.Parse("1m");

    /// <summary>Unknown for this long it is not ready.</summary>
    public Duration NotReadyThreshold { get; set; } = Duration.Parse("5m");
}

/// <summary>The compaction of snapshots.</summary>
public sealed record CompactionConfiguration
{
    /// <summary>Whether deltas are compacted at all.</summary>
    public bool Enabled { get; set; }

    /// <summary>Accepted for configurations of the reference operator; compaction is part of the work on an Etcd here.</summary>
    public int ConcurrentSyncs { get; set; } = 3;

    /// <summary>From this many events since the last full snapshot on, a job compacts them, unless the Etcd says otherwise.</summary>
    public long EventsThreshold { get; set; } = 1_000_000;

    /// <summary>From this many events on, the members take a full snapshot instead, unless the Etcd says otherwise.</summary>
    public long TriggerFullSnapshotThreshold { get; set; } = 3_000_000;

    /// <summary>How long a job may run.</summary>
    public Duration ActiveDeadlineDuration { get; set; } = Duration.Parse("3h");

    /// <summary>How long a job stays after its end, so that its metrics are read.</summary>
    public Duration MetricsScrapeWaitDuration { get; set; } = Duration.Zero;

    /// <summary>After a failure, how long it takes until the next attempt.</summary>
    public Duration RetryPeriod { get; set; } = Duration.Parse("5m");
}

/// <summary>The controller of EtcdCopyBackupsTasks.</summary>
public sealed record CopyBackupsTaskConfiguration
{
    /// <summary>Whether tasks are carried out.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>How many tasks are worked on at once.</summary>
    public int ConcurrentSyncs { get; set; } = 3;
}

/// <summary>The controller of EtcdOpsTasks.</summary>
public sealed record OpsTaskConfiguration
{
    /// <summary>How many tasks are worked on at once.</summary>
    public int ConcurrentSyncs { get; set; } = 3;

    /// <summary>After an attempt that failed for want of a connection, how long it takes until the next.</summary>
    public Duration RequeueInterval { get; set; } = Duration.Parse("15s");
}

/// <summary>The controller of Secrets that Etcds name.</summary>
public sealed record SecretControllerConfiguration
{
    /// <summary>How many secrets are worked on at once.</summary>
    public int ConcurrentSyncs { get; set; } = 10;
}
