using System.CommandLine;
using Druid.Api.Schemas;

namespace Druid.Operator.Commands;

/// <summary><c>druid-operator crds</c>: the API's kinds, for <c>kubectl apply</c>.</summary>
static class CrdsCommand
{
    static readonly Option<bool> WithoutCel = new("--without-cel")
    {
        Description = "Leave the rules in CEL out, for servers before 1.25. The operator checks them all the same.",
    };

    public static Command Create()
    {
        var command = new Command("crds", "Prints the CustomResourceDefinitions, as YAML.") { WithoutCel };
        command.SetAction(arguments => Console.Out.Write(Crds.ToYaml(cel: !arguments.GetValue(WithoutCel))));
        return command;
    }
}
