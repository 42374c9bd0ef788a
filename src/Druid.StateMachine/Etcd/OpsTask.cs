using System.Collections.Immutable;
using Druid.StateMachine.Machines;

namespace Druid.StateMachine.Etcd;

/// <summary>What was observed of one EtcdOpsTask.</summary>
public sealed record OpsTaskView
{
    /// <summary>The object carries a deletion timestamp.</summary>
    public bool DeletionRequested { get; init; }

    /// <summary>The task's finalizer is on the object.</summary>
    public bool HasFinalizer { get; init; }

    /// <summary>Why the task cannot be accepted: its config, a missing cluster, another task of the same kind; a sentence each.</summary>
    public ImmutableArray<string> Objections { get; init; } = [];

    /// <summary>What became of the request to the cluster.</summary>
    public SnapshotRequest Request { get; init; }

    /// <summary>The time the task was given has run out.</summary>
    public bool TimedOut { get; init; }

    /// <summary>The time to keep an ended task has run out.</summary>
    public bool Expired { get; init; }
}

/// <summary>Record that the task is accepted. Nothing is asked of the cluster before that, so a rejected task was not tried.</summary>
public sealed record AcceptTask : IAction;

/// <summary>Ask the cluster for what the task wants; an answer that is under way is waited for, not asked for again.</summary>
public sealed record RunTask : IAction;

/// <summary>Delete the task itself.</summary>
public sealed record DeleteTask : IAction;

/// <summary>Does one thing to a cluster, once, and remembers how it went for a while.</summary>
public static class OpsTask
{
    /// <summary>The states; the names are those of the task's status.</summary>
    public const string Pending = nameof(Pending), InProgress = nameof(InProgress), Succeeded = nameof(Succeeded),
        Failed = nameof(Failed), Rejected = nameof(Rejected), Deleting = nameof(Deleting);

    static readonly Fact<OpsTaskView> DeletionRequested = new("deletion requested", c => c.DeletionRequested);
    static readonly Fact<OpsTaskView> Protected = new("the finalizer is set", c => c.HasFinalizer);
    static readonly Fact<OpsTaskView> Objected = new("the task cannot be accepted", c => c.Objections.Length > 0);
    static readonly Fact<OpsTaskView> Done = new("it is done", c => c.Request == SnapshotRequest.Done);
    static readonly Fact<OpsTaskView> WentWrong = Fact<OpsTaskView>.Fault("it failed", c => c.Request == SnapshotRequest.Failed);
    static readonly Fact<OpsTaskView> TimedOut = Fact<OpsTaskView>.Fault("its time ran out", c => c.TimedOut);
    static readonly Fact<OpsTaskView> Asked = new("it was asked for", c => c.Request == SnapshotRequest.Asked);
    static readonly Fact<OpsTaskView> Expired = new("it was kept long enough", c => c.Expired);

    /// <summary>The machine.</summary>
    public static Machine<OpsTaskView> Machine { get; } = Define.Machine<OpsTaskView>("ops-task",
        "Does one thing to a cluster, once, and remembers how it went for a while.", m => m
        .When(DeletionRequested).GoTo(Deleting)
        .State(Pending, "The task has not been accepted yet.", s => s
            .When(Objected).GoTo(Rejected)
            .Unless(Protected).Do(_ => new AddFinalizer()).Stay()
            .Otherwise().Do(_ => new AcceptTask()).GoTo(InProgress))
        .State(InProgress, "The cluster was asked to do it.", s => s
            .UserCan("Look at the logs of the backup-restore containers; delete the task to give it up. Its time limit is in spec.config.")
            .When(Done).GoTo(Succeeded)
            .When(TimedOut).GoTo(Failed)
            .When(WentWrong).GoTo(Failed)
            .When(Asked).Wait("the cluster to answer")
            .Otherwise().Do(_ => new RunTask()).Stay())
        .State(Succeeded, "It is done.", Ended)
        .State(Failed, "It could not be done.", Ended)
        .State(Rejected, "It was not tried.", Ended)
        .State(Deleting, "The task is being removed.", s => s
            .UserCan("Look at the other finalizers of the task.")
            .Unless(Protected).Wait("the API server to remove the object")
            .Otherwise().Do(_ => new RemoveFinalizer()).Stay()));

    static void Ended(StateBuilder<OpsTaskView> s) => s
        .UserCan("Delete the task to be rid of it sooner, and create another to try again; status.lastErrors says what went wrong.")
        .When(Expired).Do(_ => new DeleteTask()).Stay()
        .Otherwise().Wait("the end of the time it is kept");
}
