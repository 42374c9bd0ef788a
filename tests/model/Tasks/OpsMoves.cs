using Druid.StateMachine.Checking;
using Druid.StateMachine.Etcd;
using Druid.StateMachine.Machines;

namespace Druid.Model.Tasks;

/// <summary>
/// What can happen to an ops task: the operator decides on what it sees, acts, records; it dies and forgets its request, or its
/// calls fail before or after they took effect; its caches are behind for as long as they like; agents answer, refuse or are
/// not reached; time passes.
/// </summary>
sealed class OpsMoves(OpsScenario scenario) : IExpander<OpsWorld>
{
    const byte TaskCache = Process.Cache, ClusterCache = Process.Cache + 1;

    public void Expand(in OpsWorld w, Successors<OpsWorld> into)
    {
        if (!w.Task.Exists)
        {
            return;
        }
        Operate(in w, into);
        Arrive(in w, into);
        Add(into, w with { SeenTask = w.Reached == 0 ? w.Task : w.SeenTask }, in w, TaskCache, Verb.CatchUp);
        Add(into, w with { SeenObjection = w.Reached == 0 ? w.Objection : w.SeenObjection }, in w, ClusterCache, Verb.CatchUp, 1);
        switch (w.Run)
        {
            // Which of both is nobody's promise: agents may be out of reach for ever.
            case OpsRun.Asked:
                Add(into, w with { Run = OpsRun.Done, Taken = true }, in w, Process.Backup, Verb.TakeSnapshot);
                Add(into, w with { Run = OpsRun.Resting }, in w, Process.Backup, Verb.FailSnapshot);
                Fault(into, w with { Run = OpsRun.Refused }, in w, Verb.FailSnapshot);
                break;
            // A pause lasts longer than a cache is behind.
            case OpsRun.Resting when w.SeenTask == w.Task:
                Add(into, w with { Run = OpsRun.None }, in w, Process.Clock, Verb.EndBackoff);
                break;
        }
        if (scenario.HasEnded(w.Task.State) || scenario.Is(w.Task.State, OpsTask.InProgress))
        {
            Add(into, w with { Task = w.Task with { TimeIsUp = true }, SeenTask = w.SeenTask with { TimeIsUp = w.SeenTask.State == w.Task.State || w.SeenTask.TimeIsUp } }, in w, Process.Clock + 1, Verb.PassTime);
        }
        if (w.EditsLeft > 0)
        {
            var edited = w with { EditsLeft = (byte)(w.EditsLeft - 1) };
            Add(into, edited with { Objection = !w.Objection }, in w, Process.Chance, Verb.ToggleInvalid, hazard: true);
            if (!w.Task.Deleting)
            {
                Add(into, edited with { Task = w.Task with { Deleting = true, Exists = w.Task.Finalizer } }, in w, Process.Chance, Verb.DeleteTask, hazard: true);
            }
        }
    }

    void Operate(in OpsWorld w, Successors<OpsWorld> into)
    {
        // Whoever starts lists first, so its caches are fresh and it knows nothing but what is recorded.
        var dies = w with { Memory = 0, Reached = 0, Run = OpsRun.None, SeenTask = w.Task, SeenObjection = w.Objection };
        if (w.Reached > 0)
        {
            Record(in w, in dies, into, (byte)(w.Reached - 1), after: true);
            return;
        }
        if (w.Memory > 0 || w.Run != OpsRun.None)
        {
            Add(into, dies, in w, Process.Chance, Verb.CrashBefore, hazard: true);
        }
        if (!w.SeenTask.Exists || w.Late.Decided)
        {
            return;
        }
        var decision = Decide(in w);
        var decided = w with { Late = w.Late with { Decided = w.Late != default } };
        if (decision.Actions.FirstOrDefault() is not { } action)
        {
            Record(in decided, in dies, into, (byte)decision.After[0], after: false);
            return;
        }
        var (verb, next) = (VerbOf(action), decided);
        if (!Take(ref next, verb, w.SeenTask))
        {
            Add(into, w with { SeenTask = w.Task }, in w, Process.Operator, Verb.Refuse);
            return;
        }
        if (verb == Verb.DeleteTask && next == decided)
        {
            return; // It was asked for before, and the cache is about to show it.
        }
        var kept = next with { SeenTask = verb is Verb.AddFinalizer or Verb.RemoveFinalizer ? next.Task : w.SeenTask, Reached = (byte)(verb == Verb.RemoveFinalizer ? 0 : decision.After[0] + 1) };
        Add(into, kept, in w, Process.Operator, verb);
        if (verb is not (Verb.RequestSnapshot or Verb.Decide))
        {
            Add(into, next, in w, Process.Operator, verb, 1, hazard: true);
            Depose(into, dies with { Late = new(verb, w.SeenTask, 0, false) }, in w);
        }
        Add(into, next with { Memory = 0, Run = OpsRun.None, SeenTask = next.Task, SeenObjection = w.Objection }, in w, Process.Operator, verb, 2, hazard: true);
    }

    // What is recorded was made of what was seen, and is refused when the task is another since.
    void Record(in OpsWorld w, in OpsWorld dies, Successors<OpsWorld> into, byte leaf, bool after)
    {
        var status = scenario.Is(leaf, OpsTask.Deleting) || leaf == w.SeenTask.State ? w.SeenTask : w.SeenTask with { State = leaf, TimeIsUp = false };
        var run = scenario.HasEnded(leaf) ? OpsRun.None : w.Run;
        if (status == w.SeenTask)
        {
            Add(into, w with { Memory = scenario.Remembered(leaf), Reached = 0, Run = run }, in w, Process.Operator, Verb.Record);
        }
        else if (w.Task != w.SeenTask)
        {
            Add(into, w with { Reached = 0, Memory = 0, SeenTask = w.Task }, in w, Process.Operator, Verb.Refuse);
        }
        else
        {
            var next = w with { Task = status, Reached = 0 };
            Add(into, next with { SeenTask = status, Memory = scenario.Remembered(leaf), Run = run }, in w, Process.Operator, Verb.Record);
            Add(into, next with { Memory = 0 }, in w, Process.Operator, Verb.Record, 1, hazard: true); // What is recorded is read again.
            Add(into, next with { Memory = 0, Run = OpsRun.None, SeenTask = status, SeenObjection = w.Objection }, in w, Process.Operator, Verb.Record, 2, hazard: true);
            Depose(into, dies with { Late = new(Verb.Record, w.SeenTask, leaf, false) }, in w);
        }
        if (after)
        {
            Add(into, dies, in w, Process.Chance, Verb.CrashBefore, hazard: true);
        }
    }

    static void Arrive(in OpsWorld w, Successors<OpsWorld> into)
    {
        if (w.Late == default)
        {
            return;
        }
        var next = w with { Late = default };
        Add(into, next, in w, Process.Chance, Verb.Drop, hazard: true);
        var arrives = next;
        if (w.Late.Verb == Verb.Record)
        {
            arrives.Task = w.Task == w.Late.Seen ? w.Task with { State = w.Late.State, TimeIsUp = false } : w.Task;
        }
        else if (!Take(ref arrives, w.Late.Verb, w.Late.Seen))
        {
            arrives = next;
        }
        Add(into, arrives, in w, Process.Late, w.Late.Verb);
    }

    Decision Decide(in OpsWorld w) => scenario.Machine.Decide(default(Configuration).With(0, OpsScenario.LeafOf(in w)), scenario.View(in w));

    // False: the API server refuses. A request that is under way is not made again.
    static bool Take(ref OpsWorld w, Verb verb, OpsObject seen)
    {
        switch (verb)
        {
            case Verb.AddFinalizer when w.Task == seen:
                w.Task.Finalizer = true;
                return true;
            case Verb.RemoveFinalizer when w.Task == seen:
                (w.Task.Finalizer, w.Task.Exists) = (false, !w.Task.Deleting);
                return true;
            case Verb.DeleteTask:
                (w.Task.Deleting, w.Task.Exists) = (true, w.Task.Finalizer);
                return true;
            case Verb.RequestSnapshot:
                w.Run = OpsRun.Asked;
                return true;
            case Verb.Decide:
                return true; // It only says that the state is recorded before anything is asked.
            default:
                return false;
        }
    }

    static Verb VerbOf(IAction action) => action switch
    {
        AddFinalizer => Verb.AddFinalizer,
        RemoveFinalizer => Verb.RemoveFinalizer,
        AcceptTask => Verb.Decide,
        RunTask => Verb.RequestSnapshot,
        DeleteTask => Verb.DeleteTask,
        _ => throw new NotSupportedException($"The model of ops tasks does not know the action {action.GetType().Name}; teach it to {nameof(OpsMoves)}."),
    };

    static void Fault(Successors<OpsWorld> into, OpsWorld next, in OpsWorld w, Verb verb)
    {
        if (w.FaultsLeft > 0)
        {
            Add(into, next with { FaultsLeft = (byte)(w.FaultsLeft - 1) }, in w, Process.Chance, verb, hazard: true);
        }
    }

    static void Depose(Successors<OpsWorld> into, OpsWorld next, in OpsWorld w)
    {
        if (w.Late == default)
        {
            Fault(into, next, in w, Verb.Depose);
        }
    }

    static void Add(Successors<OpsWorld> into, OpsWorld next, in OpsWorld w, byte process, Verb verb, byte subject = 0, bool hazard = false)
    {
        if (next != w)
        {
            into.Add(new(process, (byte)verb, subject, hazard), next.Task.Exists ? next : default);
        }
    }

    public string Describe(in OpsWorld before, Move move, in OpsWorld after) => move.Process switch
    {
        Process.Operator when (Verb)move.Verb is Verb.Refuse => "Operator: is refused, and looks again",
        Process.Operator => $"Operator: {Telling.Words((Verb)move.Verb)}{Tasks.Interruption(move)}{(before.Reached == 0 ? $", as {string.Join("; ", Decide(in before).Transitions.Select(t => $"{t.From} -> {t.To}: {t.Trigger}"))}" : "")}",
        TaskCache or ClusterCache => $"Cache: catches up: {(move.Process == TaskCache ? "task" : "cluster")}",
        _ => $"{Tasks.Who(move)}: {Telling.Words((Verb)move.Verb)}",
    };

    public string Describe(in OpsWorld w) => !w.Task.Exists ? "the task is gone"
        : $"{scenario.NameOf(OpsScenario.LeafOf(in w))}; recorded {scenario.NameOf(w.Task.State)}; {w.Task}; request {w.Run}{(w.Objection ? "; objection" : "")}{(w.SeenTask == w.Task ? "" : "; task not seen as it is")}{(w.Late == default ? "" : $"; late write: {Telling.Words(w.Late.Verb)}")}";
}
