using System.Collections.Immutable;

namespace Druid.StateMachine.Machines;

/// <summary>Where machines are written down. The table reads top to bottom as the diagram does.</summary>
public static class Define
{
    /// <summary>Defines a machine.</summary>
    /// <param name="name">Its name, as in file names: "scale-in".</param>
    /// <param name="meaning">What it is for, in one sentence.</param>
    /// <param name="define">Its states, or its regions.</param>
    /// <exception cref="MachineDefinitionException">A name is used twice, a target does not exist, or there are too many states.</exception>
    public static Machine<TView> Machine<TView>(string name, string meaning, Action<MachineBuilder<TView>> define)
    {
        var builder = new MachineBuilder<TView>(name);
        define(builder);
        return builder.Build(meaning);
    }
}

/// <summary>A machine was written down wrongly; the message names the machine, the state and the remedy.</summary>
public sealed class MachineDefinitionException(string message) : Exception(message);

/// <summary>Collects the regions of a machine. States given directly belong to one region of the machine's name.</summary>
public sealed class MachineBuilder<TView>
{
    readonly string name;
    readonly List<RegionBuilder<TView>> regions = [];

    internal MachineBuilder(string name) => this.name = name;

    /// <summary>Adds an orthogonal region.</summary>
    public MachineBuilder<TView> Region(string regionName, Action<RegionBuilder<TView>> define)
    {
        var region = new RegionBuilder<TView>(regionName);
        define(region);
        regions.Add(region);
        return this;
    }

    /// <summary>Adds a state to the machine's only region. The first one added is where it begins.</summary>
    public MachineBuilder<TView> State(string state, string meaning, Action<StateBuilder<TView>> define)
    {
        Only().State(state, meaning, define);
        return this;
    }

    /// <summary>Begins a rule that holds in every state of the machine's only region.</summary>
    public RuleBuilder<TView, RegionBuilder<TView>> When(Fact<TView> fact) => Only().When(fact);

    RegionBuilder<TView> Only()
    {
        if (regions.Count == 0)
        {
            regions.Add(new RegionBuilder<TView>(name));
        }
        return regions[0];
    }

    internal Machine<TView> Build(string meaning)
    {
        if (regions.Count is 0 or > Configuration.MaxRegions)
        {
            throw new MachineDefinitionException($"The machine '{name}' has {regions.Count} regions; give it 1 to {Configuration.MaxRegions}.");
        }
        return new Machine<TView>(name, meaning, [.. regions.Select(r => r.Build(name))]);
    }
}

/// <summary>Collects the states of a region.</summary>
public sealed class RegionBuilder<TView> : IRuleScope<TView>
{
    readonly string name;
    readonly List<Rule<TView>> rules = [];
    readonly List<StateBuilder<TView>> states = [];

    internal RegionBuilder(string name) => this.name = name;

    /// <summary>Adds a state. The first one added is where the region begins.</summary>
    /// <param name="state">Its name, unique in the region's outermost states.</param>
    /// <param name="meaning">What it means to be there, in one sentence.</param>
    /// <param name="define">Its rules, in the order in which they are tried, and its substates.</param>
    public RegionBuilder<TView> State(string state, string meaning, Action<StateBuilder<TView>> define)
    {
        var builder = new StateBuilder<TView>(state, meaning);
        define(builder);
        states.Add(builder);
        return this;
    }

    /// <summary>Makes the region out of another machine's only region.</summary>
    /// <exception cref="MachineDefinitionException">The machine has more than one region.</exception>
    public RegionBuilder<TView> Run(Machine<TView> machine)
    {
        var region = StateBuilder<TView>.OnlyRegionOf(machine, name);
        rules.AddRange(region.Rules.Select(StateBuilder<TView>.Copy));
        states.AddRange(region.States.Select(StateBuilder<TView>.CopyState));
        return this;
    }

    /// <summary>Begins a rule that holds in every state of the region and is tried before the states' own.</summary>
    public RuleBuilder<TView, RegionBuilder<TView>> When(Fact<TView> fact) => new(this, new(fact, true));

    void IRuleScope<TView>.Add(Rule<TView> rule) => rules.Add(rule);

    // Takes over a region that was built, rule by rule; a rule that becomes null is left out.
    internal void CopyFrom(Region<TView> region, Func<string, Rule<TView>, Rule<TView>?> change)
    {
        rules.AddRange(region.Rules.Select(rule => change(region.Name, rule)).OfType<Rule<TView>>());
        states.AddRange(region.States.Select(state => StateBuilder<TView>.CopyState(state, change)));
    }

    internal Region<TView> Build(string machine)
    {
        var built = StateBuilder<TView>.BuildAll(states, parent: null, where: $"The machine '{machine}', region '{name}',");
        var region = new Region<TView>(name, built, [.. rules]);
        if (region.Leaves.Length is 0 or > Configuration.MaxLeaves)
        {
            throw new MachineDefinitionException($"The machine '{machine}', region '{name}', has {region.Leaves.Length} leaf states; give it 1 to {Configuration.MaxLeaves}.");
        }
        foreach (var rule in region.Rules)
        {
            Resolve(machine, region, scope: null, rule);
        }
        foreach (var state in region.All)
        {
            foreach (var rule in state.Rules)
            {
                Resolve(machine, region, state, rule);
            }
        }
        return region;
    }

    // A target is looked for among the scope's own substates, then among its siblings, then further out.
    static void Resolve(string machine, Region<TView> region, State<TView>? scope, Rule<TView> rule)
    {
        if (rule.TargetName is not { } target)
        {
            return;
        }
        for (var s = scope; ; s = s.Parent)
        {
            var found = (s is null ? region.States : s.Substates).FirstOrDefault(x => x.Name == target);
            if (found is not null)
            {
                rule.Target = found;
                return;
            }
            if (s is null)
            {
                throw new MachineDefinitionException($"The machine '{machine}': a rule of '{scope?.Path ?? region.Name}' goes to '{target}', which is not a state there or further out.");
            }
        }
    }
}

/// <summary>Collects the rules and substates of a state.</summary>
public sealed class StateBuilder<TView> : IRuleScope<TView>
{
    readonly string name;
    readonly string meaning;
    readonly List<Rule<TView>> rules = [];
    readonly List<StateBuilder<TView>> substates = [];
    string? userCan;

    internal StateBuilder(string name, string meaning) => (this.name, this.meaning) = (name, meaning);

    /// <summary>Says what its owner can do when a cluster is in this state longer than it should be.</summary>
    /// <param name="what">Sentences in the imperative.</param>
    public StateBuilder<TView> UserCan(string what)
    {
        userCan = what;
        return this;
    }

    /// <summary>Begins a rule.</summary>
    public RuleBuilder<TView, StateBuilder<TView>> When(Fact<TView> fact) => new(this, new(fact, true));

    /// <summary>Begins a rule that needs a fact not to hold.</summary>
    public RuleBuilder<TView, StateBuilder<TView>> Unless(Fact<TView> fact) => new(this, new(fact, false));

    /// <summary>Begins a rule without a condition: written last, it says what is done when nothing else applies.</summary>
    public RuleBuilder<TView, StateBuilder<TView>> Otherwise() => new(this, null);

    /// <summary>Adds a substate. The first one added is entered with this state.</summary>
    public StateBuilder<TView> State(string state, string meaningOfState, Action<StateBuilder<TView>> define)
    {
        var builder = new StateBuilder<TView>(state, meaningOfState);
        define(builder);
        substates.Add(builder);
        return this;
    }

    /// <summary>Runs another machine inside this state: its states become substates, its general rules this state's.</summary>
    /// <exception cref="MachineDefinitionException">The machine has more than one region.</exception>
    public StateBuilder<TView> Run(Machine<TView> machine)
    {
        var region = OnlyRegionOf(machine, name);
        rules.AddRange(region.Rules.Select(Copy));
        substates.AddRange(region.States.Select(CopyState));
        return this;
    }

    void IRuleScope<TView>.Add(Rule<TView> rule) => rules.Add(rule);

    internal static Region<TView> OnlyRegionOf(Machine<TView> machine, string place) => machine.Regions is [var region]
        ? region
        : throw new MachineDefinitionException($"The machine '{machine.Name}' has {machine.Regions.Length} regions; only a machine of one region can run inside '{place}'.");

    internal static StateBuilder<TView> CopyState(State<TView> state) => CopyState(state, static (_, rule) => Copy(rule));

    internal static StateBuilder<TView> CopyState(State<TView> state, Func<string, Rule<TView>, Rule<TView>?> change)
    {
        var copy = new StateBuilder<TView>(state.Name, state.Meaning) { userCan = state.UserCan };
        copy.rules.AddRange(state.Rules.Select(rule => change(state.Path, rule)).OfType<Rule<TView>>());
        copy.substates.AddRange(state.Substates.Select(substate => CopyState(substate, change)));
        return copy;
    }

    internal static Rule<TView> Copy(Rule<TView> rule) => new(rule.Conditions, rule.Effects, rule.TargetName);

    internal static ImmutableArray<State<TView>> BuildAll(List<StateBuilder<TView>> builders, State<TView>? parent, string where)
    {
        if (builders.GroupBy(b => b.name).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new MachineDefinitionException($"{where} has the state '{twice.Key}' twice{(parent is null ? "" : $" in '{parent.Path}'")}; give one of them another name.");
        }
        return [.. builders.Select(b => b.Build(parent, where))];
    }

    State<TView> Build(State<TView>? parent, string where)
    {
        var state = new State<TView>(name, meaning, parent) { Rules = [.. rules], UserCan = userCan };
        state.Substates = BuildAll(substates, state, where);
        return state;
    }
}

/// <summary>What rules are added to: a state or a region.</summary>
internal interface IRuleScope<TView>
{
    void Add(Rule<TView> rule);
}

/// <summary>A rule being written: conditions, then what is done, then where it leads.</summary>
public sealed class RuleBuilder<TView, TScope>
{
    readonly TScope scope;
    readonly List<Condition<TView>> conditions = [];
    readonly List<Effect<TView>> effects = [];

    internal RuleBuilder(TScope scope, Condition<TView>? first)
    {
        this.scope = scope;
        if (first is { } condition)
        {
            conditions.Add(condition);
        }
    }

    /// <summary>Needs this fact to hold too.</summary>
    public RuleBuilder<TView, TScope> And(Fact<TView> fact)
    {
        conditions.Add(new(fact, true));
        return this;
    }

    /// <summary>Needs this fact not to hold.</summary>
    public RuleBuilder<TView, TScope> AndNot(Fact<TView> fact)
    {
        conditions.Add(new(fact, false));
        return this;
    }

    /// <summary>Does one thing; the diagram names it by the action's type.</summary>
    public RuleBuilder<TView, TScope> Do<TAction>(Func<TView, TAction> action) where TAction : IAction
    {
        effects.Add(new(Effect<TView>.NameOf(typeof(TAction)), view => [action(view)]));
        return this;
    }

    /// <summary>Does the same kind of thing to each of several objects.</summary>
    public RuleBuilder<TView, TScope> DoEach<TAction>(Func<TView, IEnumerable<TAction>> actions) where TAction : IAction
    {
        effects.Add(new(Effect<TView>.NameOf(typeof(TAction)), view => actions(view).Cast<IAction>()));
        return this;
    }

    /// <summary>Enters a state.</summary>
    public TScope GoTo(string state) => End(state);

    /// <summary>Remains in the state.</summary>
    public TScope Stay() => End(null);

    /// <summary>Remains in the state and tells the user what for.</summary>
    /// <param name="reason">A clause that completes "waits for …".</param>
    /// <param name="about">The same for every view, as it is explained beforehand; what the rule asks for unless given.</param>
    public TScope Wait(Func<TView, string> reason, string? about = null)
    {
        effects.Add(new(Effect<TView>.NameOf(typeof(Wait)), view => [new Wait(reason(view))]) { Awaits = about ?? $"an end of this: {string.Join(" and ", conditions)}" });
        return End(null);
    }

    /// <summary>Remains in the state and tells the user what for.</summary>
    /// <param name="reason">A clause that completes "waits for …".</param>
    public TScope Wait(string reason) => Wait(_ => reason, reason);

    TScope End(string? target)
    {
        ((IRuleScope<TView>)scope!).Add(new Rule<TView>([.. conditions], [.. effects], target));
        return scope;
    }
}
