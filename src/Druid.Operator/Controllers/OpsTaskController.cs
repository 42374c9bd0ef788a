using System.Diagnostics;
using Druid.Api;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;
using Druid.Kubernetes.Runtime;
using Druid.Operator.Actions;
using Druid.Operator.Agents;
using Druid.Operator.Health;
using Druid.Operator.Observers;
using Druid.StateMachine.Etcd;
using Druid.StateMachine.Machines;
using Serilog;

namespace Druid.Operator.Controllers;

/// <summary>Carries out EtcdOpsTasks: one request to a cluster's agents each, once.</summary>
sealed class OpsTaskController(
    ClusterCache cache, ClusterReader reader, KubernetesClient client, RecentWrites recent, TaskDesk desk, EventRecorder events, TimeProvider time, ILogger log)
{
    const int StepsATurn = 5;

    readonly TaskStatusWriter statuses = new(client, recent);
    readonly TaskStates<OpsTaskView> states = new(OpsTask.Machine);
    readonly TransitionLog<OpsTaskView> transitions = new(log, TaskViewNotation.Write);

    /// <summary>Brings one task a few steps closer to its end.</summary>
    public async Task<ReconcileResult> Reconcile(ObjectKey key, CancellationToken cancel)
    {
        var runId = ActivityTraceId.CreateRandom().ToHexString();
        for (var turn = 1; ; turn++)
        {
            if (Find(key) is not { } objects)
            {
                states.Forget(key);
                return ReconcileResult.Done;
            }
            var view = OpsTaskObserver.Observe(objects);
            var decision = OpsTask.Machine.Decide(states.Of(objects.Task, OpsTaskObserver.StateOf(objects.Task)), view);
            var failure = await TaskActions.InOrder(decision, action => Execute(action, objects, cancel));
            var reached = states.NameOf(failure is null ? decision.After : decision.Before);
            Report(objects.Task, view, decision, failure);
            if (reached == OpsTask.Deleting)
            {
                // The one state that the status has no field for. All others are read off it: another process may have written it.
                states.Remember(objects.Task, reached);
            }
            if (decision.Actions.OfType<RemoveFinalizer>().Any() && failure is null)
            {
                desk.Forget(objects.Task.Metadata.Uid ?? "");
                return ReconcileResult.Done;
            }
            await statuses.Write(objects.Task, objects.Task with { Status = OpsTaskStatus.Build(objects, view, reached, failure, runId) }, cancel);
            if (failure is not null)
            {
                throw new ReconcileFailedException($"{key}: {failure.Code}: {failure.Error.Message}", failure.Error);
            }
            if (reached is TaskState.Succeeded or TaskState.Failed or TaskState.Rejected)
            {
                desk.Forget(objects.Task.Metadata.Uid ?? "");
            }
            if (turn == StepsATurn || !decision.Actions.Any(a => a is AddFinalizer or AcceptTask))
            {
                return Next(objects);
            }
        }
    }

    OpsTaskObjects? Find(ObjectKey key) => cache.FindOpsTask(key) is { } task
        ? new(task, cache.FindEtcd(key with { Name = task.Spec.EtcdName ?? "" }), cache.OpsTasksOf(key with { Name = task.Spec.EtcdName ?? "" }, except: key.Name), desk.Of(task), time.GetUtcNow())
        : null;

    // What the status just written says is looked at with its own change; here is what only time brings.
    ReconcileResult Next(OpsTaskObjects objects)
    {
        var now = time.GetUtcNow();
        var task = cache.FindOpsTask(objects.Task.Key) ?? objects.Task;
        DateTimeOffset?[] moments = [OpsTaskObserver.Deadline(task), OpsTaskObserver.Expiry(task), desk.Of(task).RetryAt];
        return moments.Where(at => at is not null).Min() is not { } at ? ReconcileResult.Done
            : ReconcileResult.Again(at > now ? at - now + TimeSpan.FromMilliseconds(10) : TimeSpan.FromMilliseconds(10));
    }

    Task Execute(IAction action, OpsTaskObjects objects, CancellationToken cancel) => action switch
    {
        AddFinalizer => SetFinalizer(objects.Task, present: true, cancel),
        RemoveFinalizer => SetFinalizer(objects.Task, present: false, cancel),
        AcceptTask => Task.CompletedTask, // The status that follows records it.
        RunTask => Ask(objects, cancel),
        DeleteTask => client.Delete<EtcdOpsTask>(objects.Task.Key, new() { Uid = objects.Task.Metadata.Uid }, cancel),
        _ => throw new InvalidOperationException($"The action '{action}' has no effect on an ops task; add it to {nameof(OpsTaskController)}."),
    };

    async Task SetFinalizer(EtcdOpsTask task, bool present, CancellationToken cancel)
    {
        if (await client.SetFinalizer(task, Finalizers.OpsTask, present, cancel) is { } written)
        {
            recent.Remember(written);
        }
    }

    async Task Ask(OpsTaskObjects objects, CancellationToken cancel)
    {
        // A cluster that is gone meanwhile answers nothing; the task's time runs out.
        if (objects.Etcd is { } etcd && await reader.Read(etcd.Key, cancel) is { } cluster)
        {
            desk.Ask(objects.Task, cluster);
        }
    }

    void Report(EtcdOpsTask task, OpsTaskView view, Decision decision, ActionFailure? failure)
    {
        if (failure is not null)
        {
            events.Warning(task, failure.Action.GetType().Name + "Failed", failure.Error.Message);
            return;
        }
        foreach (var transition in decision.Transitions)
        {
            transitions.Write(task, transition, view);
        }
        foreach (var transition in decision.Transitions.Where(t => !t.Stays))
        {
            events.Normal(task, transition.To, $"{transition.From} to {transition.To}, as {transition.Trigger}.");
        }
    }
}
