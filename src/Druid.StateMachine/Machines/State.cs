using System.Collections.Immutable;

namespace Druid.StateMachine.Machines;

/// <summary>A state of a region: a leaf, or a composite whose first substate is entered with it.</summary>
public sealed class State<TView>
{
    internal State(string name, string meaning, State<TView>? parent)
    {
        Name = name;
        Meaning = meaning;
        Parent = parent;
        Path = parent is null ? name : $"{parent.Path}/{name}";
    }

    /// <summary>The name, unique among its siblings.</summary>
    public string Name { get; }

    /// <summary>The names from the outermost state to this one, joined by a slash; unique in its region.</summary>
    public string Path { get; }

    /// <summary>What it means to be here, in one sentence.</summary>
    public string Meaning { get; }

    /// <summary>What its owner can do when a cluster is here longer than it should be; null where there is nothing to be done.</summary>
    public string? UserCan { get; internal init; }

    /// <summary>The composite this state is part of; null for an outermost state.</summary>
    public State<TView>? Parent { get; }

    /// <summary>The substates in the order written; empty for a leaf.</summary>
    public ImmutableArray<State<TView>> Substates { get; internal set; } = [];

    /// <summary>The rules that leave or act in this state, in the order in which they are tried.</summary>
    public ImmutableArray<Rule<TView>> Rules { get; internal set; } = [];

    /// <summary>Whether the state has no substates.</summary>
    public bool IsLeaf => Substates.IsEmpty;

    /// <summary>The leaf that is entered when this state is.</summary>
    public State<TView> Entry => IsLeaf ? this : Substates[0].Entry;

    /// <summary>The number of this leaf in its region, from 0; -1 for a composite.</summary>
    public int Index { get; internal set; } = -1;

    /// <summary>Whether <paramref name="other"/> is this state or lies within it.</summary>
    public bool Contains(State<TView> other)
    {
        for (var s = other; s is not null; s = s.Parent)
        {
            if (ReferenceEquals(s, this))
            {
                return true;
            }
        }
        return false;
    }

    /// <inheritdoc />
    public override string ToString() => Path;
}

/// <summary>One arrow: under these conditions do this and go there.</summary>
public sealed class Rule<TView>
{
    internal Rule(ImmutableArray<Condition<TView>> conditions, ImmutableArray<Effect<TView>> effects, string? target)
    {
        Conditions = conditions;
        Effects = effects;
        TargetName = target;
        Trigger = conditions.IsEmpty ? "otherwise" : string.Join(" and ", conditions);
    }

    /// <summary>All must be met; none means "otherwise".</summary>
    public ImmutableArray<Condition<TView>> Conditions { get; }

    /// <summary>What is done, in order.</summary>
    public ImmutableArray<Effect<TView>> Effects { get; }

    /// <summary>The state that is entered; null where the rule stays.</summary>
    public State<TView>? Target { get; internal set; }

    /// <summary>The conditions in words: the arrow's label.</summary>
    public string Trigger { get; }

    /// <summary>Whether the arrow tells of a failure of the world.</summary>
    public bool IsFault => Conditions.Any(c => c.Fact.IsFault && c.Expected);

    internal string? TargetName { get; }

    /// <summary>Whether all conditions are met.</summary>
    public bool IsEnabled(TView view)
    {
        foreach (var condition in Conditions)
        {
            if (!condition.IsMet(view))
            {
                return false;
            }
        }
        return true;
    }
}

/// <summary>One of the machine's orthogonal parts: exactly one of its leaves is active at any time.</summary>
public sealed class Region<TView>
{
    internal Region(string name, ImmutableArray<State<TView>> states, ImmutableArray<Rule<TView>> rules)
    {
        Name = name;
        States = states;
        Rules = rules;
        Leaves = [.. states.SelectMany(LeavesOf)];
        for (var i = 0; i < Leaves.Length; i++)
        {
            Leaves[i].Index = i;
        }
        All = [.. states.SelectMany(SelfAndBelow)];
    }

    /// <summary>The region's name, unique in the machine.</summary>
    public string Name { get; }

    /// <summary>The outermost states; the first is where the region begins.</summary>
    public ImmutableArray<State<TView>> States { get; }

    /// <summary>Rules that hold in every state of the region; tried before the states' own.</summary>
    public ImmutableArray<Rule<TView>> Rules { get; }

    /// <summary>All leaves; a leaf's place here is its <see cref="State{TView}.Index"/>.</summary>
    public ImmutableArray<State<TView>> Leaves { get; }

    /// <summary>Every state, composites before their substates.</summary>
    public ImmutableArray<State<TView>> All { get; }

    /// <summary>The state with this path; null when there is none.</summary>
    public State<TView>? Find(string path) => All.FirstOrDefault(s => s.Path == path);

    static IEnumerable<State<TView>> LeavesOf(State<TView> s) => s.IsLeaf ? [s] : s.Substates.SelectMany(LeavesOf);

    static IEnumerable<State<TView>> SelfAndBelow(State<TView> s) => s.Substates.SelectMany(SelfAndBelow).Prepend(s);
}
