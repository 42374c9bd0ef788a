using System.Collections.Immutable;

namespace Druid.StateMachine.Machines;

/// <summary>
/// A state machine that decides on views: nested states, orthogonal regions, rules tried in the order written. It is
/// immutable and deterministic; it holds no current state, does nothing, and treats the absence of an enabled rule as a
/// value, not as an error.
/// </summary>
/// <remarks>
/// <para>Rules of an enclosing state are tried before those of its substates, as in Harel's statecharts: what holds for the
/// whole (a deletion, a suspension) holds first. A rule whose target is, or contains, the active leaf is passed over,
/// so that an enclosing rule does not re-enter the state it leads to.</para>
/// <para>Build one with <see cref="Define"/>.</para>
/// </remarks>
public sealed class Machine<TView>
{
    internal Machine(string name, string meaning, ImmutableArray<Region<TView>> regions)
    {
        Name = name;
        Meaning = meaning;
        Regions = regions;
        var initial = new Configuration();
        for (var r = 0; r < regions.Length; r++)
        {
            initial = initial.With(r, regions[r].States[0].Entry.Index);
        }
        Initial = initial;
    }

    /// <summary>The name, as in file names and commands: "scale-in".</summary>
    public string Name { get; }

    /// <summary>What the machine is for, in one sentence.</summary>
    public string Meaning { get; }

    /// <summary>The orthogonal regions.</summary>
    public ImmutableArray<Region<TView>> Regions { get; }

    /// <summary>Every region in the first of its states.</summary>
    public Configuration Initial { get; }

    /// <summary>The active leaf of a region.</summary>
    public State<TView> At(Configuration configuration, int region) => Regions[region].Leaves[configuration[region]];

    /// <summary>The active leaf of the region of this name.</summary>
    /// <exception cref="ArgumentException">The machine has no such region.</exception>
    public State<TView> At(Configuration configuration, string region) => At(configuration, IndexOf(region));

    /// <summary>
    /// One step: in each region the first enabled rule. A region without an enabled rule stays and has no transition.
    /// </summary>
    public Decision Fire(Configuration at, TView view)
    {
        var after = at;
        var transitions = ImmutableArray.CreateBuilder<Transition>();
        for (var r = 0; r < Regions.Length; r++)
        {
            if (Step(r, At(at, r), view) is { } step)
            {
                transitions.Add(step.Transition);
                after = after.With(r, step.To.Index);
            }
        }
        return new Decision(at, after, transitions.ToImmutable());
    }

    /// <summary>The step of one region alone: what the first enabled rule of a leaf makes of a view; null when none is enabled.</summary>
    public Transition? Step(Region<TView> region, State<TView> leaf, TView view) => Step(Regions.IndexOf(region), leaf, view)?.Transition;

    /// <summary>
    /// Steps until there is something to do or nowhere to go: each region moves on through states that ask for nothing.
    /// A region that would come back to a state it has already left for the same view stops there; the checker reports
    /// such a circle as a defect of the machine.
    /// </summary>
    public Decision Decide(Configuration at, TView view)
    {
        var after = at;
        var transitions = ImmutableArray.CreateBuilder<Transition>();
        for (var r = 0; r < Regions.Length; r++)
        {
            var leaf = At(at, r);
            var seen = new HashSet<int> { leaf.Index };
            while (Step(r, leaf, view) is { } step)
            {
                transitions.Add(step.Transition);
                leaf = step.To;
                if (step.Transition.Stays || step.Transition.Actions.Any(a => a is not Wait) || !seen.Add(leaf.Index))
                {
                    break;
                }
            }
            after = after.With(r, leaf.Index);
        }
        return new Decision(at, after, transitions.ToImmutable());
    }

    /// <summary>
    /// The configuration that was recorded as region → state path. What is missing, unknown (another version wrote it)
    /// or a composite becomes the nearest known state's entry, at worst the region's first: machines are built to
    /// converge from there.
    /// </summary>
    public Configuration Restore(IReadOnlyDictionary<string, string>? recorded)
    {
        var configuration = Initial;
        for (var r = 0; r < Regions.Length; r++)
        {
            for (var path = recorded?.GetValueOrDefault(Regions[r].Name); !string.IsNullOrEmpty(path); path = ParentOf(path))
            {
                if (Regions[r].Find(path) is { } state)
                {
                    configuration = configuration.With(r, state.Entry.Index);
                    break;
                }
            }
        }
        return configuration;
    }

    /// <summary>The configuration as region → state path: what <see cref="Restore"/> reads.</summary>
    public ImmutableSortedDictionary<string, string> Record(Configuration configuration) =>
        Regions.Select((region, r) => KeyValuePair.Create(region.Name, At(configuration, r).Path)).ToImmutableSortedDictionary();

    /// <summary>Whether some rule leads from one state to another in a region, for the reason given.</summary>
    /// <remarks>What a recorded log is compared with; see <see cref="Transition"/>.</remarks>
    public bool Allows(Transition transition)
    {
        var region = Regions.FirstOrDefault(r => r.Name == transition.Region);
        if (region?.Find(transition.From) is not { IsLeaf: true } from || region.Find(transition.To) is not { IsLeaf: true } to)
        {
            return false;
        }
        return RulesFor(region, from).Any(rule => rule.Trigger == transition.Trigger
            && (rule.Target is null ? ReferenceEquals(from, to) : ReferenceEquals(rule.Target.Entry, to) && !rule.Target.Contains(from)));
    }

    /// <summary>All rules that can apply in a leaf, in the order in which they are tried.</summary>
    public static IEnumerable<Rule<TView>> RulesFor(Region<TView> region, State<TView> leaf) =>
        region.Rules.Concat(Outermost(leaf).SelectMany(s => s.Rules));

    (State<TView> To, Transition Transition)? Step(int r, State<TView> leaf, TView view)
    {
        var region = Regions[r];
        if (FirstEnabled(region.Rules, leaf, view) is { } general)
        {
            return Take(region, leaf, general, view);
        }
        return StepWithin(region, leaf, leaf, view);
    }

    static (State<TView> To, Transition Transition)? StepWithin(Region<TView> region, State<TView> leaf, State<TView> scope, TView view)
    {
        if (scope.Parent is { } parent && StepWithin(region, leaf, parent, view) is { } outer)
        {
            return outer;
        }
        return FirstEnabled(scope.Rules, leaf, view) is { } rule ? Take(region, leaf, rule, view) : null;
    }

    static Rule<TView>? FirstEnabled(ImmutableArray<Rule<TView>> rules, State<TView> leaf, TView view)
    {
        foreach (var rule in rules)
        {
            if ((rule.Target is null || !rule.Target.Contains(leaf)) && rule.IsEnabled(view))
            {
                return rule;
            }
        }
        return null;
    }

    static (State<TView>, Transition) Take(Region<TView> region, State<TView> leaf, Rule<TView> rule, TView view)
    {
        var to = rule.Target?.Entry ?? leaf;
        ImmutableArray<IAction> actions = rule.Effects.IsEmpty ? [] : [.. rule.Effects.SelectMany(e => e.Make(view))];
        return (to, new Transition(region.Name, leaf.Path, to.Path, rule.Trigger, actions));
    }

    static IEnumerable<State<TView>> Outermost(State<TView> leaf) =>
        leaf.Parent is null ? [leaf] : Outermost(leaf.Parent).Append(leaf);

    static string? ParentOf(string path) => path.LastIndexOf('/') is var slash and > 0 ? path[..slash] : null;

    int IndexOf(string region)
    {
        for (var r = 0; r < Regions.Length; r++)
        {
            if (Regions[r].Name == region)
            {
                return r;
            }
        }
        throw new ArgumentException($"The machine '{Name}' has no region '{region}'; it has {string.Join(", ", Regions.Select(x => x.Name))}.", nameof(region));
    }
}
