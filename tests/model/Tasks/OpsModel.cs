using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Druid.StateMachine.Checking;
using Druid.StateMachine.Etcd;

namespace Druid.Model.Tasks;

/// <summary>The machine of EtcdOpsTasks in a hostile world, as one scenario sets it.</summary>
public sealed class OpsModel(OpsScenario scenario) : IModel<OpsWorld>
{
    /// <inheritdoc />
    public string Name => scenario.Name;

    /// <inheritdoc />
    public int StateSize => Unsafe.SizeOf<OpsWorld>();

    /// <inheritdoc />
    public IEnumerable<OpsWorld> Initial
    {
        get
        {
            var task = new OpsObject { Exists = true };
            yield return new() { Task = task, SeenTask = task, FaultsLeft = (byte)scenario.Faults, EditsLeft = (byte)scenario.Edits };
        }
    }

    /// <inheritdoc />
    public ImmutableArray<Invariant<OpsWorld>> Invariants { get; } =
    [
        new("AskedOnceAccepted", "A cluster is asked only for a task that was seen to be recorded as in progress; one that was rejected was not tried.",
            (in before, move, in _) => (Verb)move.Verb != Verb.RequestSnapshot || scenario.Is(before.SeenTask.State, OpsTask.InProgress)),
        new("OutcomeIsFinal", "Succeeded, Failed and Rejected stay recorded as long as the task is kept.",
            (in before, move, in after) => !after.Task.Exists || !scenario.HasEnded(before.Task.State) || after.Task.State == before.Task.State),
        new("SuccessIsTrue", "A task is recorded as succeeded only when the cluster has done what it asks for.",
            (in before, move, in after) => !scenario.Is(after.Task.State, OpsTask.Succeeded) || after.Taken),
        new("KeptForAWhile", "The operator deletes a task only when it has ended and was kept for its time.",
            (in before, move, in _) => (Verb)move.Verb != Verb.DeleteTask || move.Process == Process.Chance || (scenario.HasEnded(before.SeenTask.State) && before.SeenTask.TimeIsUp)),
    ];

    /// <inheritdoc />
    public ImmutableArray<Goal<OpsWorld>> Goals { get; } =
    [
        new("TaskEnds", "Every task succeeds, fails or is rejected, whether agents answer or not.",
            (in w) => !w.Task.Exists || w.Task.Deleting || scenario.HasEnded(w.Task.State)),
        new("TaskGoes", "Every task is removed once it was kept for its time, or when its deletion is asked for.", (in w) => !w.Task.Exists),
    ];

    /// <inheritdoc />
    public IExpander<OpsWorld> NewExpander() => new OpsMoves(scenario);
}
