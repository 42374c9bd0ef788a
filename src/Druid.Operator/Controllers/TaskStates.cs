using System.Collections.Concurrent;
using Druid.Kubernetes.Resources;
using Druid.StateMachine.Machines;

namespace Druid.Operator.Controllers;

/// <summary>Where the machine of each task stands. A process that starts anew reads it off the task's own status.</summary>
/// <param name="machine">The machine; it has one region.</param>
sealed class TaskStates<TView>(Machine<TView> machine)
{
    readonly ConcurrentDictionary<ObjectKey, (string? Uid, string State)> states = new();

    /// <summary>The configuration to decide in.</summary>
    /// <param name="task">The task.</param>
    /// <param name="derived">What its status says.</param>
    public MachineConfiguration Of(IResource task, string derived) => machine.Restore(new Dictionary<string, string>
    {
        [machine.Regions[0].Name] = states.TryGetValue(task.Key, out var entry) && entry.Uid == task.Metadata.Uid ? entry.State : derived,
    });

    /// <summary>The name of a configuration's state.</summary>
    public string NameOf(MachineConfiguration configuration) => machine.At(configuration, 0).Path;

    /// <summary>Remembers a state once it is recorded. When that fails nobody knows what is recorded, so the status is asked again.</summary>
    public async Task Record(IResource task, string state, Func<Task> write)
    {
        Forget(task.Key);
        await write();
        Remember(task, state);
    }

    /// <summary>Remembers a state.</summary>
    public void Remember(IResource task, string state) => states[task.Key] = (task.Metadata.Uid, state);

    /// <summary>Forgets a task that is gone.</summary>
    public void Forget(ObjectKey task) => states.TryRemove(task, out _);
}
