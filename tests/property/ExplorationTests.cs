using System.Globalization;
using Druid.Model;

namespace Druid.PropertyTests;

/// <summary>Every promise holds in every state that the lifecycle can reach within the bounds of each scenario.</summary>
public sealed class ExplorationTests
{
    public static TheoryData<string> Scenarios => [.. Bounds.Quick.Select(s => s.Name)];

    [Theory, MemberData(nameof(Scenarios))]
    public void Every_promise_holds_in_every_reachable_state(string name)
    {
        var scenario = Bounds.Quick.Single(s => s.Name == name);
        var exploration = scenario.Explore();
        Assert.True(exploration.Complete, exploration.Violation?.ToString());

        var row = string.Create(CultureInfo.InvariantCulture, $"| {name} | {scenario.Bounds} | {exploration.States:N0} | {exploration.Transitions:N0} | {exploration.Depth} |");
        Assert.True(File.ReadAllText(Path.Combine(Ascend(AppContext.BaseDirectory), "docs", "proof.md")).Contains(row, StringComparison.Ordinal),
            $"docs/proof.md tells other figures than\n{row}\nThe machine or the model was changed: bring it up to date with hack/prove --quick --update.");
    }

    [Fact]
    public void The_figures_do_not_depend_on_the_number_of_workers()
    {
        var scenario = Bounds.Quick.Single(s => s.Name == "scale in, changing one's mind");
        var (one, three) = (scenario.Explore(new() { Workers = 1 }), scenario.Explore(new() { Workers = 3 }));
        Assert.Equal((one.States, one.Transitions, one.Depth), (three.States, three.Transitions, three.Depth));
    }

    static string Ascend(string directory) =>
        File.Exists(Path.Combine(directory, "Druid.slnx")) ? directory : Ascend(Path.GetDirectoryName(directory)!);
}
