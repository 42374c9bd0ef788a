using Druid.Api;
using Druid.Kubernetes.Client;
using Druid.Operator.Actions;
using Druid.Operator.Observers;
using Druid.StateMachine.Etcd;

namespace Druid.Operator.Health;

/// <summary>Makes the status of an EtcdOpsTask. Pure; it equals the one before when there is nothing new to say.</summary>
static class OpsTaskStatus
{
    /// <summary>The status to record.</summary>
    /// <param name="objects">The task.</param>
    /// <param name="view">The same as the machine saw it.</param>
    /// <param name="state">The state that was reached.</param>
    /// <param name="failure">An action that failed; null when none did.</param>
    /// <param name="runId">What the log lines of this reconcile have in common.</param>
    public static EtcdOpsTaskStatus Build(OpsTaskObjects objects, OpsTaskView view, string state, ActionFailure? failure, string runId)
    {
        var (before, now) = (objects.Task.Status, objects.At);
        if (state == OpsTask.Deleting)
        {
            return before with { LastOperation = Operation(before.LastOperation, OperationType.Cleanup, OperationState.InProgress, "The task is being removed.", runId, now) };
        }
        var moved = before.State != state;
        return before with
        {
            State = state,
            LastTransitionTime = moved ? now : before.LastTransitionTime,
            StartedAt = state == TaskState.InProgress && before.StartedAt is null ? now : before.StartedAt,
            LastErrors = [.. before.LastErrors.Concat(New(Errors(objects, view, state, failure, now), before.LastErrors)).TakeLast(EtcdOpsTaskStatus.KeptErrors)],
            LastOperation = state switch
            {
                TaskState.Pending => Operation(before.LastOperation, OperationType.Admit, OperationState.InProgress, "It is checked whether the task may run.", runId, now),
                TaskState.Rejected => Operation(before.LastOperation, OperationType.Admit, OperationState.Failed, string.Join(" ", moved ? view.Objections : []) is { Length: > 0 } why ? why : before.LastOperation?.Description ?? "The task was rejected.", runId, now),
                TaskState.InProgress => Operation(before.LastOperation, OperationType.Execution, OperationState.InProgress, objects.Run.Error ?? "The cluster was asked for a snapshot.", runId, now),
                TaskState.Succeeded => Operation(before.LastOperation, OperationType.Execution, OperationState.Completed, "The snapshot was taken.", runId, now),
                _ => Operation(before.LastOperation, OperationType.Execution, OperationState.Failed, objects.Run.Error ?? before.LastOperation?.Description ?? "The snapshot could not be taken.", runId, now),
            },
        };
    }

    static IEnumerable<LastError> Errors(OpsTaskObjects objects, OpsTaskView view, string state, ActionFailure? failure, DateTimeOffset now)
    {
        foreach (var objection in OpsTaskObserver.Objections(objects))
        {
            yield return new() { Code = objection.Code, Description = objection.Text, ObservedAt = now };
        }
        if (objects.Run is { Code: { } code, Error: { } error })
        {
            yield return new() { Code = code, Description = error, ObservedAt = now };
        }
        if (state == TaskState.Failed && view.TimedOut && view.Request != SnapshotRequest.Failed && objects.Task.Status.State != state)
        {
            yield return new() { Code = "ERR_OPERATION_CANCELLED", Description = $"No snapshot was taken within {OpsTaskObserver.TimeLimit(objects.Task).TotalSeconds:0} s; raise the task's timeout, or look at the agents' logs.", ObservedAt = now };
        }
        // Another writer came first: that is looked at again at once and is nobody's error.
        if (failure is { Error: not KubernetesException { Reason: ErrorReason.Conflict } })
        {
            yield return new() { Code = failure.Code, Description = failure.Error.Message, ObservedAt = now };
        }
    }

    // An error that is met again is told once.
    static IEnumerable<LastError> New(IEnumerable<LastError> errors, IReadOnlyList<LastError> before) =>
        errors.Where(e => !before.Any(b => b.Code == e.Code && b.Description == e.Description));

    static LastOperation Operation(LastOperation? before, string type, string state, string description, string runId, DateTimeOffset now) =>
        before is not null && before.Type == type && before.State == state && before.Description == description
            ? before
            : new() { Type = type, State = state, Description = description, RunId = runId, LastUpdateTime = now };
}
