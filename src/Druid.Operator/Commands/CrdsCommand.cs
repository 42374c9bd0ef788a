using System.CommandLine;
using Druid.Api.Schemas;

namespace Druid.Operator.Commands;

/// <summary><c>druid-operator crds</c>: the API's kinds, for <c>kubectl apply</c>.</summary>
static class CrdsCommand
{
    public static Command Create()
    {
        var command = new Command("crds", "Prints the CustomResourceDefinitions, as YAML.");
        command.SetAction(_ => Console.Out.Write(Crds.ToYaml()));
        return command;
    }
}
