using Druid.StateMachine.Checking;
using Druid.StateMachine.Etcd;
using Druid.StateMachine.Machines;

namespace Druid.Model.Tasks;

/// <summary>One setting in which the machine of EtcdCopyBackupsTasks is explored.</summary>
public sealed record CopyScenario : ISetting
{
    /// <inheritdoc />
    public required string Name { get; init; }

    /// <summary>The machine that decides.</summary>
    public Machine<BackupCopyView> Machine { get; init; } = BackupCopy.Machine;

    /// <summary>How often something may fail: the job, by itself, by its time or by another's hand; the operator, by being deposed.</summary>
    public int Faults { get; init; }

    /// <summary>How often the user may make the spec invalid or valid again, or delete the task.</summary>
    public int Edits { get; init; }

    /// <summary>The operator, wrongly, trusts what it remembers more than a success that is recorded.</summary>
    public bool TrustsMemory { get; init; }

    /// <inheritdoc />
    public string Bounds => $"1 task; {Faults} of: fail job, exceed deadline, delete job, depose; {Edits} of: toggle invalid, delete task; any cache behind";

    /// <inheritdoc />
    public IEnumerable<string> Promises => new CopyModel(this) is var model ? model.Invariants.Select(i => i.Name).Concat(model.Goals.Select(g => g.Name)) : [];

    /// <inheritdoc />
    public Exploration Explore(ExplorerOptions? options = null) => Explorer<CopyWorld>.Explore(new CopyModel(this), options);

    /// <summary>The state that the task is in, as the operator knows it.</summary>
    internal string Leaf(in CopyWorld w) => Machine.Regions[0].Leaves[LeafOf(in w)].Path;

    /// <summary>The number of that state. A process that starts anew reads it off the status, as the operator does; a success that is recorded overrules what it remembers.</summary>
    internal int LeafOf(in CopyWorld w) => w.Memory > 0 && (TrustsMemory || !w.SeenTask.Succeeded || w.SeenTask.Deleting) ? w.Memory - 1 : Machine.Regions[0].Find(
        w.SeenTask.Succeeded ? BackupCopy.Succeeded
        : w.SeenTask.Failed ? BackupCopy.Failed
        : w.SeenJob.Phase == CopyPhase.None && w.SeenTask is { Error: true, Invalid: true } ? BackupCopy.Rejected
        : BackupCopy.Pending)!.Index;

    /// <summary>What the operator sees, as its observer makes a view of it.</summary>
    internal static BackupCopyView View(in CopyWorld w) => new()
    {
        DeletionRequested = w.SeenTask.Deleting,
        HasFinalizer = w.SeenTask.Finalizer,
        SpecErrors = w.SeenTask is { Invalid: true, Deleting: false } ? ["The spec is invalid."] : [],
        Job = w.SeenJob.Phase switch
        {
            CopyPhase.None => JobState.None,
            CopyPhase.Succeeded => JobState.Succeeded,
            CopyPhase.Failed => JobState.Failed,
            CopyPhase.Late => JobState.DeadlineExceeded,
            _ => JobState.Running,
        },
    };
}
