using Druid.Member.Configuration;
using Druid.Member.Data;
using Druid.StateMachine.Machines;

namespace Druid.Member.Membership;

/// <summary>What is known when a member is about to start.</summary>
sealed record JoinObservation
{
    /// <summary>The member's name.</summary>
    public required string Name { get; init; }

    /// <summary>The peer URLs that it is configured for.</summary>
    public required IReadOnlyList<string> PeerUrls { get; init; }

    /// <summary>The cluster that the configuration describes, one entry a peer URL.</summary>
    public required IReadOnlyList<MemberUrl> Configured { get; init; }

    /// <summary>What its data directory says.</summary>
    public required DataState Data { get; init; }

    /// <summary>The running cluster, as others see it; null when no quorum answers.</summary>
    public required ClusterMembers? Cluster { get; init; }

    /// <summary>What the member's lease says.</summary>
    public required MemberRecord Record { get; init; }

    /// <summary>The configuration names members that are none of its own: a running cluster is to be joined, and none to be founded.</summary>
    public bool JoinsExisting { get; init; }

    /// <summary>What its database is at; null where that was not found out, as in a cluster of several members.</summary>
    public long? Revision { get; init; }

    /// <summary>What backups there are.</summary>
    public BackupState Backup { get; init; } = new BackupState.None();

    /// <summary>The revision that restored data must reach at least; null for any.</summary>
    public long? AtLeast { get; init; }

    /// <summary>Whether the configuration describes a cluster of several members.</summary>
    public bool HasOthers => Configured.Any(m => m.Name != Name);
}

/// <summary>What the member's lease remembers of it.</summary>
/// <param name="Id">The id that it had when it last reported, in hexadecimal; null if it never did.</param>
/// <param name="Task">What the operator told it to do.</param>
/// <param name="DataLost">It says that the data of that id is gone.</param>
readonly record struct MemberRecord(string? Id, MemberTask Task, bool DataLost = false)
{
    /// <summary>Whether it was a member before.</summary>
    public bool WasMember => Id is not null;
}

/// <summary>What the operator tells a member through its lease.</summary>
enum MemberTask
{
    /// <summary>Serve, and join if it is no member.</summary>
    Serve,

    /// <summary>Leave: do not join again.</summary>
    Leave,

    /// <summary>Found the cluster anew, alone.</summary>
    Rebuild,

    /// <summary>Wait for the cluster founded anew, put the data aside, and join it.</summary>
    Rejoin,
}

/// <summary>What backups a member could be restored from.</summary>
abstract record BackupState
{
    BackupState()
    {
    }

    /// <summary>No store is configured.</summary>
    public sealed record None : BackupState;

    /// <summary>The store does not answer, so what it holds is not known.</summary>
    public sealed record Unknown(string Reason) : BackupState;

    /// <summary>The store has nothing to restore from.</summary>
    public sealed record Empty : BackupState;

    /// <summary>The store's snapshots lead to a revision.</summary>
    public sealed record Reaches(long Revision) : BackupState;
}

/// <summary>What a member does next on its way to a running etcd.</summary>
abstract record JoinStep : IAction
{
    JoinStep()
    {
    }

    /// <summary>Start etcd: with the data it has, or without any as a part of the given initial cluster.</summary>
    public sealed record Start(InitialCluster Initial) : JoinStep;

    /// <summary>Put the data aside and look again.</summary>
    public sealed record PutDataAside(string Reason) : JoinStep;

    /// <summary>Restore the data from the backups, as a member of the given cluster, and look again.</summary>
    public sealed record RestoreData(IReadOnlyList<MemberUrl> Cluster) : JoinStep;

    /// <summary>Say in the lease that the data is gone, and look again.</summary>
    public sealed record ReportLoss : JoinStep;

    /// <summary>Remove the identity that lost its data from the cluster and look again.</summary>
    public sealed record RemoveLostIdentity(ulong Id) : JoinStep;

    /// <summary>Add itself to the cluster as a learner and look again.</summary>
    public sealed record AddAsLearner : JoinStep;

    /// <summary>Give up: only a person can decide.</summary>
    public sealed record Refuse(string Reason) : JoinStep;
}
