using Druid.StateMachine.Etcd;

namespace Druid.Model;

/// <summary>
/// The operator: decides on what it sees, takes the actions in order, stops at the first that is refused, and records where
/// it is only when all were taken. It can die, or see a call fail, before or after any action.
/// </summary>
/// <remarks>
/// It reads its own writes: it does not decide before its caches have seen what it wrote, and where it cannot know whether a
/// write has arrived (a call without an answer, its own death) it reads again first. What others write can be unseen.
/// </remarks>
sealed class Operator(Scenario scenario)
{
    readonly Brain brain = new(scenario);
    readonly Executor executor = new(scenario);
    readonly int saving = Leaf(scenario, 0, $"{EtcdLifecycle.Hibernating}/{Hibernation.Saving}");
    readonly int upgrading = Leaf(scenario, 0, $"{EtcdLifecycle.Upgrading}/{EtcdUpgrade.Saving}");
    readonly int confirming = Leaf(scenario, 0, $"{EtcdLifecycle.Recovering}/{QuorumRecovery.Confirming}");
    readonly int snapshotting = Leaf(scenario, 2, SnapshotCompaction.Snapshotting);

    public Brain Brain => brain;

    public void Moves(in World w, Emitter emit)
    {
        var intent = brain.Decide(in w);
        if (w.Step == 0)
        {
            if (intent.Actions.Length > 0 && !w.Late.Decided)
            {
                var next = w;
                next.Step = 1;
                next.Late.Decided = w.Late != default;
                emit.Add(next, Process.Operator, Verb.Decide);
            }
            else if (intent.Actions.Length == 0 && !intent.IsQuiet)
            {
                var next = w;
                Record(ref next, intent);
                emit.Add(next, Process.Operator, Verb.Record, seen: EtcdCache);
            }
        }
        else
        {
            Act(in w, intent, emit);
        }
        Arrive(in w, emit);
    }

    void Act(in World w, Intent intent, Emitter emit)
    {
        var action = intent.Actions[w.Step - 1];
        var observed = action.Subject < World.MaxMembers ? w.Members[action.Subject].SeenPod : default;
        var next = w;
        var written = Written(intent, w.Step - 1);
        if (!executor.Take(ref next, action, observed))
        {
            next = w;
            next.Step = 0;
            emit.Add(next, Process.Operator, Verb.Refuse, seen: written | CacheOf(action));
            return;
        }
        var interrupted = next;
        if (w.Step == intent.Actions.Length)
        {
            next.Step = 0;
            Record(ref next, intent);
        }
        else
        {
            next.Step++;
        }
        emit.Add(next, Process.Operator, action.Verb, action.Subject, seen: written | CacheOf(action) | EtcdCache);
        if (scenario.Crashes)
        {
            interrupted.Step = 0;
            emit.Add(interrupted, Process.Operator, action.Verb, action.Subject, hazard: true, seen: written | CacheOf(action));
            next = w;
            next.Step = 0;
            emit.Add(next, Process.Chance, Verb.CrashBefore, hazard: true, seen: written);
        }
        if (w.FaultsLeft > 0 && scenario.FaultKinds.Contains(Verb.Depose) && w.Late == default)
        {
            next = w;
            next.Step = 0;
            next.FaultsLeft--;
            next.Late = new(action, action.Verb is Verb.Delete or Verb.Evict ? observed : default, Formed: w.IsKnownToBeFormed);
            emit.Add(next, Process.Chance, Verb.Depose, hazard: true, seen: written);
        }
    }

    // The write of a deposed operator arrives, or is lost.
    void Arrive(in World w, Emitter emit)
    {
        if (w.Late == default)
        {
            return;
        }
        var (action, pod) = (w.Late.Action, w.Late.Pod);
        var next = w;
        next.Late = default;
        if (!executor.Take(ref next, action, pod))
        {
            next = w;
            next.Late = default;
            emit.Add(next, Process.Late, Verb.Drop);
            return;
        }
        emit.Add(next, Process.Late, action.Verb, action.Subject);
        next = w;
        next.Late = default;
        emit.Add(next, Process.Chance, Verb.Drop, hazard: true);
    }

    // Recording the entry of a state that asks for a snapshot forgets answers to requests of before, unless the request was
    // part of the decision.
    void Record(ref World w, Intent intent)
    {
        var asks = intent.Actions.Any(a => a.Verb is Verb.RequestSnapshot or Verb.VerifySnapshot);
        if (w.Etcd.Lifecycle != intent.Lifecycle && !asks)
        {
            w.Backup.BeforeStop = intent.Lifecycle == saving ? (byte)0 : w.Backup.BeforeStop;
            w.Backup.BeforeUpgrade = intent.Lifecycle == upgrading ? (byte)0 : w.Backup.BeforeUpgrade;
            w.Backup.Verified = intent.Lifecycle == confirming ? (byte)0 : w.Backup.Verified;
        }
        if (w.Etcd.Backup != intent.Backup && intent.Backup == snapshotting && !asks)
        {
            w.Backup.InsteadOfJob = 0;
        }
        (w.Etcd.Lifecycle, w.Etcd.Serving, w.Etcd.Backup) = (intent.Lifecycle, intent.Serving, intent.Backup);
    }

    const int EtcdCache = 1;

    static int Written(Intent intent, int count)
    {
        var written = 0;
        foreach (var action in intent.Actions.AsSpan(0, count))
        {
            written |= CacheOf(action);
        }
        return written;
    }

    // The cache that holds what an action writes, as a bit; none for what is asked of etcd.
    static int CacheOf(ActionCode action) => action.Verb switch
    {
        Verb.AddFinalizer or Verb.RemoveFinalizer or Verb.ObserveGeneration or Verb.AcknowledgeReconcile => EtcdCache,
        Verb.Apply or Verb.DeleteComponent => (ComponentKind)action.Subject switch
        {
            ComponentKind.StatefulSet => 2,
            ComponentKind.MemberLease => 16,
            _ => 4,
        },
        Verb.OrphanSet => 2,
        Verb.Delete or Verb.Evict or Verb.DeleteVolume or Verb.ExpandVolume => 8,
        Verb.DeleteMemberLease or Verb.AssignTask => 16,
        _ => 0,
    };

    static int Leaf(Scenario scenario, int region, string path) => scenario.Machine.Regions[region].Find(path)?.Index ?? -1;
}
