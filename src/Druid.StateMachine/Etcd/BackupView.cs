namespace Druid.StateMachine.Etcd;

/// <summary>What was observed of a cluster's backups.</summary>
public sealed record BackupView
{
    /// <summary>A store is configured.</summary>
    public bool Configured { get; init; }

    /// <summary>Compaction of snapshots is switched on.</summary>
    public bool CompactionEnabled { get; init; }

    /// <summary>Revisions between the latest full snapshot and the latest delta snapshot.</summary>
    public long DeltaRevisions { get; init; }

    /// <summary>From this many revisions on, deltas are compacted into a full snapshot by a job.</summary>
    public long CompactAt { get; init; } = 1_000_000;

    /// <summary>From this many revisions on, a job would take too long: the members take a full snapshot instead.</summary>
    public long SnapshotAt { get; init; } = 3_000_000;

    /// <summary>The compaction job.</summary>
    public JobState Job { get; init; }

    /// <summary>After a failure, the time to try again has not come yet.</summary>
    public bool BackingOff { get; init; }

    /// <summary>The full snapshot that the lifecycle asked for before it stops the members.</summary>
    public SnapshotRequest BeforeStop { get; init; }

    /// <summary>The full snapshot that the lifecycle asked for before it has members run another version of etcd.</summary>
    public SnapshotRequest BeforeUpgrade { get; init; }

    /// <summary>The full snapshot that was asked for instead of a compaction job.</summary>
    public SnapshotRequest InsteadOfJob { get; init; }

    /// <summary>A snapshot that can be restored was found and its hashes were verified, for the recovery under way.</summary>
    public SnapshotRequest Verified { get; init; }
}

/// <summary>What a full snapshot is asked for.</summary>
public enum SnapshotPurpose
{
    /// <summary>The members are about to be stopped.</summary>
    BeforeStop,

    /// <summary>The members are about to run another version of etcd.</summary>
    BeforeUpgrade,

    /// <summary>A compaction job would take too long, or did.</summary>
    InsteadOfJob,
}

/// <summary>What became of a request to a member's agent. A request belongs to the state that made it: an older answer does not count.</summary>
public enum SnapshotRequest
{
    /// <summary>Nothing was asked for since the state was entered.</summary>
    NotAsked,

    /// <summary>Asked for; no answer yet.</summary>
    Asked,

    /// <summary>Done.</summary>
    Done,

    /// <summary>It failed; it is asked for again, and shown.</summary>
    Failed,
}

/// <summary>The state of a job.</summary>
public enum JobState
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>It exists and has not ended.</summary>
    Running,

    /// <summary>It ended well.</summary>
    Succeeded,

    /// <summary>It ended with an error.</summary>
    Failed,

    /// <summary>It did not end within its deadline.</summary>
    DeadlineExceeded,
}
