using Druid.Model;
using Druid.StateMachine.Checking;

namespace Druid.PropertyTests;

/// <summary>Every promise holds in every state that the lifecycle can reach within the bounds of each scenario.</summary>
public sealed class ExplorationTests
{
    public static TheoryData<string> Scenarios => [.. Bounds.Quick.Select(s => s.Name)];

    [Theory, MemberData(nameof(Scenarios))]
    public void Every_promise_holds_in_every_reachable_state(string scenario)
    {
        var exploration = Explorer<World>.Explore(new EtcdModel(Bounds.Quick.Single(s => s.Name == scenario)));
        Assert.True(exploration.Complete, exploration.Violation?.ToString());
    }
}
