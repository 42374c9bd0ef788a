using System.Runtime.CompilerServices;
using Druid.Member.Membership;
using Druid.StateMachine.Diagrams;

namespace Druid.UnitTests.Member;

public class InitializationDiagramTests
{
    [Fact]
    public void The_diagram_that_is_checked_in_is_that_of_the_machine_that_runs()
    {
        var file = Path.Combine(Root(), "docs", "diagrams", "member-initialization.mmd");
        var drawn = Joining.Machine.Mermaid(new DiagramOptions { Faults = true });
        Assert.True(File.Exists(file) && File.ReadAllText(file) == drawn, $"{file} is to be:\n{drawn}");
    }

    static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", ".."));
}
