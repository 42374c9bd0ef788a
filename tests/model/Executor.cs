using Druid.StateMachine.Etcd;

namespace Druid.Model;

/// <summary>What the API server, etcd and the agents make of the operator's actions.</summary>
sealed class Executor(Scenario scenario)
{
    readonly int members = scenario.Members;

    /// <summary>Takes an action; false when it is refused.</summary>
    /// <param name="w">The world.</param>
    /// <param name="action">The action.</param>
    /// <param name="observed">The pod of the action's subject as it was seen when the action was decided on.</param>
    public bool Take(ref World w, ActionCode action, PodObject observed)
    {
        ref var m = ref w.Members[action.Subject < World.MaxMembers ? action.Subject : 0];
        var all = ((ReadOnlySpan<MemberState>)w.Members)[..members];
        switch (action.Verb)
        {
            case Verb.AddFinalizer:
                w.Etcd.Finalizer |= !w.Etcd.Deleting;
                return w.Etcd.Finalizer;
            case Verb.RemoveFinalizer:
                w.Etcd.Finalizer = false;
                w.Etcd.Exists = !w.Etcd.Deleting;
                return true;
            case Verb.ObserveGeneration:
                w.Etcd.Observed = action.Subject;
                return true;
            case Verb.AcknowledgeReconcile:
                w.Etcd.ReconcileRequested = false;
                return true;
            case Verb.Apply:
                return Apply(ref w, action);
            case Verb.DeleteComponent:
                Delete(ref w, (ComponentKind)action.Subject);
                return true;
            case Verb.Delete:
                return m.Pod.Phase is Phase.None or Phase.Going || (m.Pod == observed && DeletePod(ref m));
            case Verb.Evict:
                return m.Pod.Phase is Phase.None or Phase.Going || (m.Pod.Revision == observed.Revision && BudgetAllows(in w, in m) && DeletePod(ref m));
            case Verb.DeleteVolume:
                m.Doomed = m.Disk != Disk.None; // Kubernetes deletes no claim that a pod uses.
                return true;
            case Verb.ExpandVolume:
                m.Capacity = m.Disk != Disk.None && m.Capacity == Capacity.First ? Capacity.Growing : m.Capacity;
                return true;
            case Verb.OrphanSet: // Only as it was observed.
                if (w.Set.Exists && w.Set.Size == action.Subject && w.Set.Revision == new Revision((Template)action.Second, (Stage)action.First))
                {
                    (w.Set, w.Orphans) = (default, true);
                }
                return true;
            case Verb.DeleteMemberLease:
                m.Lease = default;
                return true;
            case Verb.AssignTask:
                m.Lease.Task = action.First;
                return m.Lease.Exists;
            case Verb.MoveLeader:
                return w.Leader - 1 != action.Subject || MoveLeader(ref w, action.First);
            case Verb.RemoveMember:
                return w.Leader > 0 && (m.Seat == Seat.None || (w.Leader - 1 != action.Subject && Raft.CanRemove(in w, all, action.Subject) && RestServes(in w, action.Subject) && Remove(ref m)));
            case Verb.RequestSnapshot:
                w.Backup.RequestFor((SnapshotPurpose)action.Subject) = (byte)SnapshotRequest.Asked;
                return w.Leader > 0;
            case Verb.VerifySnapshot:
                w.Backup.Verified = (byte)SnapshotRequest.Asked;
                return true;
            case Verb.StartJob:
                w.Backup.Job = w.Backup.Job == (byte)JobState.None ? (byte)JobState.Running : w.Backup.Job;
                return true;
            case Verb.DeleteJob:
                w.Backup.Job = (byte)JobState.None;
                return true;
            default:
                throw new NotSupportedException($"{action.Verb} is no action.");
        }
    }

    bool Apply(ref World w, ActionCode action)
    {
        var stage = (Stage)(action.Second & 0xf);
        switch ((ComponentKind)action.Subject)
        {
            case ComponentKind.MemberLease:
                for (var i = 0; i < action.First && i < members; i++)
                {
                    w.Members[i].Lease.Exists = true;
                }
                return true;
            case ComponentKind.PodDisruptionBudget:
                w.Owned.HasBudget = true;
                w.Owned.BudgetSize = action.First;
                return true;
            case ComponentKind.ConfigMap:
                w.Owned.HasConfig = true;
                w.Owned.ConfigSize = action.First;
                w.Owned.ConfigStage = stage;
                return true;
            case ComponentKind.StatefulSet:
                var larger = w.Set.Exists ? w.Set.Larger : (action.Second & 0x40) != 0; // A claim template stays as it is.
                w.Set = new(true, action.First, new((Template)((action.Second >> 4) & 3), stage), larger, (action.Second & 0x80) != 0);
                w.Orphans = false;
                return true;
            default:
                w.Owned.Others = w.Owned.Others == Existence.Going ? Existence.Going : Existence.There;
                return w.Owned.Others == Existence.There;
        }
    }

    void Delete(ref World w, ComponentKind kind)
    {
        switch (kind)
        {
            case ComponentKind.MemberLease:
                for (var i = 0; i < members; i++)
                {
                    w.Members[i].Lease = default;
                }
                break;
            case ComponentKind.PodDisruptionBudget:
                (w.Owned.HasBudget, w.Owned.BudgetSize) = (false, 0);
                break;
            case ComponentKind.ConfigMap:
                (w.Owned.HasConfig, w.Owned.ConfigSize, w.Owned.ConfigStage) = (false, 0, Stage.Off);
                break;
            case ComponentKind.StatefulSet:
                (w.Set, w.Orphans) = (default, false);
                break;
            default:
                w.Owned.Others = w.Owned.Others == Existence.Missing ? Existence.Missing : Existence.Going;
                break;
        }
    }

    static bool DeletePod(ref MemberState m)
    {
        (m.Pod.Phase, m.Pod.Ready) = (Phase.Going, false);
        return true;
    }

    // The API server counts the ready pods at the moment of the eviction.
    bool BudgetAllows(in World w, in MemberState m)
    {
        var ready = 0;
        for (var i = 0; i < members; i++)
        {
            ready += w.Members[i].Pod.Ready ? 1 : 0;
        }
        var atLeast = w.Owned is { HasBudget: true, BudgetSize: > 1 } ? (w.Owned.BudgetSize / 2) + 1 : 0;
        return ready - (m.Pod.Ready ? 1 : 0) >= atLeast;
    }

    static bool MoveLeader(ref World w, int to)
    {
        var can = w.Members[to].Seat == Seat.Voter && Raft.IsServed(in w, to);
        w.Leader = can ? (byte)(to + 1) : w.Leader;
        return can;
    }

    // The agent that is asked to remove a voter asks each of the others for a linearizable read first, and refuses while
    // another member is joining.
    bool RestServes(in World w, int leaving)
    {
        var (voters, serving) = (0, 0);
        for (var i = 0; i < members; i++)
        {
            if (i != leaving && w.Members[i].Seat is Seat.Learner or Seat.CaughtUp)
            {
                return false;
            }
            if (i != leaving && w.Members[i].Seat == Seat.Voter)
            {
                voters++;
                serving += w.Members[i].Trouble == Trouble.None && Raft.IsServed(in w, i) ? 1 : 0;
            }
        }
        return serving >= (voters / 2) + 1;
    }

    static bool Remove(ref MemberState m)
    {
        Raft.Unseat(ref m);
        return true;
    }
}
