using System.Collections.Immutable;
using Druid.StateMachine.Machines;

namespace Druid.StateMachine.Etcd;

/// <summary>What was observed of one EtcdCopyBackupsTask.</summary>
public sealed record BackupCopyView
{
    /// <summary>The object carries a deletion timestamp.</summary>
    public bool DeletionRequested { get; init; }

    /// <summary>The operator's finalizer is on the object.</summary>
    public bool HasFinalizer { get; init; }

    /// <summary>What is wrong with the spec, a sentence each.</summary>
    public ImmutableArray<string> SpecErrors { get; init; } = [];

    /// <summary>The job that copies.</summary>
    public JobState Job { get; init; }
}

/// <summary>Start the job that copies snapshots from one store to another.</summary>
public sealed record StartCopyJob : IAction;

/// <summary>Delete the copy job and its pods.</summary>
public sealed record DeleteCopyJob : IAction;

/// <summary>Copies the snapshots of one store to another by a job, once.</summary>
public static class BackupCopy
{
    /// <summary>The states.</summary>
    public const string Pending = nameof(Pending), Copying = nameof(Copying), Succeeded = nameof(Succeeded),
        Failed = nameof(Failed), Rejected = nameof(Rejected), Deleting = nameof(Deleting);

    static readonly Fact<BackupCopyView> DeletionRequested = new("deletion requested", c => c.DeletionRequested);
    static readonly Fact<BackupCopyView> Protected = new("the finalizer is set", c => c.HasFinalizer);
    static readonly Fact<BackupCopyView> SpecInvalid = new("the spec is invalid", c => c.SpecErrors.Length > 0);
    static readonly Fact<BackupCopyView> JobThere = new("the job is there", c => c.Job != JobState.None);
    static readonly Fact<BackupCopyView> JobSucceeded = new("the job succeeded", c => c.Job == JobState.Succeeded);
    static readonly Fact<BackupCopyView> JobFailed = Fact<BackupCopyView>.Fault("the job failed", c => c.Job is JobState.Failed or JobState.DeadlineExceeded);

    /// <summary>The machine.</summary>
    public static Machine<BackupCopyView> Machine { get; } = Define.Machine<BackupCopyView>("backup-copy",
        "Copies the snapshots of one store to another by a job, once.", m => m
        .When(DeletionRequested).GoTo(Deleting)
        .State(Pending, "The copy has not begun, or nobody knows yet that it has.", s => s
            .When(JobThere).GoTo(Copying)
            .When(SpecInvalid).GoTo(Rejected)
            .Unless(Protected).Do(_ => new AddFinalizer()).Stay()
            .Otherwise().Do(_ => new StartCopyJob()).GoTo(Copying))
        .State(Copying, "A job copies.", s => s
            .UserCan("Look at the job and its pod (kubectl describe job, kubectl logs); delete the task to stop it.")
            .When(JobSucceeded).GoTo(Succeeded)
            .When(JobFailed).GoTo(Failed)
            .Unless(JobThere).GoTo(Pending)
            .Otherwise().Wait("the copy job to end"))
        .State(Succeeded, "All snapshots asked for are in the target store.", _ => { })
        .State(Failed, "The copy failed; its job is kept for its logs.", s => s
            .UserCan("Read the logs of the job's pods; delete the job to have it tried again, or the task to be done with it.")
            .When(JobSucceeded).GoTo(Succeeded)
            .Unless(JobThere).GoTo(Pending))
        .State(Rejected, "The task asks for something that cannot be done.", s => s
            .UserCan("Correct what status.lastError names, in the spec or in the secrets.")
            .Unless(SpecInvalid).GoTo(Pending))
        .State(Deleting, "The job is being deleted; the object goes last.", s => s
            .UserCan("Look at what keeps the job and its pods (kubectl describe job).")
            .Unless(Protected).Wait("the API server to remove the object")
            .When(JobThere).Do(_ => new DeleteCopyJob()).Stay()
            .Otherwise().Do(_ => new RemoveFinalizer()).Stay()));
}
