using System.CommandLine;
using Druid.Kubernetes.Resources;
using Druid.Member.Commands;

namespace Druid.UnitTests.Components;

public class ArgumentsTests
{
    public static TheoryData<string> Names => [.. Golden.Names];

    [Theory, MemberData(nameof(Names))]
    public void The_agents_understand_every_argument_that_their_containers_are_given(string name)
    {
        var agent = new RootCommand { StartEtcdCommand.Create(new()), ServerCommand.Create(new()) };
        var containers = Golden.Render<StatefulSet>(Golden.Context(name)).Spec!.Template!.Spec!.Containers!;
        Assert.All(containers, container =>
        {
            var parsed = agent.Parse([.. container.Args!]);
            Assert.Empty(parsed.Errors.Select(e => e.Message));
            Assert.Empty(parsed.UnmatchedTokens);
            Assert.Equal(container.Args![0], parsed.CommandResult.Command.Name);
        });
    }
}
