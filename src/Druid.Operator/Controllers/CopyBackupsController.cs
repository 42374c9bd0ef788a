using System.Text;
using Druid.Api;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;
using Druid.Kubernetes.Runtime;
using Druid.Operator.Actions;
using Druid.Operator.Components;
using Druid.Operator.Health;
using Druid.Operator.Images;
using Druid.Operator.Observers;
using Druid.StateMachine.Etcd;
using Druid.StateMachine.Machines;
using Serilog;

namespace Druid.Operator.Controllers;

/// <summary>Carries out EtcdCopyBackupsTasks: a job each, once.</summary>
sealed class CopyBackupsController(
    ClusterCache cache, KubernetesClient client, RecentWrites recent, SecretEntries secrets, ImageVector images, bool upgradeEtcdVersion, EventRecorder events, TimeProvider time, ILogger log)
{
    const int StepsATurn = 5;

    readonly TaskStatusWriter statuses = new(client, recent);
    readonly TaskStates<BackupCopyView> states = new(BackupCopy.Machine);
    readonly TransitionLog<BackupCopyView> transitions = new(log, TaskViewNotation.Write);

    /// <summary>Brings one task a few steps closer to its end.</summary>
    public async Task<ReconcileResult> Reconcile(ObjectKey key, CancellationToken cancel)
    {
        for (var turn = 1; ; turn++)
        {
            if (cache.FindCopyTask(key) is not { } objects)
            {
                states.Forget(key);
                return ReconcileResult.Done;
            }
            var view = CopyTaskObserver.Observe(objects);
            var recorded = CopyTaskObserver.StateOf(objects);
            if (recorded == BackupCopy.Succeeded && !objects.Task.IsBeingDeleted)
            {
                states.Forget(key); // What is recorded as done never begins again, whatever this process remembers.
            }
            var decision = BackupCopy.Machine.Decide(states.Of(objects.Task, recorded), view);
            var failure = await TaskActions.InOrder(decision, action => Execute(action, objects, cancel));
            Report(objects.Task, view, decision, failure);
            if (decision.Actions.OfType<RemoveFinalizer>().Any() && failure is null)
            {
                return ReconcileResult.Done;
            }
            await states.Record(objects.Task, states.NameOf(failure is null ? decision.After : decision.Before),
                () => statuses.Write(objects.Task, objects.Task with { Status = CopyTaskStatus.Build(objects, view, failure, time.GetUtcNow()) }, cancel));
            if (failure is not null)
            {
                throw new ReconcileFailedException($"{key}: {failure.Code}: {failure.Error.Message}", failure.Error);
            }
            if (turn == StepsATurn || !IsFollowedAtOnce(decision))
            {
                return ReconcileResult.Done;
            }
        }
    }

    // Of a step without a write no watch tells.
    static bool IsFollowedAtOnce(Decision decision) =>
        decision.Actions.OfType<AddFinalizer>().Any() || (!decision.Actions.Any() && decision.Transitions.Any(t => !t.Stays));

    Task Execute(IAction action, CopyTaskObjects objects, CancellationToken cancel) => action switch
    {
        AddFinalizer => SetFinalizer(objects.Task, present: true, cancel),
        RemoveFinalizer => LetGo(objects, cancel),
        StartCopyJob => StartJob(objects.Task, cancel),
        DeleteCopyJob => DeleteJob(objects.Job, cancel),
        _ => throw new InvalidOperationException($"The action '{action}' has no effect on a copy task; add it to {nameof(CopyBackupsController)}."),
    };

    async Task SetFinalizer(EtcdCopyBackupsTask task, bool present, CancellationToken cancel)
    {
        if (await client.SetFinalizer(task, Finalizers.Etcd, present, cancel) is { } written)
        {
            recent.Remember(written);
        }
    }

    // A job whose creation was not answered may be there and not in the cache yet. It goes first, and its end is watched.
    async Task LetGo(CopyTaskObjects objects, CancellationToken cancel)
    {
        var key = objects.Task.Key with { Name = Names.CopyJob(objects.Task) };
        if (objects.Job is null && await client.TryGet<Job>(key, cancel) is { } unseen && unseen.IsControlledBy(objects.Task))
        {
            recent.Remember(unseen);
            await DeleteJob(unseen, cancel);
            return;
        }
        await SetFinalizer(objects.Task, present: false, cancel);
    }

    async Task StartJob(EtcdCopyBackupsTask task, CancellationToken cancel)
    {
        var context = new CopyBackupsContext(task, images)
        {
            SourceHostPath = await HostPathOf(task, task.Spec.SourceStore, cancel),
            TargetHostPath = await HostPathOf(task, task.Spec.TargetStore, cancel),
            UpgradeEtcdVersion = upgradeEtcdVersion,
        };
        recent.Remember(await client.Create(CopyBackupsJob.Render(context), cancel));
    }

    async Task DeleteJob(Job? job, CancellationToken cancel)
    {
        if (job is { IsBeingDeleted: false })
        {
            await client.Delete<Job>(job.Key, new() { Uid = job.Metadata.Uid, Propagation = Propagation.Foreground }, cancel);
        }
    }

    async ValueTask<string?> HostPathOf(EtcdCopyBackupsTask task, StoreSpec store, CancellationToken cancel) =>
        StorageProvider.Resolve(store.Provider) == StorageProvider.Local && store.SecretRef?.Name is { Length: > 0 } secret
            ? await secrets.Read(task.Key with { Name = secret }, ClusterReader.HostPath, Encoding.UTF8.GetString, cancel)
            : null;

    void Report(EtcdCopyBackupsTask task, BackupCopyView view, Decision decision, ActionFailure? failure)
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
