using Druid.Api;
using Druid.Kubernetes.Resources;
using Druid.Operator.Agents;
using Druid.Operator.Observers;
using Druid.StateMachine.Etcd;
using Druid.StateMachine.Machines;

namespace Druid.Operator.Health;

/// <summary>How a compaction ended: what the condition LastSnapshotCompactionSucceeded and the metrics tell of it.</summary>
/// <param name="Succeeded">Whether the deltas were compacted.</param>
/// <param name="Reason">Why, as one word.</param>
/// <param name="Message">Why, in words.</param>
/// <param name="FailureReason">The same as the metrics name it.</param>
/// <param name="Took">How long the job ran; null where no job did, or it cannot be told.</param>
/// <param name="ByJob">Whether a job did it, or the members by a full snapshot.</param>
public sealed record CompactionEnd(bool Succeeded, string Reason, string Message, string FailureReason, TimeSpan? Took, bool ByJob)
{
    // What Kubernetes writes into a pod's status about who ended it.
    const string DisruptionTarget = nameof(DisruptionTarget);

    /// <summary>The condition.</summary>
    public Finding Finding => new(
        ConditionType.LastSnapshotCompactionSucceeded, Succeeded ? ConditionStatus.True : ConditionStatus.False, Reason, Message);

    /// <summary>The compaction that a decision ends; null when it ends none.</summary>
    public static CompactionEnd? Of(Decision decision, ClusterView view, ClusterObjects objects)
    {
        if (view.Backup.Job is JobState.Succeeded or JobState.Failed or JobState.DeadlineExceeded
            && decision.Actions.OfType<DeleteCompactionJob>().Any()
            && BackupObserver.CompactionJobOf(objects) is { } job)
        {
            return OfJob(job, view.Backup.Job, objects);
        }
        var snapshotEnded = decision.Transitions.Any(t => t is { Region: EtcdLifecycle.Backup, From: SnapshotCompaction.Snapshotting, Stays: false });
        return !snapshotEnded ? null : view.Backup.InsteadOfJob switch
        {
            SnapshotRequest.Done => new(true, "FullSnapshotTakenSuccessfully", "A full snapshot was taken instead of a compaction.", "none", null, ByJob: false),
            SnapshotRequest.Failed => new(false, "ErrorTriggeringFullSnapshot",
                $"The full snapshot instead of a compaction failed: {objects.Agents.Of(RequestPurpose.InsteadOfJob).Error}", "none", null, ByJob: false),
            _ => null,
        };
    }

    static CompactionEnd OfJob(Job job, JobState state, ClusterObjects objects)
    {
        if (state == JobState.Succeeded)
        {
            return new(true, "None", $"Compaction job {job.Metadata.Name} succeeded.", "none", (job.Status?.CompletionTime ?? JobObserver.Has(job, "Complete")?.LastTransitionTime) - job.Status?.StartTime, ByJob: true);
        }
        var failed = JobObserver.Has(job, "Failed");
        var (reason, metric) = state == JobState.DeadlineExceeded
            ? (JobObserver.DeadlineExceeded, "deadlineExceeded")
            : ReasonOf(objects.Pods.Values.FirstOrDefault(p => p.Label("job-name") == job.Metadata.Name || p.IsControlledBy(job)));
        return new(false, reason, $"Compaction job {job.Metadata.Name} failed: {failed?.Message ?? reason}", metric, failed?.LastTransitionTime - job.Status?.StartTime, ByJob: true);
    }

    static (string Reason, string Metric) ReasonOf(PodOutline? pod)
    {
        if (pod?.Status?.Conditions?.FirstOrDefault(c => c is { Type: DisruptionTarget, Status: "True" })?.Reason is { Length: > 0 } disruption)
        {
            return (disruption, disruption switch
            {
                "PreemptionByScheduler" => "preempted",
                "DeletionByTaintManager" or "EvictionByEvictionAPI" or "TerminationByKubelet" => "evicted",
                _ => "unknown",
            });
        }
        return pod?.Status?.ContainerStatuses?.Any(c => c.State?.Terminated is not null) == true ? ("ProcessFailure", "processFailure") : ("Unknown", "unknown");
    }
}
