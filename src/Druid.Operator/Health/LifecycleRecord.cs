using Druid.Api;
using Druid.StateMachine.Etcd;
using Druid.StateMachine.Machines;

namespace Druid.Operator.Health;

/// <summary>What <c>status.lifecycle</c> remembers of the machine between reconciles, and how it is read back.</summary>
public static class LifecycleRecord
{
    /// <summary>The recorded configuration; see <see cref="Machine{TView}.Restore"/> for what is not known any more.</summary>
    public static MachineConfiguration Read(LifecycleStatus? status) => EtcdLifecycle.Machine.Restore(
        status?.Regions.GroupBy(r => r.Name).ToDictionary(g => g.Key, g => g.First().State));

    /// <summary>When the present state of a region was entered; null when it was not recorded.</summary>
    public static DateTimeOffset? Since(LifecycleStatus? status, string region) =>
        status?.Regions.FirstOrDefault(r => r.Name == region)?.Since;

    /// <summary>The record after some steps. It equals the one before when nothing changed but the time.</summary>
    /// <param name="before">The record so far.</param>
    /// <param name="configuration">The configuration that was reached.</param>
    /// <param name="steps">The transitions that led there, oldest first.</param>
    /// <param name="waiting">What each region waits for.</param>
    /// <param name="generation">The generation of the spec.</param>
    /// <param name="now">The present.</param>
    public static LifecycleStatus Write(
        LifecycleStatus? before, MachineConfiguration configuration, IReadOnlyCollection<Transition> steps,
        IReadOnlyDictionary<string, string> waiting, long generation, DateTimeOffset now)
    {
        var regions = EtcdLifecycle.Machine.Record(configuration).Select(entry =>
        {
            var old = before?.Regions.FirstOrDefault(r => r.Name == entry.Key);
            var stayed = old?.State == entry.Value;
            return new RegionStatus
            {
                Name = entry.Key,
                State = entry.Value,
                Since = stayed ? old!.Since : now,
                Generation = stayed ? old!.Generation : generation,
                WaitingFor = waiting.GetValueOrDefault(entry.Key),
            };
        });
        var moved = steps.Where(t => !t.Stays).Select(t => new TransitionStatus { Region = t.Region, From = t.From, To = t.To, Trigger = t.Trigger, At = now });
        return new()
        {
            Regions = [.. regions],
            Transitions = [.. (before?.Transitions ?? []).Concat(moved).TakeLast(LifecycleStatus.KeptTransitions)],
        };
    }
}
