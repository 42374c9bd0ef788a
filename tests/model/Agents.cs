using Druid.StateMachine.Etcd;

namespace Druid.Model;

/// <summary>
/// The members' agents: what the machines rely on them to do. They found or join the cluster, promote a learner that has
/// caught up, replace an identity whose data is gone, keep their peer URL in the membership, and report through leases.
/// </summary>
sealed class Agents(Scenario scenario)
{
    readonly int members = scenario.Members;

    public void Moves(in World w, Emitter emit)
    {
        for (var i = 0; i < members; i++)
        {
            if (w.Members[i].Pod.Phase == Phase.Running && w.Members[i].Trouble != Trouble.Partitioned)
            {
                Move(in w, i, emit);
            }
        }
        Publish(in w, emit);
        Backups(in w, emit);
    }

    void Move(in World w, int i, Emitter emit)
    {
        ref readonly var m = ref w.Members[i];
        var all = ((ReadOnlySpan<MemberState>)w.Members)[..members];
        var agent = (byte)(Process.Agent + i);
        var task = (MemberTask)m.Lease.Task;
        var next = w;
        ref var self = ref next.Members[i];
        Report(in w, i, emit);
        if (m is { Seat: Seat.Voter, Disk: Disk.Blank, HasRun: false })
        {
            TakeSeat(ref self, Seat.Voter); // One of those that the cluster was founded with.
            emit.Add(next, agent, Verb.BeginAsFounded, i);
        }
        else if (!w.Formed && m.Disk == Disk.Blank && m.Lease.Exists && task == MemberTask.Serve && i < w.Owned.ConfigSize)
        {
            Found(ref next, i);
            emit.Add(next, agent, Verb.Found, i);
        }
        else if (task == MemberTask.Rebuild && !m.Rebuilt && w.Leader == 0 && (m.Disk == Disk.Data || scenario.Store))
        {
            Rebuild(ref next, i);
            emit.Add(next, agent, Verb.Rebuild, i);
        }
        else if (m.Disk == Disk.Lost && (m.Lease.Lost || !m.Lease.Exists) && task is MemberTask.Serve or MemberTask.Rejoin && Raft.CanRemove(in w, all, i) && Raft.Learners(all) == (m.Seat == Seat.Voter ? 0 : 1))
        {
            Raft.Unseat(ref self);
            emit.Add(next, agent, Verb.RemoveItself, i);
        }
        else if (m.Seat == Seat.None && m.Lease.Exists && (m.Lease.Lost || !HasVoice(in m.Lease)) && task is MemberTask.Serve or MemberTask.Rejoin && w.Leader > 0 && Raft.Learners(all) == 0)
        {
            TakeSeat(ref self, Seat.Learner);
            emit.Add(next, agent, Verb.Join, i);
        }
        else if (m.Seat == Seat.Learner && Raft.IsServed(in w, i))
        {
            self.Seat = Seat.CaughtUp;
            emit.Add(next, agent, Verb.CatchUpLog, i);
        }
        else if (m.Lease is { Lost: false, Says: (byte)Membership.Voter } && Raft.CanPromote(in w, all, i))
        {
            self.Seat = Seat.Voter;
            emit.Add(next, agent, Verb.Promote, i);
        }
        else if (m.Seat != Seat.None && m.Disk == Disk.Data && m.Https != (m.Pod.Revision.Stage == Stage.On) && Raft.IsServed(in w, i))
        {
            self.Https = !m.Https;
            emit.Add(next, agent, Verb.UpdateUrl, i);
        }
    }

    // Each member's own word comes before the deed: that its data is gone before its identity goes, that it votes before it does.
    void Report(in World w, int i, Emitter emit)
    {
        ref readonly var m = ref w.Members[i];
        var agent = (byte)(Process.Agent + i);
        var next = w;
        ref var lease = ref next.Members[i].Lease;
        if (!m.Lease.Exists)
        {
            return;
        }
        if (!m.Lease.Lost && (m.Disk == Disk.Lost || (m.Seat == Seat.None && HasVoice(in m.Lease))))
        {
            lease.Lost = true;
            emit.Add(next, agent, Verb.ReportLost, i);
        }
        else if (m.Seat is Seat.Learner or Seat.CaughtUp && m.Disk == Disk.Data)
        {
            var says = (Membership)m.Lease.Says;
            if (m.Lease.Lost || says == Membership.Unknown || (says == Membership.Voter && w.Leader == 0))
            {
                (lease.Lost, lease.Says) = (false, (byte)Membership.Learner);
                emit.Add(next, agent, Verb.ReportLearner, i);
            }
            else if (says == Membership.Learner && Raft.CanPromote(in w, ((ReadOnlySpan<MemberState>)w.Members)[..members], i))
            {
                lease.Says = (byte)Membership.Voter;
                emit.Add(next, agent, Verb.AnnounceVote, i);
            }
        }
    }

    // It has said before who it is.
    static bool HasVoice(in LeaseState lease) => lease.Says != (byte)Membership.Unknown;

    static void TakeSeat(ref MemberState m, Seat seat)
    {
        m.Seat = seat;
        m.Disk = Disk.Data;
        m.HasRun = true;
        m.Https = m.Pod.Revision.Stage == Stage.On;
    }

    // The first to start founds the cluster with all members of the configuration.
    void Found(ref World w, int founder)
    {
        for (var i = 0; i < w.Owned.ConfigSize && i < members; i++)
        {
            w.Members[i].Seat = Seat.Voter;
            w.Members[i].Https = w.Owned.ConfigStage == Stage.On;
        }
        w.Formed = true;
        TakeSeat(ref w.Members[founder], Seat.Voter);
    }

    // The founder keeps its data, or restores the latest snapshot, and is the only member of what it founds.
    void Rebuild(ref World w, int founder)
    {
        for (var i = 0; i < members; i++)
        {
            if (i != founder)
            {
                Raft.Unseat(ref w.Members[i]);
            }
        }
        w.Formed = true;
        TakeSeat(ref w.Members[founder], Seat.Voter);
        w.Members[founder].Rebuilt = true;
    }

    /// <summary>A seat as it is published.</summary>
    public static Membership PlaceOf(Seat seat) => seat switch { Seat.Voter => Membership.Voter, Seat.None => Membership.None, _ => Membership.Learner };

    // The leader's agent publishes the membership; each agent that reaches the leader its role.
    void Publish(in World w, Emitter emit)
    {
        if (w.Leader == 0)
        {
            return;
        }
        var next = w;
        var changed = false;
        for (var i = 0; i < members; i++)
        {
            ref var m = ref next.Members[i];
            var place = (byte)PlaceOf(m.Seat);
            changed |= m.Published != place;
            m.Published = place;
            if (m.Lease.Exists && m.Pod.Phase == Phase.Running && m.Trouble != Trouble.Partitioned)
            {
                var before = m.Lease;
                m.Lease.Leads = w.Leader - 1 == i;
                if (m.Seat == Seat.Voter && Raft.IsServed(in w, i))
                {
                    // One report: that it votes, that the order is carried out, and nothing more of data lost before.
                    m.Lease.Task = m.Rebuilt ? (byte)MemberTask.Serve : m.Lease.Task;
                    (m.Lease.Lost, m.Lease.Says) = (false, (byte)Membership.Voter);
                }
                changed |= m.Lease != before;
            }
        }
        if (changed && w.Members[w.Leader - 1].Lease.Exists)
        {
            emit.Add(next, Process.Leader, Verb.Publish);
        }
    }

    static void Backups(in World w, Emitter emit)
    {
        ref readonly var b = ref w.Backup;
        foreach (var purpose in Enum.GetValues<SnapshotPurpose>())
        {
            Answer(in w, purpose, emit);
        }
        if (b.Verified == (byte)SnapshotRequest.Asked)
        {
            var next = w;
            next.Backup.Verified = (byte)SnapshotRequest.Done;
            emit.Add(next, Process.Backup, Verb.TakeSnapshot);
        }
        if (b.BackingOff)
        {
            var next = w;
            next.Backup.BackingOff = false;
            emit.Add(next, Process.Backup, Verb.EndBackoff);
        }
        if (b.Job == (byte)JobState.Running)
        {
            var next = w;
            next.Backup.Job = (byte)JobState.Succeeded;
            next.Backup.Deltas = 0;
            emit.Add(next, Process.Backup, Verb.FinishJob);
        }
    }

    // A request that nobody can answer fails when its time is up.
    static void Answer(in World w, SnapshotPurpose purpose, Emitter emit)
    {
        var next = w;
        ref var request = ref next.Backup.RequestFor(purpose);
        if (request != (byte)SnapshotRequest.Asked)
        {
            return;
        }
        if (w.Leader > 0)
        {
            request = (byte)SnapshotRequest.Done;
            next.Backup.Deltas = 0;
            emit.Add(next, Process.Backup, Verb.TakeSnapshot);
        }
        else
        {
            request = (byte)SnapshotRequest.Failed;
            next.Backup.BackingOff = true;
            emit.Add(next, Process.Backup, Verb.FailSnapshot);
        }
    }
}
