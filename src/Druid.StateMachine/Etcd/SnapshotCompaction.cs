using Druid.StateMachine.Machines;
using static Druid.StateMachine.Etcd.ClusterFacts;

namespace Druid.StateMachine.Etcd;

/// <summary>
/// Keeps a restore quick: when the delta snapshots since the last full one hold too many revisions, a job compacts them into
/// a full snapshot; when they hold far too many, or the job runs out of time, the members take a full snapshot instead.
/// </summary>
public static class SnapshotCompaction
{
    /// <summary>The states.</summary>
    public const string Idle = nameof(Idle), Compacting = nameof(Compacting), Snapshotting = nameof(Snapshotting), Failing = nameof(Failing);

    /// <summary>Nothing may be compacted now: a job that runs is stopped.</summary>
    public static readonly Fact<ClusterView> Paused = new("nothing may be compacted now", c => !c.Backup.Configured || !c.Backup.CompactionEnabled
        || c.DeletionRequested || c.Suspended || c.SpecErrors.Length > 0 || c.Size == 0 || QuorumRecovery.Lost.Holds(c) || QuorumRecovery.Begun.Holds(c));
    static readonly Fact<ClusterView> JobToFollow = new("a compaction job runs or failed", c => c.Backup.Job is JobState.Running or JobState.Failed);
    static readonly Fact<ClusterView> WritesAllowed = new("not suspended", c => !c.Suspended);
    static readonly Fact<ClusterView> JobSucceeded = new("the job succeeded", c => c.Backup.Job == JobState.Succeeded);
    static readonly Fact<ClusterView> JobFailed = Fact<ClusterView>.Fault("the job failed", c => c.Backup.Job == JobState.Failed);
    static readonly Fact<ClusterView> JobTooSlow = Fact<ClusterView>.Fault("the job ran out of time", c => c.Backup.Job == JobState.DeadlineExceeded);
    static readonly Fact<ClusterView> Many = new("deltas hold many revisions", c => c.Backup.DeltaRevisions >= c.Backup.CompactAt);
    static readonly Fact<ClusterView> FarTooMany = new("deltas hold too many revisions for a job", c => c.Backup.DeltaRevisions >= c.Backup.SnapshotAt);
    static readonly Fact<ClusterView> Taken = new("the full snapshot was taken", c => c.Backup.InsteadOfJob == SnapshotRequest.Done);
    static readonly Fact<ClusterView> Asked = new("the full snapshot was asked for", c => c.Backup.InsteadOfJob == SnapshotRequest.Asked);
    static readonly Fact<ClusterView> NotTaken = Fact<ClusterView>.Fault("the full snapshot failed", c => c.Backup.InsteadOfJob == SnapshotRequest.Failed);
    static readonly Fact<ClusterView> BackingOff = new("the time to try again has not come", c => c.Backup.BackingOff);

    /// <summary>The machine.</summary>
    public static Machine<ClusterView> Machine { get; } = Define.Machine<ClusterView>("snapshot-compaction",
        "Compacts delta snapshots into a full one by a job, or has a full snapshot taken where a job would take too long.", m => m
        .State(Idle, "There is nothing to compact.", s => s
            .When(JobThere).And(Paused).And(WritesAllowed).Do(_ => new DeleteCompactionJob()).Stay()
            .When(Paused).Stay()
            // Begun by an operator that ended before it could record that it had begun.
            .When(JobToFollow).GoTo(Compacting)
            .When(JobThere).Do(_ => new DeleteCompactionJob()).Stay()
            .When(FarTooMany).GoTo(Snapshotting)
            .When(Many).Do(_ => new StartCompactionJob()).GoTo(Compacting))
        .State(Compacting, "A job compacts the delta snapshots.", s => s
            .UserCan("Look at the job and its pod (kubectl describe job, kubectl logs).")
            .Unless(JobThere).GoTo(Idle)
            .When(Paused).GoTo(Idle)
            .When(JobSucceeded).GoTo(Idle)
            .When(JobTooSlow).Do(_ => new DeleteCompactionJob()).GoTo(Snapshotting)
            .When(JobFailed).Do(_ => new DeleteCompactionJob()).GoTo(Failing))
        .State(Snapshotting, "A full snapshot is taken instead of a compaction.", s => s
            .UserCan("See the log of the backup-restore container beside the leader, which takes the snapshot; where there is no quorum, 'druid status' says which members are missing.")
            .When(Paused).GoTo(Idle)
            .When(Taken).GoTo(Idle)
            .When(NotTaken).GoTo(Failing)
            .When(Asked).Wait("the full snapshot instead of a compaction")
            .Unless(HasQuorum).Wait(c => $"a quorum, to take a full snapshot instead of a compaction: {Missing(c)}", "a quorum, to take a full snapshot instead of a compaction")
            .Otherwise().Do(_ => new RequestFullSnapshot(SnapshotPurpose.InsteadOfJob)).Stay())
        .State(Failing, "The last compaction or snapshot failed; it is tried again after a while.", s => s
            .UserCan("See the condition LastSnapshotCompactionSucceeded and the logs of the job or of the backup-restore container: most often the store or its secret is to be corrected.")
            .When(Paused).GoTo(Idle)
            .Unless(BackingOff).GoTo(Idle)));
}
