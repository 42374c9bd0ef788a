using Druid.Api;
using Druid.Kubernetes.Resources;
using Druid.Operator.Actions;
using Druid.Operator.Observers;
using Druid.StateMachine.Etcd;

namespace Druid.Operator.Health;

/// <summary>Makes the status of an EtcdCopyBackupsTask. Pure; it equals the one before when there is nothing new to say.</summary>
static class CopyTaskStatus
{
    /// <summary>The status to record.</summary>
    public static EtcdCopyBackupsTaskStatus Build(CopyTaskObjects objects, BackupCopyView view, ActionFailure? failure, DateTimeOffset now)
    {
        var before = objects.Task.Status;
        var findings = objects.Job is { } job ? Findings(job, view.Job) : [];
        return before with
        {
            ObservedGeneration = objects.Task.Metadata.Generation ?? before.ObservedGeneration,
            Conditions = ConditionChecks.Merge(before.Conditions, findings, now),
            LastError = failure is not null ? failure.Error.Message
                : view.SpecErrors.Length > 0 ? string.Join(" ", view.SpecErrors)
                : view.Job is JobState.Failed or JobState.DeadlineExceeded ? findings.First(f => f.Type == ConditionType.Failed).Message
                : null,
        };
    }

    static Finding[] Findings(Job job, JobState state) => state switch
    {
        JobState.Succeeded =>
            [Of(ConditionType.Succeeded, JobObserver.Has(job, "Complete"), "Complete", $"Job {job.Metadata.Name} has copied all snapshots that were asked for.")],
        JobState.Failed or JobState.DeadlineExceeded =>
            [Of(ConditionType.Failed, JobObserver.Has(job, "Failed"), "Failed", $"Job {job.Metadata.Name} failed; its pods' logs tell why.")],
        _ => [],
    };

    // Old servers give no reason, and some servers refuse an empty one.
    static Finding Of(string type, Condition? condition, string reason, string message) => new(
        type, ConditionStatus.True, condition?.Reason is { Length: > 0 } given ? given : reason, condition?.Message is { Length: > 0 } said ? said : message);
}
