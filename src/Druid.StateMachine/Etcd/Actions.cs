using Druid.StateMachine.Machines;

namespace Druid.StateMachine.Etcd;

/// <summary>Put the operator's finalizer on the Etcd, so that it cannot go before what it owns.</summary>
public sealed record AddFinalizer : IAction;

/// <summary>Take the operator's finalizer off; the API server then removes the Etcd.</summary>
public sealed record RemoveFinalizer : IAction;

/// <summary>Record that every action for this generation of the spec has been applied.</summary>
public sealed record ObserveGeneration(long Generation) : IAction;

/// <summary>Take the reconcile annotation off: what it asked for is done.</summary>
public sealed record AcknowledgeReconcile : IAction;

/// <summary>Apply the objects of a kind as the spec asks for them, rendered for a plan.</summary>
public sealed record ApplyComponent(ComponentKind Kind, Plan Plan) : IAction;

/// <summary>Delete the objects of a kind.</summary>
public sealed record DeleteComponent(ComponentKind Kind) : IAction;

/// <summary>
/// Delete a member's pod, so that the StatefulSet makes a new one. One that participates is evicted, so that the
/// disruption budget is asked at the moment it happens; another is deleted only as it was observed.
/// </summary>
/// <param name="Ordinal">The pod's ordinal.</param>
/// <param name="Evict">Ask the disruption budget.</param>
public sealed record DeletePod(int Ordinal, bool Evict) : IAction;

/// <summary>Delete the volume claim of a member that is no more.</summary>
public sealed record DeleteVolume(int Ordinal) : IAction;

/// <summary>Ask for a member's volume claim to be as large as declared. The storage class decides whether it may grow.</summary>
public sealed record ExpandVolume(int Ordinal) : IAction;

/// <summary>
/// Delete the StatefulSet and leave its pods (propagation policy <c>Orphan</c>), so that it can be made anew with another
/// claim template; the new one adopts the pods.
/// </summary>
public sealed record OrphanStatefulSet : IAction;

/// <summary>Delete the lease of a member that is no more.</summary>
public sealed record DeleteMemberLease(int Ordinal) : IAction;

/// <summary>Tell a member's agent, through its lease, what to do.</summary>
public sealed record AssignTask(int Ordinal, MemberTask Task) : IAction;

/// <summary>Hand leadership from one member to another.</summary>
public sealed record MoveLeader(int From, int To) : IAction;

/// <summary>Remove a member from the etcd membership. The agent asked refuses when the rest would have no quorum.</summary>
public sealed record RemoveMember(int Ordinal) : IAction;

/// <summary>Ask the members to take a full snapshot.</summary>
/// <param name="Purpose">What it is for: a snapshot taken for something else does not count.</param>
public sealed record RequestFullSnapshot(SnapshotPurpose Purpose) : IAction;

/// <summary>Find the latest restorable snapshot and verify its hashes.</summary>
public sealed record VerifySnapshot : IAction;

/// <summary>Start the job that compacts delta snapshots into a full one.</summary>
public sealed record StartCompactionJob : IAction;

/// <summary>Delete the ended, or superseded, compaction job.</summary>
public sealed record DeleteCompactionJob : IAction;
