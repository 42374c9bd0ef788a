using System.CommandLine;
using Druid.Operator.Commands;

var root = new RootCommand("Runs etcd clusters on Kubernetes.")
{
    RunCommand.Create(),
    CrdsCommand.Create(),
    ManifestsCommand.Create(),
    DiagramsCommand.Create(),
    ExplainCommand.Create(),
    ReplayCommand.Create(),
};
return await root.Parse(args).InvokeAsync();
