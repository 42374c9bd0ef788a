using System.Collections.Immutable;
using Druid.StateMachine.Checking;
using Druid.StateMachine.Etcd;

namespace Druid.Model;

/// <summary>What a user can rely on, whatever happens: the invariants and the goal of every history.</summary>
public sealed class Promises
{
    readonly Scenario scenario;
    readonly int members;
    readonly Observation observation;

    /// <summary>The promises in the setting of a scenario.</summary>
    public Promises(Scenario scenario)
    {
        this.scenario = scenario;
        members = scenario.Members;
        observation = new(scenario);
        Invariants =
        [
            new("QuorumKept", "No step of the operator takes the participating voters of a cluster of three or more below its quorum, unless no member is wanted.", QuorumKept),
            new("OneChangeAtATime", "At most one member is joining or leaving the etcd membership at any time, and the StatefulSet grows and shrinks by one.", OneChangeAtATime),
            new("OrderOfLeaving", "A member leaves the membership before its pod goes, and its pod before its volume; the highest ordinal goes first, and never while it leads.", OrderOfLeaving),
            new("VolumesKept", "No volume of a current member is ever deleted, and none at all but of a member that was scaled in or of a cluster that is deleted, where the policy says so.", VolumesKept),
            new("FinalizerLast", "The Etcd object goes only when nothing that it owns is left.", FinalizerLast),
            new("SuspensionRespected", "From the moment the operator has seen a suspension it writes nothing but status.", SuspensionRespected),
            new("SavedBeforeStop", "Where a store is configured, a cluster known to be formed is stopped only after a full snapshot taken for it.", SavedBeforeStop),
            new("SavedBeforeUpgrade", "Where a store is configured, members run another version of etcd only after a full snapshot taken for that, unless no quorum of them can start.", SavedBeforeUpgrade),
            new("OneCompaction", "At most one compaction runs for a cluster, none while it is being restored, and one that was begun is let end.", OneCompaction),
            new("HonestGeneration", "A generation is recorded as observed only once everything declared in it was seen to be applied.", HonestGeneration),
            new("OnlyTheLostIsRebuilt", "A cluster is founded anew only when its majority has lost its data.", OnlyTheLostIsRebuilt),
        ];
        Goals =
        [
            new("StableReconciliation", "Once edits and faults stop, the cluster reaches what is declared and stays there, or waits visibly for its owner.", IsAsDeclared),
            new("DeletionCompletes", "A deletion that is asked for completes, whatever the cluster was doing, unless it is suspended.", IsNoDeletionLeft),
        ];
    }

    /// <summary>The invariants.</summary>
    public ImmutableArray<Invariant<World>> Invariants { get; }

    /// <summary>The goals.</summary>
    public ImmutableArray<Goal<World>> Goals { get; }

    static bool IsOurs(Move move) => move.Process is Process.Operator or Process.Late && (Verb)move.Verb is not (Verb.Decide or Verb.Record or Verb.Refuse or Verb.Drop);

    ReadOnlySpan<MemberState> Members(in World w) => ((ReadOnlySpan<MemberState>)w.Members)[..members];

    bool QuorumKept(in World before, Move move, in World after)
    {
        if (!IsOurs(move) && (Verb)move.Verb != Verb.DeleteSurplus)
        {
            return true;
        }
        var was = Members(in before);
        var now = Members(in after);
        return Raft.Participating(was) < Raft.Quorum(was)
            || Serving(in after) >= Raft.Quorum(now)
            || !after.Etcd.Exists || before.Etcd.Deleting
            || ((Verb)move.Verb is Verb.Delete or Verb.Evict && Raft.Voters(was) < 3 && before.Set.Size < 3)
            || ((Verb)move.Verb == Verb.DeleteSurplus && before.SetKnown.Size == 0);
    }

    // Voters that answer linearizable reads. Before a step only those count whose pods are ready, as the others get no clients;
    // after it those too whose next probe will succeed, as the step has not taken them away.
    int Serving(in World w)
    {
        var serving = 0;
        for (var i = 0; i < members; i++)
        {
            serving += w.Members[i] is { Seat: Seat.Voter, Trouble: Trouble.None } && Raft.IsServed(in w, i) ? 1 : 0;
        }
        return serving;
    }

    bool OneChangeAtATime(in World before, Move move, in World after)
    {
        // Waking starts all members at once, as they are members already.
        if (move.Process == Process.Operator && before.Set is { Exists: true, Size: > 0 } && after.Set.Size > 0 && Math.Abs(after.Set.Size - before.Set.Size) > 1)
        {
            return false;
        }
        var removes = (Verb)move.Verb is Verb.RemoveMember or Verb.RemoveItself && before.Members[move.Subject].Seat != Seat.None;
        return Raft.Learners(Members(in after)) <= (removes ? 0 : 1);
    }

    bool OrderOfLeaving(in World before, Move move, in World after)
    {
        ref readonly var m = ref before.Members[move.Subject < World.MaxMembers ? move.Subject : 0];
        switch ((Verb)move.Verb)
        {
            case Verb.DeleteSurplus:
                return m.Seat == Seat.None || before.SetKnown.Size == 0;
            case Verb.DeleteVolume:
                return m.SeenPod.Phase == Phase.None || move.Process == Process.Late;
            case Verb.RemoveMember when m.Seat != Seat.None:
                for (var i = move.Subject + 1; i < members; i++)
                {
                    if (before.Members[i].Seat != Seat.None)
                    {
                        return false;
                    }
                }
                return before.Leader - 1 != move.Subject;
            default:
                return true;
        }
    }

    bool VolumesKept(in World before, Move move, in World after)
    {
        for (var i = 0; i < members; i++)
        {
            ref readonly var m = ref before.Members[i];
            var goes = after.Members[i].Doomed || (m.Disk != Disk.None && after.Members[i].Disk == Disk.None && after.Etcd.Exists);
            var scaledIn = scenario.VolumesOnScaleIn == VolumePolicy.Delete && m.Seat == Seat.None && (!after.Set.Exists || (after.Set.Size > 0 && i >= after.Set.Size));
            var deleted = scenario.VolumesOnDeletion == VolumePolicy.Delete && after.Etcd.Deleting;
            if (goes && !scaledIn && !deleted)
            {
                return false;
            }
        }
        return true;
    }

    // What a deposed operator's write brings back at that very moment is not seen any more: it goes with its owner, by the API
    // server's own garbage collection.
    bool FinalizerLast(in World before, Move move, in World after)
    {
        if ((Verb)move.Verb != Verb.RemoveFinalizer || after.Etcd.Exists)
        {
            return true;
        }
        if (before.SeenSet.Exists || before.SeenOwned != default || before.Backup.Job != (byte)JobState.None)
        {
            return false;
        }
        foreach (ref readonly var m in Members(in before))
        {
            if (m.Pod.Phase != Phase.None || m.SeenLease.Exists || (m.Disk != Disk.None && scenario.VolumesOnDeletion == VolumePolicy.Delete))
            {
                return false;
            }
        }
        return true;
    }

    static bool SuspensionRespected(in World before, Move move, in World after) =>
        move.Process != Process.Operator || !IsOurs(move) || !before.SeenEtcd.Suspended || (Verb)move.Verb == Verb.ObserveGeneration;

    // Formed as the operator saw it when it decided: a cluster that forms at that very moment holds nothing yet.
    bool SavedBeforeStop(in World before, Move move, in World after) =>
        !(IsOurs(move) && (Verb)move.Verb == Verb.Apply && scenario.Store && (move.Process == Process.Late ? before.Late.Formed : before.IsKnownToBeFormed)
            && before.Set is { Exists: true, Size: > 0 } && after.Set.Size == 0)
        || before.Backup.BeforeStop == (byte)SnapshotRequest.Done;

    // As the operator saw it when it decided. A StatefulSet that was lost is made anew as declared: its pods go with it.
    bool SavedBeforeUpgrade(in World before, Move move, in World after)
    {
        if (!scenario.Upgrades || !scenario.Store || move.Process != Process.Operator || (Verb)move.Verb != Verb.Apply || !before.IsKnownToBeFormed
            || !before.Set.Exists || before.Set.Size == 0 || after.Set.Size == 0 || after.Set.Revision.Template == before.Set.Revision.Template)
        {
            return true;
        }
        var able = 0;
        for (var i = 0; i < before.SeenSet.Size; i++)
        {
            able += before.Members[i].SeenPod.Phase == Phase.Failed ? 0 : 1;
        }
        return able <= before.SeenSet.Size / 2 || before.Backup.BeforeUpgrade == (byte)SnapshotRequest.Done;
    }

    bool OneCompaction(in World before, Move move, in World after)
    {
        // The API server refuses a second job of the same name, so what counts is what was known when it was decided.
        if ((Verb)move.Verb == Verb.StartJob && move.Process == Process.Operator && before.SeenBackup.Job != (byte)JobState.None)
        {
            return false;
        }
        if ((Verb)move.Verb == Verb.DeleteJob && move.Process == Process.Operator && before.SeenBackup.Job == (byte)JobState.Running
            && !SnapshotCompaction.Paused.Holds(observation.Of(in before)))
        {
            return false;
        }
        foreach (ref readonly var m in Members(in after))
        {
            if (after.Backup.Job == (byte)JobState.Running && m.Lease.Task == (byte)MemberTask.Rebuild)
            {
                return false;
            }
        }
        return true;
    }

    // Asked of what the operator saw when it decided: what was changed since, it could not know.
    bool HonestGeneration(in World before, Move move, in World after)
    {
        if ((Verb)move.Verb != Verb.ObserveGeneration || move.Process == Process.Late)
        {
            return true;
        }
        ref readonly var etcd = ref before.SeenEtcd;
        ref readonly var set = ref before.SeenSet;
        if (move.Subject != etcd.Generation || !IsApplied(in etcd, in set) || set != before.SeenSetKnown)
        {
            return false;
        }
        for (var i = 0; i < set.Size; i++)
        {
            ref readonly var m = ref before.Members[i];
            if (m.SeenPod.Phase is Phase.None or Phase.Going || m.SeenPod.Revision != set.Revision
                || (etcd.Larger && m.SeenVolume && m.SeenCapacity == Capacity.First))
            {
                return false;
            }
        }
        return true;
    }

    bool OnlyTheLostIsRebuilt(in World before, Move move, in World after) =>
        (Verb)move.Verb != Verb.Rebuild || IsMajorityLost(in before);

    // The StatefulSet is as the spec declares it. Of one without members the rest is applied on waking.
    static bool IsApplied(in Declaration etcd, in SetState set)
    {
        var stage = etcd.PeerTls ? Stage.On : Stage.Off;
        return set.Exists && (etcd.Wanted == 0 || etcd.RuntimeDisabled
            ? set.Size == 0
            : set == new SetState(true, etcd.Wanted, new(etcd.Template, stage), etcd.Larger, set.Rolls));
    }

    bool IsMajorityLost(in World w)
    {
        var whole = 0;
        foreach (ref readonly var m in Members(in w))
        {
            whole += m is { Seat: Seat.Voter, Disk: Disk.Data or Disk.Blank } ? 1 : 0;
        }
        return w.Formed && whole < Raft.Quorum(Members(in w));
    }

    bool IsAsDeclared(in World w)
    {
        var e = w.Etcd;
        if (!e.Exists || e.Deleting || (e.Suspended && w.Step == 0))
        {
            return true;
        }
        if (w.Step > 0)
        {
            return false;
        }
        var mayApply = scenario.AutoReconcile || e.ReconcileRequested || e.Observed == 0;
        if (e.Invalid || e.Template == Template.Broken || (!mayApply && (e.Observed != e.Generation || !IsApplied(in w.Etcd, in w.Set))) || (IsMajorityLost(in w) && !CanBeRecovered(in w)))
        {
            return true;
        }
        return e.Observed == e.Generation && !e.ReconcileRequested && IsApplied(in w.Etcd, in w.Set)
            && w.Owned == new OwnedState(true, w.Set.Size, w.Set.Revision.Stage, true, w.Set.Size, Existence.There)
            && (w.Set.Size == 0 ? IsAsleep(in w) : Serves(in w));
    }

    static bool IsNoDeletionLeft(in World w) => !w.Etcd.Exists || !w.Etcd.Deleting || w.Etcd.Suspended;

    bool CanBeRecovered(in World w)
    {
        var survivors = 0;
        foreach (ref readonly var m in Members(in w))
        {
            survivors += m is { Seat: Seat.Voter, Disk: Disk.Data } ? 1 : 0;
        }
        return w.Etcd.RecoveryAllowed && (survivors > 0 || scenario.Store);
    }

    bool IsAsleep(in World w)
    {
        foreach (ref readonly var m in Members(in w))
        {
            if (m.Pod.Phase != Phase.None)
            {
                return false;
            }
        }
        return Leaf(in w, 0) is EtcdLifecycle.Hibernated or EtcdLifecycle.Disabled;
    }

    bool Serves(in World w)
    {
        for (var i = 0; i < members; i++)
        {
            ref readonly var m = ref w.Members[i];
            var right = i < w.Set.Size
                ? m.Capacity == (w.Etcd.Larger ? Capacity.Larger : Capacity.First) && m is { Seat: Seat.Voter, Pod.Ready: true, Lease: { Exists: true, Task: (byte)MemberTask.Serve } } && m.Pod.Revision == w.Set.Revision
                : m is { Seat: Seat.None, Pod.Phase: Phase.None, Lease.Exists: false } && (m.Disk == Disk.None || scenario.VolumesOnScaleIn == VolumePolicy.Retain);
            if (!right)
            {
                return false;
            }
        }
        return Leaf(in w, 0) == EtcdLifecycle.Ready && Leaf(in w, 1) == EtcdLifecycle.Quorate && w.Backup.Job == (byte)JobState.None;
    }

    string Leaf(in World w, int region)
    {
        var leaf = region == 0 ? w.Etcd.Lifecycle : region == 1 ? w.Etcd.Serving : w.Etcd.Backup;
        return scenario.Machine.Regions[region].Leaves[leaf].Path;
    }
}
