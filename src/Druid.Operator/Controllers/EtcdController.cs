using System.Diagnostics;
using Druid.Api;
using Druid.Kubernetes.Resources;
using Druid.Kubernetes.Runtime;
using Druid.Operator.Actions;
using Druid.Operator.Agents;
using Druid.Operator.Health;
using Druid.Operator.Observers;
using Druid.Operator.Server;
using Druid.Operator.Tracing;
using Druid.StateMachine.Etcd;
using Druid.StateMachine.Machines;
using Serilog;

namespace Druid.Operator.Controllers;

/// <summary>Observe from caches, decide in a pure machine, act through idempotent operations, record in status.</summary>
sealed class EtcdController(
    ClusterReader reader, ClusterObserver observer, ActionExecutor executor, AgentDesk desk, StatusRecorder recorder,
    CompactionOptions compaction, OperatorMetrics metrics, CompactionMetrics compactions, TimeProvider time, ILogger log)
{
    // A cluster takes few steps before it has to wait for the world; more come with the next turn, after other clusters'.
    const int StepsATurn = 10;

    // Agents tell of a change of membership within seconds; one that has not by then is asked again.
    static readonly TimeSpan AgentAnswer = TimeSpan.FromSeconds(10);

    readonly TransitionLog<ClusterView> transitions = new(log, ClusterViewNotation.Write);

    /// <summary>Brings one cluster a few steps closer to what it declares.</summary>
    public async Task<ReconcileResult> Reconcile(ObjectKey key, CancellationToken cancel)
    {
        using var trace = Tracer.Reconcile(key);
        if (await Observe(key, cancel) is not { } objects)
        {
            compactions.Forget(key);
            recorder.Forget(key);
            return ReconcileResult.Done;
        }
        var started = time.GetTimestamp();
        var run = await Advance(objects, cancel);
        DateTimeOffset? flush;
        using (Tracer.Step("record"))
        {
            flush = await recorder.Record(run, cancel);
        }
        if (run.Compaction is { } end)
        {
            compactions.Ended(key, end);
        }
        if (run.Outcome.Done.OfType<RemoveFinalizer>().Any())
        {
            desk.Forget(run.Objects.Etcd);
        }
        if (run.Outcome.Failure is { } failed)
        {
            trace.Failed(failed.Error);
        }
        metrics.Reconcile(run.Outcome.Failure is null ? "success" : "error", time.GetElapsedTime(started));
        return run.Outcome.Failure is { } failure
            ? throw new ReconcileFailedException($"{key}: {failure.Code}: {failure.Error.Message}", failure.Error)
            : Next(run, flush);
    }

    async Task<Reconciled> Advance(ClusterObjects objects, CancellationToken cancel)
    {
        var steps = new List<Transition>();
        var done = new List<IAction>();
        var basis = objects.Recorded;
        CompactionEnd? ended = null;
        var runId = (Activity.Current?.TraceId ?? ActivityTraceId.CreateRandom()).ToHexString();
        var configuration = LifecycleRecord.Read(objects.Etcd.Status.Lifecycle);
        for (var turn = 1; ; turn++)
        {
            var view = observer.Observe(objects) with { ObservedGeneration = ObservedBy(done) ?? objects.Etcd.Status.ObservedGeneration ?? 0 };
            var decision = Decide(configuration, view);
            var end = CompactionEnd.Of(decision, view, objects);
            if (end is { ByJob: true })
            {
                // Once its job is deleted, nobody could tell any more how it ended: not another process either.
                basis = await recorder.Tell(objects.Etcd.Key, end.Finding, cancel) ?? basis;
            }
            var outcome = await Act(decision, objects, cancel);
            done.AddRange(outcome.Done);
            Report(objects.Etcd, view, decision, outcome);
            if (outcome is { Failure: null, Awaits: null })
            {
                configuration = decision.After;
                steps.AddRange(decision.Transitions);
                ended = end ?? ended;
                ForgetAnswers(objects.Etcd, configuration);
            }
            compactions.Seen(objects, view);
            var seen = await Observe(objects.Etcd.Key, cancel);
            objects = seen ?? objects;
            if (seen is null || outcome.Failure is not null || outcome.Awaits is not null || outcome.Done.IsEmpty || turn == StepsATurn || !outcome.Done.All(ShowsAtOnce))
            {
                return new(objects, view, configuration, steps, outcome with { Done = [.. done] }, runId) { Unfinished = turn == StepsATurn, Compaction = ended, Basis = basis };
            }
        }
    }

    // A request belongs to the state that made it.
    void ForgetAnswers(Etcd etcd, MachineConfiguration configuration)
    {
        foreach (var (purpose, region, state) in Askers)
        {
            if (EtcdLifecycle.Machine.At(configuration, region).Path != state)
            {
                desk.Forget(etcd, purpose);
            }
        }
    }

    static readonly (RequestPurpose Purpose, string Region, string State)[] Askers =
    [
        (RequestPurpose.BeforeStop, EtcdLifecycle.Lifecycle, $"{EtcdLifecycle.Hibernating}/{Hibernation.Saving}"),
        (RequestPurpose.BeforeUpgrade, EtcdLifecycle.Lifecycle, $"{EtcdLifecycle.Upgrading}/{EtcdUpgrade.Saving}"),
        (RequestPurpose.Verification, EtcdLifecycle.Lifecycle, $"{EtcdLifecycle.Recovering}/{QuorumRecovery.Confirming}"),
        (RequestPurpose.InsteadOfJob, EtcdLifecycle.Backup, SnapshotCompaction.Snapshotting),
    ];

    void Report(Etcd etcd, ClusterView view, Decision decision, RunOutcome outcome)
    {
        foreach (var action in outcome.Done)
        {
            metrics.Action(action.GetType().Name, succeeded: true);
        }
        if (outcome.Failure is { } failure)
        {
            metrics.Action(failure.Action.GetType().Name, succeeded: false);
            recorder.Failed(etcd, failure);
            return;
        }
        // The decision is made again when the answer is there, and told then.
        if (outcome.Awaits is not null)
        {
            return;
        }
        foreach (var applied in outcome.Done.OfType<ApplyComponent>())
        {
            if (view.Components.FirstOrDefault(c => c.Kind == applied.Kind) is { State: ComponentState.Edited } edited)
            {
                recorder.PutBack(etcd, edited);
            }
        }
        foreach (var transition in decision.Transitions)
        {
            transitions.Write(etcd, transition, view);
            recorder.Moved(etcd, transition);
            if (!transition.Stays)
            {
                metrics.Transition(transition.Region, transition.From, transition.To, Stayed(etcd, transition));
            }
        }
    }

    async Task<ClusterObjects?> Observe(ObjectKey key, CancellationToken cancel)
    {
        using var step = Tracer.Step("observe");
        return await reader.Read(key, cancel);
    }

    static Decision Decide(MachineConfiguration configuration, ClusterView view)
    {
        using var step = Tracer.Step("decide");
        var decision = EtcdLifecycle.Machine.Decide(configuration, view);
        foreach (var transition in decision.Transitions.Where(t => !t.Stays))
        {
            step?.AddEvent(new($"{transition.Region}: {transition.From} to {transition.To}, as {transition.Trigger}"));
        }
        return decision;
    }

    async Task<RunOutcome> Act(Decision decision, ClusterObjects objects, CancellationToken cancel)
    {
        using var step = Tracer.Step("act");
        var outcome = await executor.Execute(decision, objects, cancel);
        step?.SetTag("druid.actions", string.Join(", ", outcome.Done));
        if (outcome.Failure is { } failure)
        {
            step.Failed(failure.Error);
        }
        return outcome;
    }

    TimeSpan? Stayed(Etcd etcd, Transition transition) =>
        etcd.Status.Lifecycle?.Regions.FirstOrDefault(r => r.Name == transition.Region) is { } recorded && recorded.State == transition.From
            ? time.GetUtcNow() - recorded.Since
            : null;

    // Nothing has to be looked at again but what changes by the mere passing of time.
    ReconcileResult Next(Reconciled run, DateTimeOffset? flush)
    {
        var now = time.GetUtcNow();
        return run.Unfinished ? ReconcileResult.Again(TimeSpan.Zero)
            : run.Outcome.Done.Any(ActionExecutor.IsAskedOfAgent) ? ReconcileResult.Again(AgentAnswer)
            : NextChange(run, flush, now) is { } at ? ReconcileResult.Again(at - now + TimeSpan.FromMilliseconds(10))
            : ReconcileResult.Done;
    }

    DateTimeOffset? NextChange(Reconciled run, DateTimeOffset? flush, DateTimeOffset now)
    {
        DateTimeOffset?[] moments =
        [
            flush,
            BackupHealth.NextChange(run.Objects, run.View.Size, now),
            BackupObserver.RetryAt(run.Objects, compaction),
            // One that was entered just now is not in the objects yet.
            EtcdLifecycle.Machine.At(run.Reached, EtcdLifecycle.Backup).Path == SnapshotCompaction.Failing ? now + compaction.RetryPeriod : null,
        ];
        // What was to be written a moment from now is still to be written when that moment has passed meanwhile.
        return flush <= now ? now : moments.Where(at => at > now).Min();
    }

    // The answer to a write shows what came of it. Of what is deleted, or asked of an agent, the next word is a watch's.
    static bool ShowsAtOnce(IAction action) =>
        action is AddFinalizer or ApplyComponent or RequestFullSnapshot or VerifySnapshot or ObserveGeneration or AcknowledgeReconcile or AssignTask;

    static long? ObservedBy(List<IAction> done) => done.OfType<ObserveGeneration>().LastOrDefault()?.Generation;
}

/// <summary>An action of a reconcile failed; it is tried again after a pause.</summary>
sealed class ReconcileFailedException(string message, Exception inner) : Exception(message, inner);
