using Druid.Kubernetes.Resources;
using Druid.StateMachine.Etcd;

namespace Druid.Operator.Observers;

/// <summary>What a job's status says.</summary>
public static class JobObserver
{
    /// <summary>The reason that Kubernetes gives for a job that ran out of time.</summary>
    public const string DeadlineExceeded = "DeadlineExceeded";

    /// <summary>The state of a job; <see cref="JobState.None"/> for null. One that is being deleted still runs: its pods may.</summary>
    public static JobState StateOf(Job? job) =>
        job is null ? JobState.None
        : job.IsBeingDeleted ? JobState.Running
        : Has(job, "Complete") is not null ? JobState.Succeeded
        : Has(job, "Failed") is not { } failed ? JobState.Running
        : failed.Reason == DeadlineExceeded ? JobState.DeadlineExceeded
        : JobState.Failed;

    /// <summary>The condition of this type, if it holds.</summary>
    public static Condition? Has(Job job, string type) => job.Status?.Conditions?.FirstOrDefault(c => c.Type == type && c.Status == "True");
}
