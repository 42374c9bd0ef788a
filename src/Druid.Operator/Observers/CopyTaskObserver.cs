using Druid.Api;
using Druid.Api.Validation;
using Druid.Kubernetes.Resources;
using Druid.StateMachine.Etcd;

namespace Druid.Operator.Observers;

/// <summary>An EtcdCopyBackupsTask and what there is of it.</summary>
/// <param name="Task">The task.</param>
/// <param name="Job">Its job; null when there is none.</param>
/// <param name="Secrets">Names of the secrets that exist in its namespace and that it references.</param>
sealed record CopyTaskObjects(EtcdCopyBackupsTask Task, Job? Job, IReadOnlySet<string> Secrets);

/// <summary>Makes the machine's view of a copy task. Pure.</summary>
static class CopyTaskObserver
{
    /// <summary>The view.</summary>
    public static BackupCopyView Observe(CopyTaskObjects objects) => new()
    {
        DeletionRequested = objects.Task.IsBeingDeleted,
        HasFinalizer = objects.Task.HasFinalizer(Finalizers.Etcd),
        SpecErrors = objects.Task.IsBeingDeleted ? [] : [.. ApiValidation.Validate(objects.Task).Select(e => $"{e}."), .. MissingSecrets(objects)],
        Job = JobObserver.StateOf(objects.Job),
    };

    /// <summary>
    /// The state that the task was left in. Its status has no field for it, as that of the reference has none; conditions tell the end,
    /// and to a job that is there the machine goes by itself.
    /// </summary>
    public static string StateOf(CopyTaskObjects objects) =>
        Holds(objects.Task, ConditionType.Succeeded) ? BackupCopy.Succeeded
        : Holds(objects.Task, ConditionType.Failed) ? BackupCopy.Failed
        : objects.Job is null && objects.Task.Status.LastError is not null && Observe(objects).SpecErrors.Length > 0 ? BackupCopy.Rejected // A write that failed is told there too.
        : BackupCopy.Pending;

    /// <summary>The secrets that a task names, with the fields that name them.</summary>
    public static IEnumerable<(string Field, string Secret)> References(EtcdCopyBackupsTask task) =>
        from store in new[] { ("spec.sourceStore", task.Spec.SourceStore), ("spec.targetStore", task.Spec.TargetStore) }
        where store.Item2.SecretRef?.Name is { Length: > 0 }
        select ($"{store.Item1}.secretRef.name", store.Item2.SecretRef!.Name!);

    static IEnumerable<string> MissingSecrets(CopyTaskObjects objects) =>
        from reference in References(objects.Task)
        where !objects.Secrets.Contains(reference.Secret)
        select $"{reference.Field}: secret '{reference.Secret}' does not exist in namespace '{objects.Task.Metadata.Namespace}'; create it or correct the name.";

    static bool Holds(EtcdCopyBackupsTask task, string condition) => task.Status.Conditions.Any(c => c.Type == condition && c.Status == ConditionStatus.True);
}
