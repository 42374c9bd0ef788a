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

    /// <summary>
    /// What the objects are rendered for as long as no step changes it: the size and peer-TLS stage of the StatefulSet
    /// that is there, or those that a new cluster is created with.
    /// </summary>
    public required Plan Plan { get; init; }

    /// <summary>Peer traffic is declared to be encrypted.</summary>
    public bool PeerTlsWanted { get; init; }

    /// <summary><c>metadata.generation</c>.</summary>
    public long Generation { get; init; }

    /// <summary><c>status.observedGeneration</c>; 0 when none was recorded yet.</summary>
    public long ObservedGeneration { get; init; }

    /// <summary>The object carries a deletion timestamp.</summary>
    public bool DeletionRequested { get; init; }

    /// <summary>The annotation <c>druid.gardener.cloud/suspend-etcd-spec-reconcile</c> is set.</summary>
    public bool Suspended { get; init; }

    /// <summary>The annotation <c>druid.gardener.cloud/disable-etcd-runtime-component-creation</c> is set.</summary>
    public bool RuntimeDisabled { get; init; }

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

    /// <summary>What to do with volumes that are not needed any more, and with a quorum that will not come back.</summary>
    public Policies Policies { get; init; } = new();

    /// <summary>The state of each kind of owned object, in the order of <see cref="ComponentKind"/>.</summary>
    public ImmutableArray<ComponentView> Components { get; init; } = [];

    /// <summary>The StatefulSet controller has seen the StatefulSet as it is, so the pods' revisions can be compared.</summary>
    public bool RevisionKnown { get; init; } = true;

    /// <summary>The StatefulSet's claim template asks for less capacity than declared; it cannot be changed in place.</summary>
    public bool ClaimTemplateBehind { get; init; }

    /// <summary>The StatefulSet is behind, and what it is behind of has members run another version of etcd.</summary>
    public bool UpgradesEtcd { get; init; }

    /// <summary>
    /// The StatefulSet controller replaces outdated pods by itself (update strategy <c>RollingUpdate</c>); otherwise the
    /// machine does (<c>OnDelete</c>).
    /// </summary>
    public bool ControllerRolls { get; init; }

    /// <summary>The members by ordinal: every ordinal of which a pod, lease, volume or membership exists or is wanted.</summary>
    public ImmutableArray<MemberView> Members { get; init; } = [];

    /// <summary>The leader's agent does not know how to hand leadership over; agents of other implementations do not.</summary>
    public bool CannotHandOver { get; init; }

    /// <summary>The disruption budget lets no pod be evicted now: one is down already, or the budget was not counted yet.</summary>
    public bool EvictionRefused { get; init; }

    /// <summary>What is known of the cluster's backups.</summary>
    public BackupView Backup { get; init; } = new();

    /// <summary>The number of members the StatefulSet has, or is created with.</summary>
    public int Size => Plan.Size;

    /// <summary>The kinds to apply now: missing, edited by another party, or behind the spec when that may be applied.</summary>
    public IEnumerable<ComponentKind> ToApply
    {
        get
        {
            foreach (var component in Components)
            {
                var due = MayApply && !(AwaitsSnapshot && component.Kind == ComponentKind.StatefulSet);
                if (component.State is ComponentState.Missing or ComponentState.Edited || (component.State == ComponentState.Behind && due))
                {
                    yield return component.Kind;
                }
            }
        }
    }

    /// <summary>
    /// Members run with data of which a full snapshot has to be taken before they are upgraded. Where a quorum of the pods has failed
    /// there is none to be had.
    /// </summary>
    public bool AwaitsSnapshot => UpgradesEtcd && Backup.Configured && Bootstrapped && Size > 0
        && Size - Count(m => m.Ordinal < Size && m.Pod == PodState.Failed) >= Quorum;

    /// <summary>The spec asks for something that must not be applied yet. See <see cref="MayApply"/>.</summary>
    public bool Held => !MayApply && (ObservedGeneration != Generation || Wanted != Size || PeerTlsWanted != (Plan.PeerTls == PeerTls.On) || (Size > 0 && ClaimTemplateBehind) || Components.Any(c => c.State == ComponentState.Behind));

    /// <summary>
    /// Everything that the spec asks for was applied, and every pod was made from it. Peer TLS and the volumes' capacity are
    /// applied on waking when no member runs.
    /// </summary>
    public bool IsApplied => Size == (RuntimeDisabled ? 0 : Wanted)
        && (Size == 0 || Plan.PeerTls == (PeerTlsWanted ? PeerTls.On : PeerTls.Off))
        && (Size == 0 || (!ClaimTemplateBehind && Count(m => m.Ordinal < Size && m.Volume == VolumeState.TooSmall) == 0))
        && Components.All(static c => c.State == ComponentState.Current)
        && RevisionKnown
        && Count(static m => m.Outdated) == 0
        && Count(m => m.Ordinal < Size && m.Pod is not (PodState.None or PodState.Going)) == Size;

    /// <summary>Members that vote, as far as is known; the size of the cluster while nothing is known.</summary>
    public int Voters => Count(m => m.Membership == Membership.Voter && IsCounted(m)) is var known and > 0 ? known : Size;

    /// <summary>How many voters must participate: more than half.</summary>
    public int Quorum => Voters / 2 + 1;

    /// <summary>Voters whose pod answers linearizable reads.</summary>
    public int Participating => Count(m => m.Participates && IsCounted(m));

    /// <summary>Voters that still have their data.</summary>
    public int Whole => Count(m => m is { Membership: Membership.Voter, DataLost: false } && IsCounted(m));

    /// <summary>A cluster of one or two voters loses its quorum with any member: no restart of it can be without a gap.</summary>
    public bool ToleratesNoFailure => Voters < 3;

    /// <summary>Some member has an identity in an etcd cluster, so a cluster was formed.</summary>
    public bool Bootstrapped => Count(static m => m.Membership is Membership.Voter or Membership.Learner) > 0;

    // A member leaves the membership before the StatefulSet shrinks; what was reported of it before does not count any more.
    bool IsCounted(MemberView member) => member.Ordinal < Size || Size == 0;

    /// <summary>The member of this ordinal; one of which nothing is known when there is no trace of it.</summary>
    public MemberView Member(int ordinal)
    {
        foreach (var member in Members)
        {
            if (member.Ordinal == ordinal)
            {
                return member;
            }
        }
        return new MemberView { Ordinal = ordinal };
    }

    /// <summary>How many members are like this.</summary>
    public int Count(Func<MemberView, bool> predicate)
    {
        var count = 0;
        foreach (var member in Members)
        {
            count += predicate(member) ? 1 : 0;
        }
        return count;
    }
}

/// <summary>What the objects of a cluster are rendered for. Steps of the machines change it by one, never by more.</summary>
/// <param name="Size">Number of members: replicas, initial cluster, member leases, disruption budget.</param>
/// <param name="PeerTls">How members talk to each other.</param>
public readonly record struct Plan(int Size, PeerTls PeerTls);

/// <summary>
/// The stages between plain and encrypted peer traffic. The middle one can talk to both ends, so a cluster can be rolled
/// from one stage to the next, one member at a time, in either direction.
/// </summary>
public enum PeerTls
{
    /// <summary>Members listen and dial without TLS and hold no certificates.</summary>
    Off,

    /// <summary>Members hold certificates and can dial either way; they still listen without TLS.</summary>
    Prepared,

    /// <summary>Members listen with TLS.</summary>
    On,
}

/// <summary>What the owner of a cluster wants done in cases where data could be lost.</summary>
public sealed record Policies
{
    /// <summary>The volumes of a deleted cluster. Default: they stay.</summary>
    public VolumePolicy OnDeletion { get; init; } = VolumePolicy.Retain;

    /// <summary>The volume of a member that was scaled in. Default: it is deleted, as it can never be used again.</summary>
    public VolumePolicy OnScaleIn { get; init; } = VolumePolicy.Delete;

    /// <summary>Recovery from a permanently lost quorum was acknowledged by annotation, or is allowed by the spec.</summary>
    public bool RecoveryAllowed { get; init; }
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
