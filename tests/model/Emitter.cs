using System.Runtime.InteropServices;
using Druid.StateMachine.Checking;

namespace Druid.Model;

/// <summary>Who moves: the processes that are treated fairly.</summary>
static class Process
{
    public const byte Operator = 0, SetController = 1, Late = 2, Leader = 3, Backup = 4, Chance = 5, Cache = 8, Kubelet = 16, Agent = 24, Network = 32, Storage = 40, Clock = 48;
}

/// <summary>
/// Finishes moves: settles what follows at once from a change (readiness, leadership, what caches see) and adds a successor
/// for each way in which it can.
/// </summary>
sealed class Emitter(int members, int lag)
{
    /// <summary>The number of caches: Etcd, StatefulSet, other owned objects, pods and volumes, leases.</summary>
    public const int Caches = 5;

    /// <summary>All of them, as bits.</summary>
    public const int AllCaches = (1 << Caches) - 1;

    Successors<World> successors = new();
    World before;
    int laggingBefore;
    int mustSee;

    /// <summary>Begins with the moves out of a state.</summary>
    public void Begin(in World state, Successors<World> into)
    {
        before = state;
        successors = into;
        laggingBefore = state.Step == 0 ? Lagging(ref before) : 0;
    }

    /// <summary>The caches that are behind in the state begun with, a bit each.</summary>
    public int LaggingBefore => laggingBefore;

    /// <summary>Adds the move that leads to a state.</summary>
    /// <param name="next">The state, as far as the move itself changes it.</param>
    /// <param name="process">Who moves.</param>
    /// <param name="verb">What is done.</param>
    /// <param name="subject">To what.</param>
    /// <param name="hazard">It need not ever happen.</param>
    /// <param name="seen">The caches that see what is there when the operator next decides, a bit each.</param>
    public void Add(World next, byte process, Verb verb, int subject = 0, bool hazard = false, int seen = 0)
    {
        mustSee = seen;
        if (!next.Etcd.Exists)
        {
            var gone = default(World); // The object is gone: nothing that follows is the operator's.
            successors.Add(new(process, (byte)verb, (byte)subject, hazard), in gone);
            return;
        }
        Settle(ref next);
        var all = ((ReadOnlySpan<MemberState>)next.Members)[..members];
        if (next.Leader > 0 && Raft.CanLead(all, next.Leader - 1))
        {
            AddSeen(ref next, process, verb, subject, hazard);
            return;
        }
        next.Leader = 0;
        var elected = false;
        for (var i = 0; i < members; i++)
        {
            if (Raft.CanLead(all, i))
            {
                var branch = next;
                branch.Leader = (byte)(i + 1);
                AddSeen(ref branch, process, verb, subject, hazard);
                elected = true;
            }
        }
        if (!elected)
        {
            AddSeen(ref next, process, verb, subject, hazard);
        }
    }

    // Clears what cannot make a difference any more, so that equal situations are equal states.
    void Settle(ref World w)
    {
        if (!w.Set.Exists)
        {
            w.Set = default;
        }
        for (var i = 0; i < members; i++)
        {
            ref var m = ref w.Members[i];
            if (m.Pod.Phase == Phase.None)
            {
                m.Pod = default;
            }
            if (m.Pod.Phase != Phase.Running)
            {
                m.Trouble = Trouble.None;
            }
            if (!m.Lease.Exists)
            {
                m.Lease = default;
            }
            if (m is { Doomed: true, Pod.Phase: Phase.None })
            {
                (m.Disk, m.Doomed) = (Disk.None, false);
            }
            if (m.Disk == Disk.None)
            {
                m.Capacity = default;
            }
            m.Rebuilt &= m.Lease.Task == (byte)StateMachine.Etcd.MemberTask.Rebuild;
        }
    }

    // A member is ready while it serves; once ready it stays so without a new probe.
    void SettleReadiness(ref World w)
    {
        for (var i = 0; i < members; i++)
        {
            w.Members[i].Pod.Ready &= CanBeReady(in w, i);
        }
    }

    /// <summary>Whether a member would answer a readiness probe.</summary>
    public static bool CanBeReady(in World w, int i)
    {
        ref readonly var m = ref w.Members[i];
        return m is { Pod.Phase: Phase.Running, Trouble: Trouble.None, Seat: Seat.Voter }
            && m.Https == (m.Pod.Revision.Stage == Stage.On) && Raft.IsServed(in w, i);
    }

    void AddSeen(ref World next, byte process, Verb verb, int subject, bool hazard)
    {
        SettleReadiness(ref next);
        if (next.Step > 0)
        {
            successors.Add(new(process, (byte)verb, (byte)subject, hazard), in next); // The decision stands as it was made.
            return;
        }
        next.SeenBackup = next.Backup;
        var behind = Lagging(ref next);
        var kept = behind & laggingBefore & ~mustSee;
        var fresh = behind & ~kept & ~mustSee;
        for (var cache = 0; cache < Caches; cache++)
        {
            if ((behind & mustSee & (1 << cache)) != 0)
            {
                CatchUp(ref next, cache);
            }
        }
        var stale = 0;
        do
        {
            if (stale == 0 || System.Numerics.BitOperations.PopCount((uint)(stale | kept)) <= lag)
            {
                var branch = next;
                for (var cache = 0; cache < Caches; cache++)
                {
                    if ((fresh & ~stale & (1 << cache)) != 0)
                    {
                        CatchUp(ref branch, cache);
                    }
                }
                successors.Add(new(process, (byte)verb, (byte)subject, hazard || stale != 0), in branch);
            }
            stale = (stale - fresh) & fresh; // The next subset of what has changed.
        }
        while (stale != 0);
    }

    /// <summary>Makes a cache see what is there.</summary>
    void CatchUp(ref World w, int cache)
    {
        switch (cache)
        {
            case 0:
                w.SeenEtcd = w.Etcd;
                break;
            case 1:
                (w.SeenSet, w.SeenSetKnown) = (w.Set, w.SetKnown);
                break;
            case 2:
                w.SeenOwned = w.Owned;
                break;
            case 3:
                for (var i = 0; i < members; i++)
                {
                    w.Members[i].SeenPod = w.Members[i].Pod;
                    w.Members[i].SeenVolume = w.Members[i].Disk != Disk.None;
                    w.Members[i].SeenCapacity = w.Members[i].Capacity;
                }
                break;
            default:
                for (var i = 0; i < members; i++)
                {
                    w.Members[i].SeenLease = w.Members[i].Lease;
                    w.Members[i].SeenPublished = w.Members[i].Published;
                }
                break;
        }
    }

    int Lagging(ref World w)
    {
        var lagging = Same(in w.Etcd, in w.SeenEtcd) ? 0 : 1;
        lagging |= w.Set == w.SeenSet && w.SetKnown == w.SeenSetKnown ? 0 : 2;
        lagging |= w.Owned == w.SeenOwned ? 0 : 4;
        for (var i = 0; i < members; i++)
        {
            ref readonly var m = ref w.Members[i];
            lagging |= m.Pod == m.SeenPod && m.SeenVolume == (m.Disk != Disk.None) && m.SeenCapacity == m.Capacity ? 0 : 8;
            lagging |= m.Lease == m.SeenLease && m.Published == m.SeenPublished ? 0 : 16;
        }
        return lagging;
    }

    static bool Same(in Declaration a, in Declaration b) =>
        MemoryMarshal.AsBytes(new ReadOnlySpan<Declaration>(in a)).SequenceEqual(MemoryMarshal.AsBytes(new ReadOnlySpan<Declaration>(in b)));
}
