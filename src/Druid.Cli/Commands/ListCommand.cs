using System.CommandLine;
using Druid.Cli.Output;
using Druid.StateMachine.Etcd;

namespace Druid.Cli.Commands;

/// <summary><c>druid list</c>: a line for each cluster.</summary>
static class ListCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("list", "Lists clusters, a line each.") { Aliases = { "ls" } };
        var (selector, format) = (Selector.ToLook(command), Format.Option());
        command.Options.Add(format);
        command.SetAction((arguments, cancel) => Run(arguments, selector.Of(arguments), arguments.GetValue(format), terminal, cancel));
        return command;
    }

    static async Task<int> Run(ParseResult arguments, Selection selection, string? format, Terminal terminal, CancellationToken cancel)
    {
        using var scope = Scope.Of(arguments);
        var etcds = await scope.Etcds(selection, cancel);
        if (format is not null)
        {
            Format.Many(terminal, format, etcds.Select(Format.Node));
            return ExitCode.Done;
        }
        if (etcds.Count == 0)
        {
            terminal.Progress(selection.AllNamespaces ? "There are no such Etcds." : $"There are no such Etcds in namespace '{scope.Home}'; -A looks in all.");
            return ExitCode.Done;
        }
        var grid = new Grid("NAMESPACE", "NAME", "STATE", "SERVING", "BACKUP", "READY", "AGE", "WAITING FOR");
        foreach (var etcd in etcds)
        {
            grid.Row(
                etcd.Metadata.Namespace, etcd.Metadata.Name, etcd.StateOf(EtcdLifecycle.Lifecycle), etcd.StateOf(EtcdLifecycle.Serving), etcd.StateOf(EtcdLifecycle.Backup),
                etcd.ReadyMembers(), Age.Of(etcd.Metadata.CreationTimestamp, DateTimeOffset.UtcNow), etcd.WaitsFor());
        }
        grid.Write(terminal);
        return ExitCode.Done;
    }
}
