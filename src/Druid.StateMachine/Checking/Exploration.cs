using System.Collections.Immutable;
using System.Text;

namespace Druid.StateMachine.Checking;

/// <summary>What an exploration found. Everything but the time is the same in every run.</summary>
public sealed record Exploration
{
    /// <summary>The model's name.</summary>
    public required string Model { get; init; }

    /// <summary>Distinct states that were reached.</summary>
    public required long States { get; init; }

    /// <summary>Steps that were taken and checked.</summary>
    public required long Transitions { get; init; }

    /// <summary>The length of the longest of the shortest histories to a state.</summary>
    public required int Depth { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>All reachable states were reached: neither a violation nor a bound cut the exploration short.</summary>
    public required bool Complete { get; init; }

    /// <summary>The first property found broken, with a shortest history that breaks it; null when all hold.</summary>
    public Violation? Violation { get; init; }
}

/// <summary>A broken property and how it comes to that.</summary>
/// <param name="Property">Its name.</param>
/// <param name="Sentence">What it promises.</param>
/// <param name="Trace">A shortest history to the offending step or state, a step each.</param>
/// <param name="Circle">The steps in which the history goes round for ever; empty for a step or a dead end.</param>
public sealed record Violation(string Property, string Sentence, ImmutableArray<TraceStep> Trace, ImmutableArray<TraceStep> Circle)
{
    /// <summary>How many steps the history has, once round the circle.</summary>
    public int Steps => Math.Max(0, Trace.Length - 1) + Circle.Length;

    /// <summary>The counterexample as text, a line a step.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append($"{Property}: {Sentence}\n");
        text.Append($"Broken after {Math.Max(0, Trace.Length - 1)} steps:\n");
        Append(text, Trace, 0);
        if (!Circle.IsEmpty)
        {
            text.Append("and then for ever:\n");
            Append(text, Circle, Trace.Length);
        }
        return text.ToString();
    }

    static void Append(StringBuilder text, ImmutableArray<TraceStep> steps, int from)
    {
        for (var i = 0; i < steps.Length; i++)
        {
            text.Append($"{from + i,4}. {steps[i].Move}\n      {steps[i].State}\n");
        }
    }
}

/// <summary>One step of a counterexample, in words.</summary>
/// <param name="Move">What happened.</param>
/// <param name="State">The state it led to.</param>
public readonly record struct TraceStep(string Move, string State);
