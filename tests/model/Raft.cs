namespace Druid.Model;

/// <summary>What etcd does: who can talk to whom, who votes, who leads, which changes of the membership it accepts.</summary>
static class Raft
{
    /// <summary>The number of voters.</summary>
    public static int Voters(ReadOnlySpan<MemberState> members)
    {
        var voters = 0;
        foreach (ref readonly var m in members)
        {
            voters += m.Seat == Seat.Voter ? 1 : 0;
        }
        return voters;
    }

    /// <summary>How many voters it takes: more than half.</summary>
    public static int Quorum(ReadOnlySpan<MemberState> members) => (Voters(members) / 2) + 1;

    /// <summary>Voters whose pods are ready: those that the service sends clients to.</summary>
    public static int Participating(ReadOnlySpan<MemberState> members)
    {
        var participating = 0;
        foreach (ref readonly var m in members)
        {
            participating += m is { Seat: Seat.Voter, Pod.Ready: true } ? 1 : 0;
        }
        return participating;
    }

    /// <summary>Its etcd process runs with the data of its seat and can be reached.</summary>
    public static bool IsUp(in MemberState m) =>
        m is { Pod.Phase: Phase.Running, Disk: Disk.Data } && m.Seat != Seat.None && m.Trouble != Trouble.Partitioned;

    /// <summary>It is up and the leader answers it, so it answers linearizable reads if it votes.</summary>
    public static bool IsServed(in World w, int member) => w.Leader > 0 && IsUp(in w.Members[member])
        && (w.Leader - 1 == member || AreConnected(in w.Members[member], in w.Members[w.Leader - 1]));

    /// <summary>Each can dial the other.</summary>
    public static bool AreConnected(in MemberState a, in MemberState b) => CanDial(in a, in b) && CanDial(in b, in a);

    // A member listens as the membership says of it, which is why its agent updates that while a quorum is there; one without
    // certificates can only listen plain.
    static bool CanDial(in MemberState from, in MemberState to)
    {
        var listensEncrypted = to.Https && to.Pod.Revision.Stage != Stage.Off;
        return to.Https == listensEncrypted && (!to.Https || from.Pod.Revision.Stage != Stage.Off);
    }

    /// <summary>Whether a voter could lead: it reaches a quorum.</summary>
    public static bool CanLead(ReadOnlySpan<MemberState> members, int candidate) =>
        IsUp(in members[candidate]) && members[candidate].Seat == Seat.Voter && Reached(members, candidate, except: -1) >= Quorum(members);

    /// <summary>
    /// Whether a member can be removed: etcd accepts it while a quorum works, and only if those that remain work as a quorum.
    /// </summary>
    public static bool CanRemove(in World w, ReadOnlySpan<MemberState> members, int member)
    {
        if (w.Leader == 0 || members[member].Seat == Seat.None)
        {
            return false;
        }
        if (members[member].Seat != Seat.Voter)
        {
            return true;
        }
        var remaining = Voters(members) - 1;
        return remaining > 0 && Reached(members, w.Leader - 1, except: member) >= (remaining / 2) + 1;
    }

    /// <summary>Whether a learner can become a voter: it has caught up, and the voters that work are a quorum with it.</summary>
    public static bool CanPromote(in World w, ReadOnlySpan<MemberState> members, int member) =>
        members[member].Seat == Seat.CaughtUp && IsServed(in w, member)
        && Reached(members, w.Leader - 1, except: -1) + 1 >= ((Voters(members) + 1) / 2) + 1;

    /// <summary>Whether some member is a learner.</summary>
    public static int Learners(ReadOnlySpan<MemberState> members)
    {
        var learners = 0;
        foreach (ref readonly var m in members)
        {
            learners += m.Seat is Seat.Learner or Seat.CaughtUp ? 1 : 0;
        }
        return learners;
    }

    /// <summary>Takes a seat away; what its disk holds is old then.</summary>
    public static void Unseat(ref MemberState m)
    {
        m.Seat = Seat.None;
        m.Https = false;
        m.HasRun = false;
        m.Disk = m.Disk switch { Disk.Data => Disk.Old, Disk.Lost => Disk.Blank, var disk => disk };
    }

    static int Reached(ReadOnlySpan<MemberState> members, int from, int except)
    {
        var reached = 0;
        for (var i = 0; i < members.Length; i++)
        {
            reached += i != except && members[i].Seat == Seat.Voter && IsUp(in members[i])
                && (i == from || AreConnected(in members[from], in members[i])) ? 1 : 0;
        }
        return reached;
    }
}
