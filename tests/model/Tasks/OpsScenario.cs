using Druid.StateMachine.Checking;
using Druid.StateMachine.Etcd;
using Druid.StateMachine.Machines;

namespace Druid.Model.Tasks;

/// <summary>One setting in which the machine of EtcdOpsTasks is explored.</summary>
public sealed record OpsScenario : ISetting
{
    /// <inheritdoc />
    public required string Name { get; init; }

    /// <summary>The machine that decides.</summary>
    public Machine<OpsTaskView> Machine { get; init; } = OpsTask.Machine;

    /// <summary>How often an agent may refuse, or the operator be deposed.</summary>
    public int Faults { get; init; }

    /// <summary>How often something may begin or cease to speak against the task, or the user delete it.</summary>
    public int Edits { get; init; }

    /// <inheritdoc />
    public string Bounds => $"1 task; {Faults} of: refuse, depose; {Edits} of: toggle objection, delete task; any cache behind, for no longer than a pause, agents out of reach for any time";

    /// <inheritdoc />
    public IEnumerable<string> Promises => new OpsModel(this) is var model ? model.Invariants.Select(i => i.Name).Concat(model.Goals.Select(g => g.Name)) : [];

    /// <inheritdoc />
    public Exploration Explore(ExplorerOptions? options = null) => Explorer<OpsWorld>.Explore(new OpsModel(this), options);

    /// <summary>The number of the state that the task is in. A process that starts anew reads it off the status.</summary>
    internal static int LeafOf(in OpsWorld w) => w.Memory > 0 ? w.Memory - 1 : w.SeenTask.State;

    /// <summary>What the process remembers of a state: that the task is being removed, as its status has no field for that.</summary>
    internal byte Remembered(int leaf) => (byte)(Is(leaf, OpsTask.Deleting) ? leaf + 1 : 0);

    /// <summary>The name of a state.</summary>
    internal string NameOf(int leaf) => Machine.Regions[0].Leaves[leaf].Path;

    /// <summary>Whether a state is the one of this name.</summary>
    internal bool Is(int leaf, string name) => NameOf(leaf) == name;

    /// <summary>Whether a state says how the task ended.</summary>
    internal bool HasEnded(int leaf) => NameOf(leaf) is OpsTask.Succeeded or OpsTask.Failed or OpsTask.Rejected;

    /// <summary>What the operator sees, as its observer makes a view of it.</summary>
    internal OpsTaskView View(in OpsWorld w) => new()
    {
        DeletionRequested = w.SeenTask.Deleting,
        HasFinalizer = w.SeenTask.Finalizer,
        Objections = w.SeenObjection && Is(w.SeenTask.State, OpsTask.Pending) && !w.SeenTask.Deleting ? ["It cannot be accepted."] : [],
        Request = w.Run switch
        {
            OpsRun.Asked or OpsRun.Resting => SnapshotRequest.Asked,
            OpsRun.Done => SnapshotRequest.Done,
            OpsRun.Refused => SnapshotRequest.Failed,
            _ => SnapshotRequest.NotAsked,
        },
        TimedOut = w.SeenTask.TimeIsUp && Is(w.SeenTask.State, OpsTask.InProgress),
        Expired = w.SeenTask.TimeIsUp && HasEnded(w.SeenTask.State),
    };
}
