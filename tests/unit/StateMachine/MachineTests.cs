using Druid.StateMachine.Machines;

namespace Druid.UnitTests.StateMachine;

/// <summary>What a reader of a machine's table relies on.</summary>
public sealed class MachineTests
{
    sealed record Lamp(bool Power, bool Pressed = false, bool Broken = false);

    sealed record Light(int Watts) : IAction;

    static readonly Fact<Lamp> Power = new("has power", l => l.Power);
    static readonly Fact<Lamp> Pressed = new("switch pressed", l => l.Pressed);
    static readonly Fact<Lamp> Broken = Fact<Lamp>.Fault("bulb broken", l => l.Broken);

    static readonly Machine<Lamp> Machine = Define.Machine<Lamp>("lamp", "Shines.", m => m
        .When(Broken).GoTo("Out")
        .State("Working", "The bulb is whole.", s => s
            .State("Dark", "No light.", d => d
                .When(Power).And(Pressed).Do(_ => new Light(40)).GoTo("Lit")
                .Unless(Power).Wait("power"))
            .State("Lit", "Light.", l => l
                .Unless(Power).GoTo("Dark")
                .When(Pressed).Do(_ => new Light(60)).Stay()))
        .State("Out", "The bulb is broken.", s => s
            .Unless(Broken).GoTo("Working")));

    static Configuration In(string path) => Machine.Restore(new Dictionary<string, string> { ["lamp"] = path });

    [Fact]
    public void A_machine_begins_in_the_first_leaf() => Assert.Equal("Working/Dark", Machine.At(Machine.Initial, 0).Path);

    [Fact]
    public void The_first_enabled_rule_is_taken_and_its_actions_are_data()
    {
        var decision = Machine.Fire(Machine.Initial, new Lamp(Power: true, Pressed: true));
        var step = Assert.Single(decision.Transitions);
        Assert.Equal(("Working/Dark", "Working/Lit", "has power and switch pressed"), (step.From, step.To, step.Trigger));
        Assert.Equal([new Light(40)], decision.Actions);
        Assert.Equal("Working/Lit", Machine.At(decision.After, 0).Path);
    }

    [Fact]
    public void No_enabled_rule_is_a_value_and_leaves_the_state()
    {
        var decision = Machine.Fire(Machine.Initial, new Lamp(Power: true));
        Assert.Empty(decision.Transitions);
        Assert.True(decision.IsQuiet);
        Assert.Equal(decision.Before, decision.After);
    }

    [Fact]
    public void What_holds_for_the_whole_comes_before_what_holds_for_a_part()
    {
        var decision = Machine.Fire(In("Working/Lit"), new Lamp(Power: true, Pressed: true, Broken: true));
        Assert.Equal("Out", Assert.Single(decision.Transitions).To);
    }

    [Fact]
    public void A_general_rule_does_not_re_enter_the_state_it_leads_to() =>
        Assert.Empty(Machine.Fire(In("Out"), new Lamp(Power: true, Broken: true)).Transitions);

    [Fact]
    public void A_composite_is_entered_through_its_first_substate() =>
        Assert.Equal("Working/Dark", Machine.At(Machine.Fire(In("Out"), new Lamp(Power: true)).After, 0).Path);

    [Fact]
    public void A_wait_names_its_reason_and_is_no_action()
    {
        var decision = Machine.Fire(Machine.Initial, new Lamp(Power: false));
        Assert.Equal(["power"], decision.Waits);
        Assert.Empty(decision.Actions);
    }

    [Fact]
    public void Deciding_moves_on_until_there_is_something_to_do()
    {
        var decision = Machine.Decide(In("Out"), new Lamp(Power: true, Pressed: true));
        Assert.Equal(["Working/Dark", "Working/Lit"], decision.Transitions.Select(t => t.To));
        Assert.Equal([new Light(40)], decision.Actions);
    }

    [Theory]
    [InlineData("Working/Lit", "Working/Lit")]
    [InlineData("Working", "Working/Dark")]
    [InlineData("Working/Flickering", "Working/Dark")]
    [InlineData("Exploded/Badly", "Working/Dark")]
    [InlineData("", "Working/Dark")]
    public void An_unknown_record_is_restored_to_the_nearest_state_that_is_known(string recorded, string restored) =>
        Assert.Equal(restored, Machine.At(In(recorded), 0).Path);

    [Fact]
    public void A_record_is_restored_to_what_was_recorded()
    {
        foreach (var leaf in Machine.Regions[0].Leaves)
        {
            Assert.Equal(In(leaf.Path), Machine.Restore(Machine.Record(In(leaf.Path))));
        }
    }

    [Fact]
    public void A_step_that_was_taken_is_allowed_and_an_invented_one_is_not()
    {
        var step = Machine.Fire(Machine.Initial, new Lamp(Power: true, Pressed: true)).Transitions[0];
        Assert.True(Machine.Allows(step));
        Assert.False(Machine.Allows(step with { To = "Out" }));
        Assert.False(Machine.Allows(step with { Trigger = "somebody felt like it" }));
        Assert.False(Machine.Allows(step with { From = "Working" }));
    }

    [Fact]
    public void A_target_that_does_not_exist_is_refused_with_the_place_and_the_name()
    {
        var error = Assert.Throws<MachineDefinitionException>(() => Define.Machine<Lamp>("bad", "", m => m
            .State("A", "", s => s.When(Power).GoTo("B"))));
        Assert.Contains("'bad'", error.Message, StringComparison.Ordinal);
        Assert.Contains("'A' goes to 'B'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_state_written_twice_is_refused()
    {
        var error = Assert.Throws<MachineDefinitionException>(() => Define.Machine<Lamp>("bad", "", m => m
            .State("A", "", _ => { }).State("A", "", _ => { })));
        Assert.Contains("'A' twice", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_machine_of_several_regions_cannot_run_inside_a_state()
    {
        var two = Define.Machine<Lamp>("two", "", m => m
            .Region("x", r => r.State("A", "", _ => { }))
            .Region("y", r => r.State("A", "", _ => { })));
        Assert.Throws<MachineDefinitionException>(() => Define.Machine<Lamp>("outer", "", m => m.State("S", "", s => s.Run(two))));
    }

    [Fact]
    public void A_machine_inside_a_state_keeps_its_rules_and_may_be_left_by_the_outer_ones()
    {
        var outer = Define.Machine<Lamp>("house", "", m => m
            .State("Inhabited", "", s => s.When(Broken).GoTo("Empty").Run(Machine))
            .State("Empty", "", _ => { }));
        Assert.Equal("Inhabited/Working/Dark", outer.At(outer.Initial, 0).Path);
        Assert.Equal("Empty", outer.At(outer.Fire(outer.Initial, new Lamp(true, Broken: true)).After, 0).Path);
        Assert.Equal("Inhabited/Working/Lit", outer.At(outer.Fire(outer.Initial, new Lamp(true, true)).After, 0).Path);
    }
}
