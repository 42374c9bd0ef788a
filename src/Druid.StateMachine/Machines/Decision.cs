using System.Collections.Immutable;

namespace Druid.StateMachine.Machines;

/// <summary>One step of one region: which arrow was taken, from where to where, and what it asks to be done.</summary>
/// <param name="Region">The region's name.</param>
/// <param name="From">Path of the leaf before.</param>
/// <param name="To">Path of the leaf after; equal to <paramref name="From"/> where the rule stays.</param>
/// <param name="Trigger">The rule's conditions in words.</param>
/// <param name="Actions">What is to be done, in order; none for a mere change of state.</param>
public sealed record Transition(string Region, string From, string To, string Trigger, ImmutableArray<IAction> Actions)
{
    /// <summary>Whether the region stays in its state.</summary>
    public bool Stays => From == To;
}

/// <summary>What a machine makes of a view: the steps of all regions, and where they lead.</summary>
/// <param name="Before">The configuration decided in.</param>
/// <param name="After">The configuration once all steps are taken.</param>
/// <param name="Transitions">The steps, in the order of the regions; empty when no rule is enabled.</param>
public sealed record Decision(Configuration Before, Configuration After, ImmutableArray<Transition> Transitions)
{
    /// <summary>All actions, in order, without the waits.</summary>
    public IEnumerable<IAction> Actions => Transitions.SelectMany(t => t.Actions).Where(a => a is not Wait);

    /// <summary>What the machine waits for, in words; empty when it waits for nothing.</summary>
    public IEnumerable<string> Waits => Transitions.SelectMany(t => t.Actions).OfType<Wait>().Select(w => w.Reason);

    /// <summary>Whether there is nothing to do and nowhere to go.</summary>
    public bool IsQuiet => Before == After && !Actions.Any();
}
