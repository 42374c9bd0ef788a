using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Druid.StateMachine.Checking;
using Druid.StateMachine.Etcd;

namespace Druid.Model.Tasks;

/// <summary>The machine of EtcdCopyBackupsTasks in a hostile world, as one scenario sets it.</summary>
public sealed class CopyModel(CopyScenario scenario) : IModel<CopyWorld>
{
    /// <inheritdoc />
    public string Name => scenario.Name;

    /// <inheritdoc />
    public int StateSize => Unsafe.SizeOf<CopyWorld>();

    /// <inheritdoc />
    public IEnumerable<CopyWorld> Initial
    {
        get
        {
            var task = new CopyObject { Exists = true };
            yield return new() { Task = task, SeenTask = task, FaultsLeft = (byte)scenario.Faults, EditsLeft = (byte)scenario.Edits };
        }
    }

    /// <inheritdoc />
    public ImmutableArray<Invariant<CopyWorld>> Invariants { get; } =
    [
        new("CopiedWhenDue", "A copy begins only for a task that is valid, protected, and not being deleted, as it was last seen.",
            (in before, move, in _) => (Verb)move.Verb != Verb.StartJob || move.Process == Process.Late
                || before.SeenTask is { Finalizer: true, Invalid: false, Deleting: false }),
        new("OneCopyJob", "Never do two jobs copy for one task, and a task that was seen to be recorded as done never copies again.",
            (in before, move, in after) => !after.Task.Exists || after.Job.Uid == before.Job.Uid
                || (before.Job.Phase == CopyPhase.None && (move.Process == Process.Late || !before.SeenTask.Succeeded))),
        new("CopyFinalizerLast", "The task goes only when its job is gone.",
            (in before, move, in after) => after.Task.Exists || !before.Task.Finalizer || before.Job.Phase == CopyPhase.None),
    ];

    /// <inheritdoc />
    public ImmutableArray<Goal<CopyWorld>> Goals { get; } =
    [
        new("CopyEnds", "Once faults and edits stop, a task is done, has failed and shows its job, or is rejected for what is wrong with it.", (in w) => HasEnded(in w, scenario)),
        new("CopyDeletionCompletes", "A task whose deletion is asked for goes, with its job.", (in w) => !w.Task.Exists || !w.Task.Deleting),
    ];

    /// <inheritdoc />
    public IExpander<CopyWorld> NewExpander() => new CopyMoves(scenario);

    static bool HasEnded(in CopyWorld w, CopyScenario scenario) => !w.Task.Exists || w.Task.Deleting || (w.Reached == 0 && scenario.Leaf(in w) switch
    {
        BackupCopy.Succeeded => w.Task.Succeeded,
        BackupCopy.Failed => w.Task.Failed && w.Job.Phase is CopyPhase.Failed or CopyPhase.Late,
        BackupCopy.Rejected => w.Task is { Invalid: true, Error: true },
        _ => false,
    });
}
