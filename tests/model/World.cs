using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Druid.Model;

/// <summary>
/// Everything that the fate of one cluster depends on: the objects in the API server, what the operator's caches hold of
/// them, pods, disks, the etcd membership, and what operator and environment are in the middle of. A plain value of bytes.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct World
{
    /// <summary>The most members a world can have.</summary>
    public const int MaxMembers = 7;

    /// <summary>The Etcd object, and the operator's copy of it.</summary>
    public Declaration Etcd, SeenEtcd;

    /// <summary>The StatefulSet; what its controller works on; the operator's copies of both.</summary>
    public SetState Set, SetKnown, SeenSet, SeenSetKnown;

    /// <summary>The other owned objects, and the operator's copy.</summary>
    public OwnedState Owned, SeenOwned;

    /// <summary>Snapshots and the compaction job, and the operator's copy, which is never behind when it decides.</summary>
    public BackupState Backup, SeenBackup;

    /// <summary>A write that a deposed operator has sent and that has not arrived yet.</summary>
    public LateWrite Late;

    /// <summary>0: the operator is idle; n: it is about to take the n-th action of its decision.</summary>
    public byte Step;

    /// <summary>The ordinal of the raft leader plus one; 0: there is none.</summary>
    public byte Leader;

    /// <summary>An etcd cluster was founded.</summary>
    public bool Formed;

    /// <summary>How many more faults may happen, and how many more edits the user may make.</summary>
    public byte FaultsLeft, EditsLeft;

    /// <summary>The operator leaves the replacement of outdated pods to the StatefulSet controller.</summary>
    public bool Rolls;

    /// <summary>The pods belong to no StatefulSet, as theirs was deleted without them; the next one adopts them.</summary>
    public bool Orphans;

    byte padding1, padding2;

    /// <summary>The members by ordinal. Last, so that unused ones cost nothing.</summary>
    public MemberStates Members;

    /// <summary>The operator has seen that a member joined a cluster.</summary>
    public readonly bool IsKnownToBeFormed
    {
        get
        {
            foreach (ref readonly var m in (ReadOnlySpan<MemberState>)Members)
            {
                if (m.SeenPublished is (byte)StateMachine.Etcd.Membership.Voter or (byte)StateMachine.Etcd.Membership.Learner)
                {
                    return true;
                }
            }
            return false;
        }
    }

    /// <summary>How many bytes a world with so many members uses.</summary>
    public static int SizeFor(int members) => Unsafe.SizeOf<World>() - ((MaxMembers - members) * Unsafe.SizeOf<MemberState>());
}

/// <summary>The members by ordinal.</summary>
[InlineArray(World.MaxMembers)]
public struct MemberStates
{
    MemberState first;
}

/// <summary>The Etcd object: what its owner declares, and the status that the operator keeps in it.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct Declaration
{
    /// <summary>It exists.</summary>
    public bool Exists;

    /// <summary><c>spec.replicas</c>.</summary>
    public byte Wanted;

    /// <summary>Peer TLS is declared.</summary>
    public bool PeerTls;

    /// <summary>Everything else of the spec that pods are made from.</summary>
    public Template Template;

    /// <summary>More storage is declared than in the beginning.</summary>
    public bool Larger;

    /// <summary>The spec has an error.</summary>
    public bool Invalid;

    /// <summary><c>metadata.generation</c>.</summary>
    public byte Generation;

    /// <summary>Annotations, and the marks of deletion.</summary>
    public bool Suspended, ReconcileRequested, RecoveryAllowed, RuntimeDisabled, Deleting, Finalizer;

    /// <summary><c>status.observedGeneration</c>.</summary>
    public byte Observed;

    /// <summary>The recorded leaf of each region of the machine.</summary>
    public byte Lifecycle, Serving, Backup;
}

/// <summary>The pod template of a spec. Two that work, and one whose pods never start.</summary>
public enum Template : byte
{
    /// <summary>The first.</summary>
    A,

    /// <summary>Another one.</summary>
    B,

    /// <summary>Its containers fail.</summary>
    Broken,
}

/// <summary>A StatefulSet, pods managed in parallel.</summary>
/// <param name="Exists">It exists.</param>
/// <param name="Size">Its replicas.</param>
/// <param name="Revision">Its template.</param>
/// <param name="Larger">Its claim template asks for the larger capacity.</param>
/// <param name="Rolls">Update strategy <c>RollingUpdate</c>; otherwise <c>OnDelete</c>.</param>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public record struct SetState(bool Exists, byte Size, Revision Revision, bool Larger = false, bool Rolls = false);

/// <summary>What a pod is made from.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public record struct Revision(Template Template, Stage Stage);

/// <summary>The stages of peer TLS, as <see cref="StateMachine.Etcd.PeerTls"/>.</summary>
public enum Stage : byte
{
    /// <summary>Plain.</summary>
    Off,

    /// <summary>Listens plain, dials either way.</summary>
    Prepared,

    /// <summary>Encrypted.</summary>
    On,
}

/// <summary>The owned objects besides StatefulSet and member leases. The last stands for the six that no step changes.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public record struct OwnedState(bool HasConfig, byte ConfigSize, Stage ConfigStage, bool HasBudget, byte BudgetSize, Existence Others);

/// <summary>Whether an object is there.</summary>
public enum Existence : byte
{
    /// <summary>No.</summary>
    Missing,

    /// <summary>Yes.</summary>
    There,

    /// <summary>Yes, and changed by another party.</summary>
    Edited,

    /// <summary>Marked for deletion.</summary>
    Going,
}

/// <summary>Snapshots and the compaction job.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct BackupState
{
    /// <summary>The requests for snapshots, as <see cref="StateMachine.Etcd.SnapshotRequest"/>.</summary>
    public byte BeforeStop, BeforeUpgrade, InsteadOfJob, Verified;

    /// <summary>The compaction job, as <see cref="StateMachine.Etcd.JobState"/>.</summary>
    public byte Job;

    /// <summary>Revisions in deltas: 0 few, 1 many, 2 too many for a job.</summary>
    public byte Deltas;

    /// <summary>It is too early to try again after a failure.</summary>
    public bool BackingOff;

    /// <summary>The request for a purpose.</summary>
    [UnscopedRef]
    public ref byte RequestFor(StateMachine.Etcd.SnapshotPurpose purpose)
    {
        switch (purpose)
        {
            case StateMachine.Etcd.SnapshotPurpose.BeforeStop:
                return ref BeforeStop;
            case StateMachine.Etcd.SnapshotPurpose.BeforeUpgrade:
                return ref BeforeUpgrade;
            default:
                return ref InsteadOfJob;
        }
    }
}

/// <summary>One member.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct MemberState
{
    /// <summary>Its pod, and the operator's copy.</summary>
    public PodObject Pod, SeenPod;

    /// <summary>Its lease, and the operator's copy.</summary>
    public LeaseState Lease, SeenLease;

    /// <summary>Its place in the membership as last published by a leader, and the operator's copy.</summary>
    public byte Published, SeenPublished;

    /// <summary>Its disk.</summary>
    public Disk Disk;

    /// <summary>The operator's copy: the volume claim exists.</summary>
    public bool SeenVolume;

    /// <summary>How large its volume is, and the operator's copy.</summary>
    public Capacity Capacity, SeenCapacity;

    /// <summary>What keeps it from working.</summary>
    public Trouble Trouble;

    /// <summary>Its place in the etcd membership.</summary>
    public Seat Seat;

    /// <summary>The membership has an https peer URL for it.</summary>
    public bool Https;

    /// <summary>It has run with its present seat, so an empty disk means lost data.</summary>
    public bool HasRun;

    /// <summary>It has founded the cluster anew since it was told to.</summary>
    public bool Rebuilt;

    /// <summary>Its volume claim is marked for deletion, which waits for the pod's end.</summary>
    public bool Doomed;
}

/// <summary>A pod.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public record struct PodObject(Phase Phase, bool Ready, Revision Revision);

/// <summary>A pod's phase.</summary>
public enum Phase : byte
{
    /// <summary>There is no pod.</summary>
    None,

    /// <summary>Scheduled or starting.</summary>
    Starting,

    /// <summary>Its containers run.</summary>
    Running,

    /// <summary>A container has failed.</summary>
    Failed,

    /// <summary>It is being deleted.</summary>
    Going,
}

/// <summary>A member's lease.</summary>
/// <param name="Exists">It exists.</param>
/// <param name="Task">What the member is told, as <see cref="StateMachine.Etcd.MemberTask"/>.</param>
/// <param name="Leads">Its agent reported that it leads.</param>
/// <param name="Lost">Its agent reported that its data is gone.</param>
/// <param name="Says">What its agent reported of its place, as <see cref="StateMachine.Etcd.Membership"/>.</param>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public record struct LeaseState(bool Exists, byte Task, bool Leads, bool Lost, byte Says);

/// <summary>What is on a member's disk.</summary>
public enum Disk : byte
{
    /// <summary>There is no volume.</summary>
    None,

    /// <summary>Nothing.</summary>
    Blank,

    /// <summary>The data of its present seat.</summary>
    Data,

    /// <summary>The data of a seat that it has no more.</summary>
    Old,

    /// <summary>Nothing, or nothing readable, although it has a seat with which it has run.</summary>
    Lost,
}

/// <summary>How large a volume is.</summary>
public enum Capacity : byte
{
    /// <summary>As declared in the beginning.</summary>
    First,

    /// <summary>More was asked for.</summary>
    Growing,

    /// <summary>As declared after an edit.</summary>
    Larger,
}

/// <summary>A place in the etcd membership.</summary>
public enum Seat : byte
{
    /// <summary>None.</summary>
    None,

    /// <summary>A learner that lags behind.</summary>
    Learner,

    /// <summary>A learner that has caught up.</summary>
    CaughtUp,

    /// <summary>A voter.</summary>
    Voter,
}

/// <summary>What keeps a running member from working.</summary>
public enum Trouble : byte
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Cut off from the other members.</summary>
    Partitioned,

    /// <summary>It votes, but its readiness probe fails.</summary>
    Sick,
}

/// <summary>A write of a deposed operator.</summary>
/// <param name="Action">What it does.</param>
/// <param name="Pod">What it was conditioned on.</param>
/// <param name="Decided">The new operator has made a decision since. It has not before the second one that the write is on its way:
/// it was sent while the old lease was held, and the new one is waited for.</param>
/// <param name="Formed">Its sender knew that a cluster had been formed.</param>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public record struct LateWrite(ActionCode Action, PodObject Pod, bool Decided = false, bool Formed = false);

/// <summary>An action in four bytes.</summary>
/// <param name="Verb">What is done.</param>
/// <param name="Subject">To which ordinal or kind of object.</param>
/// <param name="First">The first argument, in the numbering of the verb.</param>
/// <param name="Second">The second argument.</param>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public record struct ActionCode(Verb Verb, byte Subject = 0, byte First = 0, byte Second = 0);
