using Druid.Api;
using Druid.Api.Validation;
using Druid.Kubernetes.Resources;
using Druid.Operator.Agents;
using Druid.StateMachine.Etcd;

namespace Druid.Operator.Observers;

/// <summary>An EtcdOpsTask and what it depends on.</summary>
/// <param name="Task">The task.</param>
/// <param name="Etcd">The Etcd that it names; null when there is none.</param>
/// <param name="Others">The other tasks for the same Etcd.</param>
/// <param name="Run">Where the request to the cluster stands.</param>
/// <param name="At">The moment.</param>
sealed record OpsTaskObjects(EtcdOpsTask Task, Etcd? Etcd, IReadOnlyList<EtcdOpsTask> Others, TaskRun Run, DateTimeOffset At);

/// <summary>Why a task is not accepted.</summary>
/// <param name="Code">The kind of reason, as <c>status.lastErrors</c> names it.</param>
/// <param name="Text">The reason in words.</param>
sealed record Objection(string Code, string Text);

/// <summary>Makes the machine's view of an ops task. Pure.</summary>
static class OpsTaskObserver
{
    /// <summary>The view.</summary>
    public static OpsTaskView Observe(OpsTaskObjects objects) => new()
    {
        DeletionRequested = objects.Task.IsBeingDeleted,
        HasFinalizer = objects.Task.HasFinalizer(Finalizers.OpsTask),
        Objections = [.. Objections(objects).Select(o => o.Text)],
        Request = objects.Run.State,
        TimedOut = Deadline(objects.Task) is { } deadline && objects.At >= deadline,
        Expired = Expiry(objects.Task) is { } expiry && objects.At >= expiry,
    };

    /// <summary>Why the task cannot be accepted; nothing once it was.</summary>
    public static IEnumerable<Objection> Objections(OpsTaskObjects objects)
    {
        var (task, etcd) = (objects.Task, objects.Etcd);
        if (StateOf(task) != TaskState.Pending || task.IsBeingDeleted)
        {
            return [];
        }
        var invalid = ApiValidation.Validate(task).Select(e => new Objection("ERR_INVALID_SPEC", $"{e}.")).ToList();
        if (invalid.Count > 0)
        {
            return invalid;
        }
        if (etcd is null || etcd.IsBeingDeleted)
        {
            return [new("ERR_GET_ETCD", $"spec.etcdName: there is no Etcd '{task.Spec.EtcdName}' in namespace '{task.Metadata.Namespace}'{(etcd is null ? "" : " that is not being deleted")}; correct the name.")];
        }
        if (!BackupObserver.HasStore(etcd))
        {
            return [new("ERR_BACKUP_NOT_ENABLED", $"Etcd {etcd.Metadata.Name} has no store (spec.backup.store), so there is nowhere to put a snapshot.")];
        }
        if (!etcd.Status.Conditions.Any(c => c is { Type: ConditionType.Ready, Status: ConditionStatus.True }))
        {
            return [new("ERR_ETCD_NOT_READY", $"Etcd {etcd.Metadata.Name} is not ready; create the task again once its condition Ready is True.")];
        }
        return objects.Others.Where(other => Precedes(other, task)).Take(1).Select(other =>
            new Objection("ERR_DUPLICATE_TASK", $"Task {other.Metadata.Name} does the same to Etcd {etcd.Metadata.Name} and has not ended; create this one again once it has."));
    }

    /// <summary>The state of a task.</summary>
    public static string StateOf(EtcdOpsTask task) => task.Status.State is { Length: > 0 } state ? state : TaskState.Pending;

    /// <summary>When a running task's time is over; null while it does not run.</summary>
    public static DateTimeOffset? Deadline(EtcdOpsTask task) => StateOf(task) == TaskState.InProgress ? task.Status.StartedAt + TimeLimit(task) : null;

    /// <summary>When an ended task is to be deleted; null while it has not ended.</summary>
    public static DateTimeOffset? Expiry(EtcdOpsTask task) => StateOf(task) is TaskState.Succeeded or TaskState.Failed or TaskState.Rejected
        ? task.Status.LastTransitionTime + TimeSpan.FromSeconds(task.Spec.TtlSecondsAfterFinished ?? EtcdOpsTaskSpec.DefaultTtlSeconds)
        : null;

    /// <summary>How long the task may take.</summary>
    public static TimeSpan TimeLimit(EtcdOpsTask task) => TimeSpan.FromSeconds(task.Spec.Config.OnDemandSnapshot switch
    {
        { Type: SnapshotType.Delta } snapshot => snapshot.TimeoutSecondsDelta ?? OnDemandSnapshot.DefaultTimeoutSecondsDelta,
        var snapshot => snapshot?.TimeoutSecondsFull ?? OnDemandSnapshot.DefaultTimeoutSecondsFull,
    });

    // One that runs, or that was there earlier and will.
    static bool Precedes(EtcdOpsTask other, EtcdOpsTask task) => !other.IsBeingDeleted && StateOf(other) switch
    {
        TaskState.InProgress => true,
        TaskState.Pending => Order(other).CompareTo(Order(task)) < 0,
        _ => false,
    };

    static (DateTimeOffset, string) Order(EtcdOpsTask task) => (task.Metadata.CreationTimestamp ?? DateTimeOffset.MaxValue, task.Metadata.Name);
}
