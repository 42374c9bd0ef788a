using Druid.StateMachine.Machines;

namespace Druid.StateMachine.Replaying;

/// <summary>A machine that logged steps can be compared with, whatever it decides on.</summary>
public interface IReplayedMachine
{
    /// <summary>Whether the machine has a region of this name.</summary>
    bool Has(string region);

    /// <summary>What the model says against a step; null when it allows it.</summary>
    string? ObjectionTo(LoggedStep step);
}

/// <summary>Decides again on the view of a logged step and compares.</summary>
/// <param name="machine">The machine.</param>
/// <param name="read">Reads a view from its notation.</param>
public sealed class ReplayedMachine<TView>(Machine<TView> machine, Func<string, TView> read) : IReplayedMachine
{
    /// <inheritdoc />
    public bool Has(string region) => machine.Regions.Any(r => r.Name == region);

    /// <inheritdoc />
    public string? ObjectionTo(LoggedStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        var region = machine.Regions.First(r => r.Name == step.Region);
        if (region.Find(step.From) is not { IsLeaf: true } from)
        {
            return $"the machine {machine.Name} has no state '{step.From}'";
        }
        TView view;
        try
        {
            view = read(step.View);
        }
        catch (FormatException error)
        {
            return $"the view cannot be read: {error.Message}";
        }
        return machine.Step(region, from, view) switch
        {
            null => $"in {from.Path} the machine {machine.Name} does nothing on this view",
            var allowed when allowed.To != step.To || allowed.Trigger != step.Trigger || LoggedStep.Describe(allowed.Actions) != step.Actions =>
                $"in {from.Path} the machine {machine.Name} allows only: {allowed.From} -> {allowed.To} as {allowed.Trigger}; {LoggedStep.Describe(allowed.Actions)}",
            _ => null,
        };
    }
}
