using System.Globalization;
using Druid.Model.Joining;
using Druid.StateMachine.Checking;
using Xunit.Abstractions;

namespace Druid.PropertyTests;

/// <summary>Whatever is lost while a member starts, the promises about its data and its cluster hold.</summary>
public sealed class JoiningExplorationTests(ITestOutputHelper output)
{
    public static TheoryData<string> Scenarios => [.. JoinScenario.All.Select(s => s.Name)];

    public static TheoryData<string> Mutants => [.. JoinMutant.All.Select(m => m.Name)];

    [Theory, MemberData(nameof(Scenarios))]
    public void Every_promise_holds_in_every_reachable_state(string name)
    {
        var exploration = Explorer<JoinWorld>.Explore(new JoinModel(JoinScenario.All.Single(s => s.Name == name)));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{exploration.States:N0} states, {exploration.Transitions:N0} transitions, depth {exploration.Depth}"));
        Assert.True(exploration.Complete, exploration.Violation?.ToString());
    }

    [Theory, MemberData(nameof(Mutants))]
    public void A_broken_machine_is_found_out_in_a_few_steps(string name)
    {
        var mutant = JoinMutant.All.Single(m => m.Name == name);
        var found = mutant.Explore();
        output.WriteLine($"{found.Violation}");
        Assert.True(mutant.Survives(found) is null, mutant.Survives(found));
    }

    [Fact]
    public void Every_promise_has_a_machine_that_breaks_it()
    {
        var model = new JoinModel(JoinScenario.All[0]);
        Assert.Empty(model.Invariants.Select(i => i.Name).Concat(model.Goals.Select(g => g.Name)).Except(JoinMutant.All.Select(m => m.Breaks)));
    }
}
