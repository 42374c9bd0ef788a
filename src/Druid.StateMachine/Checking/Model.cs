using System.Collections.Immutable;

namespace Druid.StateMachine.Checking;

/// <summary>
/// A closed system that can be explored: where it begins, what can happen next, what must always hold and where it must
/// end up. States are plain values, compared byte by byte, so a model keeps them canonical: what cannot make a difference
/// any more is cleared.
/// </summary>
/// <typeparam name="TState">A plain value without references. Two equal states have equal bytes.</typeparam>
public interface IModel<TState> where TState : unmanaged
{
    /// <summary>The name under which figures and counterexamples are reported.</summary>
    string Name { get; }

    /// <summary>How many of a state's first bytes are used; the rest is zero in every state.</summary>
    int StateSize { get; }

    /// <summary>The states in which a history can begin.</summary>
    IEnumerable<TState> Initial { get; }

    /// <summary>What must hold of every step.</summary>
    ImmutableArray<Invariant<TState>> Invariants { get; }

    /// <summary>Where every history ends up once nothing hazardous happens any more; none where that is not asked.</summary>
    ImmutableArray<Goal<TState>> Goals { get; }

    /// <summary>Makes an expander. Each worker has its own, so it may keep caches and need no lock.</summary>
    IExpander<TState> NewExpander();
}

/// <summary>Says what can happen in a state, and tells it in words.</summary>
public interface IExpander<TState> where TState : unmanaged
{
    /// <summary>Adds every move that is possible in a state, always in the same order.</summary>
    void Expand(in TState state, Successors<TState> into);

    /// <summary>A move in words, as a line of a counterexample.</summary>
    string Describe(in TState before, Move move, in TState after);

    /// <summary>A state in words.</summary>
    string Describe(in TState state);
}

/// <summary>One thing that happens.</summary>
/// <param name="Process">Who does it: 0 to 63. Each process is treated fairly: what it can do all the time, it does at some time.</param>
/// <param name="Verb">What is done, in the numbering of the model.</param>
/// <param name="Subject">To what, in the numbering of the model.</param>
/// <param name="Hazard">It need not ever happen: a fault, an edit, a delay. Liveness is asked for histories in which hazards end.</param>
public readonly record struct Move(byte Process, byte Verb, byte Subject = 0, bool Hazard = false);

/// <summary>Something that must be true of every step that can be taken from a reachable state.</summary>
/// <param name="Name">A short name in the words of the field.</param>
/// <param name="Sentence">What a user can rely on.</param>
/// <param name="Holds">Whether a step keeps it.</param>
public sealed record Invariant<TState>(string Name, string Sentence, StepPredicate<TState> Holds) where TState : unmanaged;

/// <summary>A yes-or-no question about a step.</summary>
public delegate bool StepPredicate<TState>(in TState before, Move move, in TState after) where TState : unmanaged;

/// <summary>
/// Where every fair history ends up, and stays, once hazards have ceased, from every reachable state.
/// </summary>
/// <param name="Name">A short name.</param>
/// <param name="Sentence">What a user can rely on.</param>
/// <param name="Holds">Whether a state is there.</param>
public sealed record Goal<TState>(string Name, string Sentence, StatePredicate<TState> Holds) where TState : unmanaged;

/// <summary>A yes-or-no question about a state.</summary>
public delegate bool StatePredicate<TState>(in TState state) where TState : unmanaged;
