using Druid.StateMachine.Diagrams;
using Druid.StateMachine.Machines;
using Druid.StateMachine.Replaying;
using FsCheck;
using FsCheck.Fluent;

namespace Druid.PropertyTests;

/// <summary>What whoever writes a machine down relies on: the laws of the engine, asked of machines that nobody wrote.</summary>
public sealed class EngineLawTests
{
    const int Size = 150;

    // Every machine in some of its configurations, chosen by chance, on every view.
    static Property Always(Func<Machine<int>, Configuration, int, bool> law) => Machines((machine, choices) =>
    {
        var configurations = RandomMachine.Configurations(machine).Take(2000).ToList();
        for (var i = 0; i < 8; i++)
        {
            var at = configurations[choices.Among(configurations.Count)];
            foreach (var view in RandomMachine.Views)
            {
                Assert.True(law(machine, at, view), $"in {string.Join(", ", machine.Record(at).Values)} on view {view:b5} of\n{Mermaid.Draw(machine, new() { Faults = true })}");
            }
        }
    });

    static Property Machines(Action<Machine<int>, Choices> law) => Prop.ForAll(Choices.Arbitrary(Size), choices =>
    {
        var left = choices.Again();
        law(RandomMachine.Of(left), left);
    });

    [Property]
    public Property The_same_state_and_view_give_the_same_decision() =>
        Always((machine, at, view) => Same(machine.Fire(at, view), machine.Fire(at, view)) && Same(machine.Decide(at, view), machine.Decide(at, view)));

    [Property]
    public Property At_most_one_rule_is_taken_a_region_the_first_that_is_enabled_from_the_outside_in() => Always((machine, at, view) =>
        machine.Regions.Index().All(r =>
        {
            var leaf = machine.At(at, r.Index);
            var first = Machine<int>.RulesFor(r.Item, leaf).FirstOrDefault(rule =>
                rule.Conditions.All(c => c.Fact.Holds(view) == c.Expected) && (rule.Target is null || !leaf.Path.StartsWith(rule.Target.Path + "/", StringComparison.Ordinal) && leaf.Path != rule.Target.Path));
            var taken = machine.Fire(at, view).Transitions.SingleOrDefault(t => t.Region == r.Item.Name);
            return first is null ? taken is null
                : taken is not null && taken.From == leaf.Path && taken.Trigger == first.Trigger && taken.To == (first.Target?.Entry ?? leaf).Path;
        }));

    [Property]
    public Property Where_no_rule_is_enabled_nothing_is_done_and_nothing_changes() => Always((machine, at, view) =>
        machine.Fire(at, view) is var fired && machine.Regions.Index().All(r =>
            fired.Transitions.Any(t => t.Region == r.Item.Name) || fired.After[r.Index] == at[r.Index]));

    [Property]
    public Property A_state_is_entered_at_its_first_innermost_state() => Always((machine, at, view) =>
        machine.Fire(at, view).Transitions.All(t => machine.Regions.Single(r => r.Name == t.Region).Find(t.To) is { IsLeaf: true } to
            && (t.Stays || Entered(to, t.From).All(s => s.Parent is null || s.Parent.Substates[0] == s || IsTarget(machine, t, s)))));

    [Property]
    public Property Regions_do_not_look_at_each_other() => Always((machine, at, view) =>
        machine.Regions.Index().All(r => machine.Regions.Index().Where(o => o.Index != r.Index).All(other =>
            machine.Fire(at, view).Transitions.Where(t => t.Region == r.Item.Name).Select(Text).SequenceEqual(
                machine.Fire(at.With(other.Index, 0), view).Transitions.Where(t => t.Region == r.Item.Name).Select(Text)))));

    [Property]
    public Property A_decision_is_a_chain_of_steps_that_ends_with_the_first_action() => Always((machine, at, view) =>
    {
        var decision = machine.Decide(at, view);
        return machine.Regions.Index().All(r =>
        {
            var chain = decision.Transitions.Where(t => t.Region == r.Item.Name).ToList();
            return chain.SkipLast(1).All(t => t.Actions.IsEmpty && !t.Stays)
                && chain.Zip(chain.Skip(1)).All(pair => pair.First.To == pair.Second.From)
                && machine.At(decision.After, r.Index).Path == (chain.Count == 0 ? machine.At(at, r.Index).Path : chain[^1].To)
                && chain.All(t => Text(machine.Step(r.Item, r.Item.Find(t.From)!, view)!) == Text(t));
        });
    });

    [Property]
    public Property Every_step_is_one_that_the_definition_allows_and_no_other_is() => Always((machine, at, view) =>
        machine.Fire(at, view).Transitions.All(t => machine.Allows(t) && !machine.Allows(t with { Trigger = "the moon is full" })));

    [Property]
    public Property What_is_recorded_is_restored() => Always((machine, at, _) => machine.Restore(machine.Record(at)) == at);

    [Property]
    public Property What_an_unknown_version_recorded_becomes_the_nearest_known_state() => Always((machine, at, view) =>
    {
        var strange = machine.Record(at).ToDictionary(r => r.Key, r => r.Value + "/Unheard/Of");
        return machine.Restore(strange) == at && machine.Restore(new Dictionary<string, string> { ["elsewhere"] = "S0" }) == machine.Initial && machine.Restore(null) == machine.Initial
            && machine.Fire(machine.Restore(machine.Regions.ToDictionary(r => r.Name, _ => $"{view}")), view).Before == machine.Initial;
    });

    [Property]
    public Property A_logged_step_is_read_back_and_replayed_and_one_that_leads_elsewhere_is_not() => Always((machine, at, view) =>
    {
        var replayed = new ReplayedMachine<int>(machine, text => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture));
        return machine.Fire(at, view).Transitions.All(t =>
        {
            var step = new LoggedStep("ns/e", t.Region, t.From, t.To, t.Trigger, LoggedStep.Describe(t.Actions), $"{view}", "u-1");
            return LoggedStep.Parse($"12:00:00 INF {step}") == step && replayed.ObjectionTo(step) is null
                && replayed.ObjectionTo(step with { To = t.To + "x" }) is not null && replayed.ObjectionTo(step with { Actions = "Mark { Rule = -1 }" }) is not null;
        });
    });

    [Property]
    public Property Every_arrow_of_the_definition_is_in_every_diagram_once() => Machines((machine, _) =>
    {
        var rules = machine.Regions.SelectMany(r => r.Rules.Index().Concat(r.All.SelectMany(s => s.Rules.Index()))).ToList();
        var arrows = machine.Regions.SelectMany(r => Arrow.Of(r, new() { Faults = true })).ToList();
        Assert.Equal(rules.Select(r => $"{r.Index + 1}. {r.Item.Trigger}").Order(), arrows.Select(a => $"{a.Order}. {a.Trigger}").Order());
        var (mermaid, dot) = (Mermaid.Draw(machine, new() { Faults = true }), Dot.Draw(machine, new() { Faults = true }));
        Assert.All(arrows, a => Assert.Contains(a.Label("<br/>"), mermaid, StringComparison.Ordinal));
        Assert.All(arrows, a => Assert.Contains(a.Label("\\l"), dot, StringComparison.Ordinal));
        Assert.All(machine.Regions.SelectMany(r => r.All), s => Assert.Contains(s.Name, mermaid, StringComparison.Ordinal));
    });

    static bool Same(Decision a, Decision b) => a.Before == b.Before && a.After == b.After && a.Transitions.Select(Text).SequenceEqual(b.Transitions.Select(Text));

    static string Text(Transition t) => $"{t.Region}: {t.From} -> {t.To} as {t.Trigger}; {LoggedStep.Describe(t.Actions)}";

    // The states around a leaf, itself included, that do not contain the leaf before.
    static IEnumerable<State<int>> Entered(State<int> leaf, string from)
    {
        for (var s = leaf; s is not null && !from.StartsWith(s.Path + "/", StringComparison.Ordinal); s = s.Parent)
        {
            yield return s;
        }
    }

    static bool IsTarget(Machine<int> machine, Transition t, State<int> state)
    {
        var region = machine.Regions.Single(r => r.Name == t.Region);
        return Machine<int>.RulesFor(region, region.Find(t.From)!).Any(rule => rule.Trigger == t.Trigger && rule.Target is { } target && (target == state || state.Contains(target)));
    }
}
