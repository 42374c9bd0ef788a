using Druid.StateMachine.Diagrams;

namespace Druid.UnitTests.StateMachine;

/// <summary>What someone relies on who asks what a state means: <c>druid explain</c>.</summary>
public sealed class ExplanationTests
{
    public static TheoryData<string, string> States
    {
        get
        {
            var states = new TheoryData<string, string>();
            foreach (var machine in MachineCatalog.All)
            {
                foreach (var state in machine.States)
                {
                    states.Add(machine.Name, state.Path);
                }
            }
            return states;
        }
    }

    static StateEntry Entry(string machine, string path) => MachineCatalog.Find(machine)!.States.Single(s => s.Path == path);

    [Theory, MemberData(nameof(States))]
    public void A_state_that_waits_says_for_what_and_what_a_user_can_do(string machine, string path)
    {
        var state = Entry(machine, path);
        Assert.Equal(state.Rules.Any(r => r.Actions.Contains("wait")), state.Awaits.Count > 0);
        Assert.True(state.Awaits.Count == 0 || state.UserCan is { Length: > 20 }, $"{machine}: {path} waits, and its declaration does not say what a user can do; add UserCan.");
    }

    [Theory, MemberData(nameof(States))]
    public void An_explanation_has_the_meaning_the_remedy_and_every_way_on(string machine, string path)
    {
        var state = Entry(machine, path);
        var text = MachineCatalog.Explain(path)!;
        Assert.Contains(state.Meaning, text, StringComparison.Ordinal);
        Assert.Contains(state.UserCan ?? "", text, StringComparison.Ordinal);
        Assert.All(state.Awaits, awaited => Assert.Contains(awaited, text, StringComparison.Ordinal));
        foreach (var (order, rule) in state.Rules.Index())
        {
            Assert.Contains($"{order + 1}. when {rule.Trigger}:", text, StringComparison.Ordinal);
        }
    }
}
