using System.Collections.Immutable;
using Druid.StateMachine.Machines;

namespace Druid.Operator.Actions;

/// <summary>How far the actions of a decision got.</summary>
/// <param name="Done">Those that took effect, in order.</param>
/// <param name="Failure">The one that failed, and why; null when none did.</param>
public sealed record RunOutcome(ImmutableArray<IAction> Done, ActionFailure? Failure)
{
    /// <summary>The one that an agent was asked for and has not answered yet; null when there is none. What comes after it waits.</summary>
    public IAction? Awaits { get; init; }

    /// <summary>Nothing was to be done.</summary>
    public static RunOutcome Nothing { get; } = new([], null);
}

/// <summary>An action that failed.</summary>
/// <param name="Action">The action.</param>
/// <param name="Error">Why.</param>
/// <param name="RetryAfter">How long the other side asks to be left alone; null when it did not say.</param>
public sealed record ActionFailure(IAction Action, Exception Error, TimeSpan? RetryAfter = null)
{
    /// <summary>The kind of error, as <c>status.lastErrors</c> names it: <c>ERR_</c> and the action in capitals.</summary>
    public string Code => CodeOf(Action);

    /// <summary>The kind of error of an action that fails.</summary>
    public static string CodeOf(IAction action) =>
        $"ERR_{string.Concat(action.GetType().Name.Select((c, i) => i > 0 && char.IsUpper(c) ? $"_{c}" : $"{char.ToUpperInvariant(c)}"))}";
}
