using Druid.Api;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;
using Druid.Operator.Observers;
using Druid.StateMachine.Etcd;

namespace Druid.Operator.Agents;

/// <summary>Where the request that a task makes stands.</summary>
/// <param name="State">Asked for, done or failed. One that is to be tried again counts as asked for until then.</param>
/// <param name="Code">The kind of error of the last attempt; null when it did not fail.</param>
/// <param name="Error">The error in words.</param>
/// <param name="RetryAt">When it is tried again; null when it is not.</param>
public sealed record TaskRun(SnapshotRequest State, string? Code = null, string? Error = null, DateTimeOffset? RetryAt = null)
{
    /// <summary>It was not made.</summary>
    public static TaskRun None { get; } = new(SnapshotRequest.NotAsked);
}

/// <summary>
/// Keeps the requests that ops tasks make, beside the reconciles. An agent that refuses ends the task; one that cannot be
/// reached is asked again after a while, as long as the task has time. Another process asks anew.
/// </summary>
/// <param name="agents">The agents.</param>
/// <param name="pause">The while.</param>
/// <param name="time">The clock.</param>
/// <param name="answered">Told which task an answer came for.</param>
/// <param name="stop">Ends what is under way.</param>
sealed class TaskDesk(AgentClient agents, TimeSpan pause, TimeProvider time, Action<ObjectKey> answered, CancellationToken stop)
{
    readonly Lock gate = new();
    readonly Dictionary<string, (TaskRun Run, CancellationTokenSource Cancel)> runs = [];

    /// <summary>Where the task's request stands.</summary>
    public TaskRun Of(EtcdOpsTask task)
    {
        lock (gate)
        {
            return !runs.TryGetValue(task.Metadata.Uid ?? "", out var entry) ? TaskRun.None
                : entry.Run.RetryAt <= time.GetUtcNow() ? TaskRun.None
                : entry.Run;
        }
    }

    /// <summary>Makes the task's request, unless it is under way.</summary>
    public void Ask(EtcdOpsTask task, ClusterObjects cluster)
    {
        lock (gate)
        {
            if (Of(task).State == SnapshotRequest.Asked)
            {
                return;
            }
            var cancel = CancellationTokenSource.CreateLinkedTokenSource(stop);
            runs[task.Metadata.Uid ?? ""] = (new(SnapshotRequest.Asked), cancel);
            _ = Task.Run(() => Make(task, cluster, cancel.Token), CancellationToken.None);
        }
    }

    /// <summary>Forgets a task that has ended or is gone, and gives up what is under way for it.</summary>
    public void Forget(string uid)
    {
        lock (gate)
        {
            if (runs.Remove(uid, out var entry))
            {
                entry.Cancel.Cancel();
                entry.Cancel.Dispose();
            }
        }
    }

    async Task Make(EtcdOpsTask task, ClusterObjects cluster, CancellationToken cancel)
    {
        TaskRun run;
        try
        {
            await Take(task, cluster, cancel);
            run = new(SnapshotRequest.Done);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return;
        }
        catch (AgentException refused) when (refused.Status is not null)
        {
            run = new(SnapshotRequest.Failed, "ERR_CREATE_SNAPSHOT", refused.Message);
        }
        catch (Exception unreachable) when (unreachable is AgentException or KubernetesException)
        {
            run = new(SnapshotRequest.Asked, "ERR_EXECUTE_HTTP_REQUEST", unreachable.Message, time.GetUtcNow() + pause);
        }
        lock (gate)
        {
            if (!runs.TryGetValue(task.Metadata.Uid ?? "", out var entry))
            {
                return;
            }
            runs[task.Metadata.Uid ?? ""] = (run, entry.Cancel);
        }
        answered(task.Key);
    }

    Task<long?> Take(EtcdOpsTask task, ClusterObjects cluster, CancellationToken cancel)
    {
        var limit = OpsTaskObserver.TimeLimit(task);
        return task.Spec.Config.OnDemandSnapshot is { Type: SnapshotType.Delta }
            ? agents.TakeDeltaSnapshot(cluster, limit, cancel)
            : agents.TakeFullSnapshot(cluster, task.Spec.Config.OnDemandSnapshot?.IsFinal == true, limit, cancel);
    }
}
