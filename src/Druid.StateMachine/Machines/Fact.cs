namespace Druid.StateMachine.Machines;

/// <summary>
/// A named yes-or-no observation. Its name is what an arrow of the diagram is labelled with, so it is written as a
/// clause a reviewer understands: "all others participate".
/// </summary>
/// <typeparam name="TView">What the machine decides on: an immutable picture of what was observed.</typeparam>
/// <param name="name">The clause, lower case, without a full stop.</param>
/// <param name="holds">Pure: reads nothing but the view.</param>
public sealed class Fact<TView>(string name, Func<TView, bool> holds)
{
    /// <summary>The clause that labels an arrow.</summary>
    public string Name { get; } = name;

    /// <summary>
    /// Whether the fact tells of a failure of the world (a lost quorum, a failed job) rather than of its normal course.
    /// Diagrams leave arrows with such facts out unless asked for them.
    /// </summary>
    public bool IsFault { get; private init; }

    /// <summary>Whether the fact is true of <paramref name="view"/>.</summary>
    public bool Holds(TView view) => holds(view);

    /// <summary>A fact that tells of a failure of the world. See <see cref="IsFault"/>.</summary>
    public static Fact<TView> Fault(string name, Func<TView, bool> holds) => new(name, holds) { IsFault = true };

    /// <inheritdoc />
    public override string ToString() => Name;
}

/// <summary>A fact as one rule asks for it: that it holds, or that it does not.</summary>
/// <param name="Fact">The fact.</param>
/// <param name="Expected">The answer the rule needs.</param>
public readonly record struct Condition<TView>(Fact<TView> Fact, bool Expected)
{
    /// <summary>Whether <paramref name="view"/> gives the expected answer.</summary>
    public bool IsMet(TView view) => Fact.Holds(view) == Expected;

    /// <summary>The clause, negated where the rule needs the fact not to hold.</summary>
    public override string ToString() => Expected ? Fact.Name : $"not ({Fact.Name})";
}
