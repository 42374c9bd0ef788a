using System.Collections.Immutable;

namespace Druid.StateMachine.Etcd;

/// <summary>
/// What the operator observed of one cluster at one moment: the declaration, the objects, the members. Everything that the
/// machines decide on is here and nothing else is; the same record is made from watches by the operator and from a model
/// of the world by the checker.
/// </summary>
public sealed record ClusterView
{
    /// <summary>The number of members declared in <c>spec.replicas</c>; 0 hibernates the cluster.</summary>
    public required int Wanted { get; init; }

    /// <summary>The number of members the StatefulSet has, or is created with when there is none yet.</summary>
    public required int Size { get; init; }

    /// <summary><c>metadata.generation</c>.</summary>
    public long Generation { get; init; }

    /// <summary><c>status.observedGeneration</c>; 0 when none was recorded yet.</summary>
    public long ObservedGeneration { get; init; }

    /// <summary>The object carries a deletion timestamp.</summary>
    public bool DeletionRequested { get; init; }

    /// <summary>The annotation <c>druid.gardener.cloud/suspend-etcd-spec-reconcile</c> is set.</summary>
    public bool Suspended { get; init; }

    /// <summary>What is wrong with the spec, a sentence each; empty when it can be acted on.</summary>
    public ImmutableArray<string> SpecErrors { get; init; } = [];

    /// <summary>
    /// Changes of the spec may be applied: automatic reconciliation is on, or the reconcile annotation is set, or nothing
    /// was ever applied.
    /// </summary>
    public bool MayApply { get; init; } = true;

    /// <summary>The reconcile annotation is set.</summary>
    public bool ReconcileRequested { get; init; }

    /// <summary>The operator's finalizer is on the object.</summary>
    public bool HasFinalizer { get; init; }

    /// <summary>What to do with volumes that are not needed any more.</summary>
    public VolumePolicy VolumesOnDeletion { get; init; } = VolumePolicy.Retain;

    /// <summary>The state of each kind of owned object, in the order of <see cref="ComponentKind"/>.</summary>
    public ImmutableArray<ComponentView> Components { get; init; } = [];

    /// <summary>The members by ordinal: every ordinal of which a pod, a volume or a membership exists or is wanted.</summary>
    public ImmutableArray<MemberView> Members { get; init; } = [];

    /// <summary>The kinds to apply now: missing, edited by another party, or behind the spec when that may be applied.</summary>
    public IEnumerable<ComponentKind> ToApply => Components
        .Where(c => c.State is ComponentState.Missing or ComponentState.Edited || (c.State == ComponentState.Behind && MayApply))
        .Select(c => c.Kind);

    /// <summary>The spec asks for something that must not be applied yet. See <see cref="MayApply"/>.</summary>
    public bool Held => !MayApply && (Wanted != Size || Components.Any(c => c.State == ComponentState.Behind));

    /// <summary>Members that are voters as far as is known; the size of the cluster while nothing is known.</summary>
    public int Voters => Members.Count(m => m.Membership == Membership.Voter) is var known and > 0 ? known : Size;

    /// <summary>How many voters must participate: more than half.</summary>
    public int Quorum => Voters / 2 + 1;

    /// <summary>Voters whose pod answers linearizable reads.</summary>
    public int Participating => Members.Count(m => m.Participates);

    /// <summary>Some member has an identity in an etcd cluster, so a cluster was formed.</summary>
    public bool Bootstrapped => Members.Any(m => m.Membership != Membership.None);
}

/// <summary>What becomes of a volume that no member uses any more.</summary>
public enum VolumePolicy
{
    /// <summary>It stays.</summary>
    Retain,

    /// <summary>Its claim is deleted.</summary>
    Delete,
}

/// <summary>The state of one kind of owned object.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="State">The worst state among the objects of the kind.</param>
/// <param name="Difference">The first difference between what is rendered and what is there, as a path; null when there is none.</param>
public sealed record ComponentView(ComponentKind Kind, ComponentState State, string? Difference = null);

/// <summary>How an owned object compares with what the spec asks for.</summary>
public enum ComponentState
{
    /// <summary>As rendered.</summary>
    Current,

    /// <summary>Not there.</summary>
    Missing,

    /// <summary>What was last applied was right, but another party changed it.</summary>
    Edited,

    /// <summary>What was last applied is not what the spec, or this version of the operator, asks for.</summary>
    Behind,

    /// <summary>Marked for deletion and not gone yet.</summary>
    Going,
}

/// <summary>What was observed of one member.</summary>
public sealed record MemberView
{
    /// <summary>The ordinal of its pod.</summary>
    public required int Ordinal { get; init; }

    /// <summary>Its pod.</summary>
    public PodState Pod { get; init; }

    /// <summary>Its place in the etcd cluster, as its agent last reported it.</summary>
    public Membership Membership { get; init; }

    /// <summary>Its volume claim exists.</summary>
    public bool HasVolume { get; init; }

    /// <summary>It is the raft leader, as its agent last reported.</summary>
    public bool Leads { get; init; }

    /// <summary>It votes and answers linearizable reads: the quorum counts on it.</summary>
    public bool Participates => Pod == PodState.Ready && Membership == Membership.Voter;
}

/// <summary>The state of a member's pod.</summary>
public enum PodState
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>It is scheduled or starting; some container does not run yet.</summary>
    Starting,

    /// <summary>It failed: a container ended with an error or cannot be started.</summary>
    Failed,

    /// <summary>All containers run, but it does not answer linearizable reads.</summary>
    Unready,

    /// <summary>It answers linearizable reads.</summary>
    Ready,

    /// <summary>It is being deleted.</summary>
    Going,
}

/// <summary>A member's place in the etcd cluster.</summary>
public enum Membership
{
    /// <summary>It has none, as far as is known.</summary>
    None,

    /// <summary>It receives the log and does not vote.</summary>
    Learner,

    /// <summary>It votes.</summary>
    Voter,
}
