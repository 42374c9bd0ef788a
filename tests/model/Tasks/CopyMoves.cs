using Druid.StateMachine.Checking;
using Druid.StateMachine.Etcd;
using Druid.StateMachine.Machines;

namespace Druid.Model.Tasks;

/// <summary>
/// What can happen to a copy task: the operator decides on what it sees, acts, records; it dies, or its calls fail before or
/// after they took effect; its caches are behind for as long as they like; the job ends in any way; the user edits.
/// </summary>
sealed class CopyMoves(CopyScenario scenario) : IExpander<CopyWorld>
{
    const byte TaskCache = Process.Cache, JobCache = Process.Cache + 1;

    public void Expand(in CopyWorld w, Successors<CopyWorld> into)
    {
        if (!w.Task.Exists)
        {
            return;
        }
        Operate(in w, into);
        Arrive(in w, into);
        Add(into, w with { SeenTask = w.Reached == 0 ? w.Task : w.SeenTask }, in w, TaskCache, Verb.CatchUp);
        Add(into, w with { SeenJob = w.Reached == 0 ? w.Job : w.SeenJob }, in w, JobCache, Verb.CatchUp, 1);
        switch (w.Job.Phase)
        {
            case CopyPhase.Running:
                Add(into, w with { Job = w.Job with { Phase = CopyPhase.Succeeded } }, in w, Process.Backup, Verb.FinishJob);
                Fault(into, w with { Job = w.Job with { Phase = CopyPhase.Failed } }, in w, Verb.FailJob);
                Fault(into, w with { Job = w.Job with { Phase = CopyPhase.Late } }, in w, Verb.ExceedDeadline);
                break;
            case CopyPhase.Going:
                Add(into, w with { Job = new(CopyPhase.None, w.Job.Uid) }, in w, Process.SetController, Verb.FinishDeletion);
                break;
        }
        if (w.Job.Phase is not (CopyPhase.None or CopyPhase.Going))
        {
            Fault(into, w with { Job = new(CopyPhase.Going, w.Job.Uid) }, in w, Verb.DeleteOthers);
        }
        Edit(into, w with { Task = w.Task with { Invalid = !w.Task.Invalid } }, in w, Verb.ToggleInvalid);
        if (!w.Task.Deleting)
        {
            Edit(into, w with { Task = w.Task with { Deleting = true, Exists = w.Task.Finalizer } }, in w, Verb.DeleteTask);
        }
    }

    void Operate(in CopyWorld w, Successors<CopyWorld> into)
    {
        // Whoever starts lists first, so its caches are fresh and it knows nothing but what is recorded.
        var dies = w with { Memory = 0, Reached = 0, SeenTask = w.Task, SeenJob = w.Job };
        if (w.Reached > 0)
        {
            Record(in w, in dies, into, (byte)(w.Reached - 1), after: true);
            return;
        }
        if (w.Memory > 0)
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
        if (!Take(ref next, verb, w.SeenTask, w.SeenJob))
        {
            Add(into, w with { SeenTask = w.Task, SeenJob = w.Job }, in w, Process.Operator, Verb.Refuse);
            return;
        }
        if (next == decided)
        {
            return; // It was done before, and nothing has come of it yet.
        }
        var seen = next with { SeenTask = verb is Verb.AddFinalizer or Verb.RemoveFinalizer ? next.Task : w.SeenTask, SeenJob = verb == Verb.StartJob ? next.Job : w.SeenJob, Reached = (byte)(verb == Verb.RemoveFinalizer ? 0 : decision.After[0] + 1) };
        Add(into, seen, in w, Process.Operator, verb);
        Add(into, next, in w, Process.Operator, verb, 1, hazard: true);
        Add(into, next with { Memory = 0, SeenTask = next.Task, SeenJob = next.Job }, in w, Process.Operator, verb, 2, hazard: true);
        Depose(into, dies with { Late = new(verb, w.SeenTask, w.SeenJob, false) }, in w);
    }

    // What is recorded was made of what was seen, and is refused when the task is another since.
    static void Record(in CopyWorld w, in CopyWorld dies, Successors<CopyWorld> into, byte leaf, bool after)
    {
        var status = StatusOf(in w);
        if (status == w.SeenTask)
        {
            Add(into, w with { Memory = (byte)(leaf + 1), Reached = 0 }, in w, Process.Operator, Verb.Record);
        }
        else if (w.Task != w.SeenTask)
        {
            Add(into, w with { Reached = 0, Memory = 0, SeenTask = w.Task }, in w, Process.Operator, Verb.Refuse);
        }
        else
        {
            var next = w with { Task = status, Reached = 0 };
            Add(into, next with { SeenTask = status, Memory = (byte)(leaf + 1) }, in w, Process.Operator, Verb.Record);
            Add(into, next with { Memory = 0 }, in w, Process.Operator, Verb.Record, 1, hazard: true); // What is recorded is read again.
            Add(into, next with { Memory = 0, SeenTask = status, SeenJob = w.Job }, in w, Process.Operator, Verb.Record, 2, hazard: true);
            Depose(into, dies with { Late = new(Verb.Record, w.SeenTask, w.SeenJob, false) }, in w);
        }
        if (after)
        {
            Add(into, dies, in w, Process.Chance, Verb.CrashBefore, hazard: true);
        }
    }

    static void Arrive(in CopyWorld w, Successors<CopyWorld> into)
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
            arrives.Task = w.Task == w.Late.Seen ? StatusOf(w with { SeenTask = w.Late.Seen, SeenJob = w.Late.Job }) : w.Task;
        }
        else if (!Take(ref arrives, w.Late.Verb, w.Late.Seen, w.Late.Job))
        {
            arrives = next;
        }
        Add(into, arrives, in w, Process.Late, w.Late.Verb);
    }

    Decision Decide(in CopyWorld w) => scenario.Machine.Decide(default(Configuration).With(0, scenario.LeafOf(in w)), CopyScenario.View(in w));

    // False: the API server refuses.
    static bool Take(ref CopyWorld w, Verb verb, CopyObject seen, CopyJob job)
    {
        switch (verb)
        {
            case Verb.AddFinalizer when w.Task == seen:
                w.Task.Finalizer = true;
                return true;
            // Before it lets go of a task it asks whether there is a job that it has not seen.
            case Verb.RemoveFinalizer when w.Task == seen && (job.Phase != CopyPhase.None || w.Job.Phase == CopyPhase.None):
                (w.Task.Finalizer, w.Task.Exists) = (false, !w.Task.Deleting);
                return true;
            case Verb.StartJob when w.Job.Phase == CopyPhase.None:
                w.Job = new(CopyPhase.Running, (byte)(w.Job.Uid + 1));
                return true;
            case Verb.DeleteJob when w.Job.Uid == job.Uid || w.Job.Phase == CopyPhase.None:
                w.Job.Phase = w.Job.Phase == CopyPhase.None ? CopyPhase.None : CopyPhase.Going;
                return true;
            default:
                return false;
        }
    }

    static CopyObject StatusOf(in CopyWorld w) => w.SeenTask with
    {
        Succeeded = w.SeenTask.Succeeded || w.SeenJob.Phase == CopyPhase.Succeeded,
        Failed = w.SeenTask.Failed || w.SeenJob.Phase is CopyPhase.Failed or CopyPhase.Late,
        Error = (w.SeenTask.Invalid && !w.SeenTask.Deleting) || w.SeenJob.Phase is CopyPhase.Failed or CopyPhase.Late,
    };

    static Verb VerbOf(IAction action) => action switch
    {
        AddFinalizer => Verb.AddFinalizer,
        RemoveFinalizer => Verb.RemoveFinalizer,
        StartCopyJob => Verb.StartJob,
        DeleteCopyJob => Verb.DeleteJob,
        _ => throw new NotSupportedException($"The model of copy tasks does not know the action {action.GetType().Name}; teach it to {nameof(CopyMoves)}."),
    };

    static void Fault(Successors<CopyWorld> into, CopyWorld next, in CopyWorld w, Verb verb)
    {
        if (w.FaultsLeft > 0)
        {
            Add(into, next with { FaultsLeft = (byte)(w.FaultsLeft - 1) }, in w, Process.Chance, verb, hazard: true);
        }
    }

    static void Depose(Successors<CopyWorld> into, CopyWorld next, in CopyWorld w)
    {
        if (w.Late == default)
        {
            Fault(into, next, in w, Verb.Depose);
        }
    }

    static void Edit(Successors<CopyWorld> into, CopyWorld next, in CopyWorld w, Verb verb)
    {
        if (w.EditsLeft > 0)
        {
            Add(into, next with { EditsLeft = (byte)(w.EditsLeft - 1) }, in w, Process.Chance, verb, hazard: true);
        }
    }

    static void Add(Successors<CopyWorld> into, CopyWorld next, in CopyWorld w, byte process, Verb verb, byte subject = 0, bool hazard = false)
    {
        if (next != w)
        {
            into.Add(new(process, (byte)verb, subject, hazard), next.Task.Exists ? next : default);
        }
    }

    public string Describe(in CopyWorld before, Move move, in CopyWorld after) => move.Process switch
    {
        Process.Operator when (Verb)move.Verb is Verb.Refuse => "Operator: is refused, and looks again",
        Process.Operator => $"Operator: {Telling.Words((Verb)move.Verb)}{Tasks.Interruption(move)}{(before.Reached == 0 ? $", as {string.Join("; ", Decide(in before).Transitions.Select(t => $"{t.From} -> {t.To}: {t.Trigger}"))}" : "")}",
        TaskCache or JobCache => $"Cache: catches up: {(move.Process == TaskCache ? "task" : "job")}",
        _ => $"{Tasks.Who(move)}: {Telling.Words((Verb)move.Verb)}",
    };

    public string Describe(in CopyWorld w) => !w.Task.Exists ? "the task is gone"
        : $"{scenario.Leaf(in w)}{(w.Memory == 0 ? " (by its status)" : "")}; {w.Task}; job {w.Job.Phase} {w.Job.Uid}{(w.SeenTask == w.Task ? "" : "; task not seen as it is")}{(w.SeenJob == w.Job ? "" : "; job not seen as it is")}{(w.Late == default ? "" : $"; late write: {Telling.Words(w.Late.Verb)}")}";
}
