using Druid.StateMachine.Diagrams;

namespace Druid.UnitTests.StateMachine;

/// <summary>The diagrams that are checked in are those of the machines that run.</summary>
public sealed class DiagramFilesTests
{
    const string Remedy = "draw them anew: hack/prove --quick --update";

    static readonly DiagramOptions Drawn = new() { Faults = true };

    static string Folder { get; } = Path.Combine(Ascend(AppContext.BaseDirectory), "docs", "diagrams");

    // The agent's machine is its own, and drawn with the operator's.
    static IReadOnlyList<CatalogEntry> All { get; } = [.. MachineCatalog.All, MachineCatalog.Entry(Druid.Member.Membership.Joining.Machine)];

    public static TheoryData<string> Machines => [.. All.Select(m => m.Name)];

    [Theory, MemberData(nameof(Machines))]
    public void A_diagram_shows_the_machine_as_it_is_defined(string name)
    {
        var machine = All.Single(m => m.Name == name);
        Assert.True(machine.Mermaid(Drawn) == Read($"{name}.mmd"), $"docs/diagrams/{name}.mmd is stale; {Remedy}");
        Assert.True(machine.Dot(Drawn) == Read($"{name}.dot"), $"docs/diagrams/{name}.dot is stale; {Remedy}");
        var picture = Read($"{name}.svg");
        Assert.All(machine.States, s => Assert.True(picture.Contains(s.Path[(s.Path.LastIndexOf('/') + 1)..], StringComparison.Ordinal), $"docs/diagrams/{name}.svg does not show {s.Path}; {Remedy}"));
    }

    [Fact]
    public void The_overview_shows_the_main_machine_as_it_is_defined() =>
        Assert.True(MachineCatalog.Find("etcd-lifecycle")!.Dot(new() { Overview = true }) == Read("etcd-lifecycle-overview.dot"), $"docs/diagrams/etcd-lifecycle-overview.dot is stale; {Remedy}");

    [Fact]
    public void No_diagram_is_of_a_machine_that_is_no_more() => Assert.Empty(
        Directory.EnumerateFiles(Folder).Select(f => Path.GetFileNameWithoutExtension(f)!).Distinct()
            .Except(All.Select(m => m.Name).Append("etcd-lifecycle-overview")));

    static string Read(string file) => File.Exists(Path.Combine(Folder, file)) ? File.ReadAllText(Path.Combine(Folder, file)) : "";

    static string Ascend(string directory) =>
        File.Exists(Path.Combine(directory, "Druid.slnx")) ? directory : Ascend(Path.GetDirectoryName(directory)!);
}
