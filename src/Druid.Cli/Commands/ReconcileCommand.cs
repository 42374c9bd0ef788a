using System.CommandLine;
using Druid.Api;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;
using Druid.StateMachine.Etcd;

namespace Druid.Cli.Commands;

/// <summary><c>druid reconcile</c>: brings clusters to their specs now, where changes wait for somebody to ask.</summary>
static class ReconcileCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("reconcile", "Brings clusters to their specs now.");
        var selector = Selector.ToChange(command);
        var waiting = new Waiting(command, "Wait until everything declared is done.");
        command.SetAction((arguments, cancel) => Run(arguments, selector.Of(arguments), waiting, terminal, cancel));
        return command;
    }

    static async Task<int> Run(ParseResult arguments, Selection selection, Waiting waiting, Terminal terminal, CancellationToken cancel)
    {
        using var scope = Scope.Of(arguments);
        var etcds = await scope.Etcds(selection, cancel);
        if (etcds.FirstOrDefault(e => e.IsSuspended()) is { } suspended)
        {
            throw new UsageException($"Etcd {suspended.Key} is suspended, so the operator would not do it: 'druid resume {suspended.Metadata.Name}' first.");
        }
        foreach (var etcd in etcds)
        {
            await scope.Client.Patch<Etcd>(etcd.Key, PatchKind.Merge, AnnotationCommands.Patch(Annotations.Operation, Annotations.Reconcile), cancel: cancel);
            terminal.Line($"{etcd.Key} is asked to reconcile");
        }
        if (waiting.IsWanted(arguments))
        {
            foreach (var etcd in etcds)
            {
                await waiting.Until<Etcd>(arguments, scope.Client, etcd.Key, e => e.IsSettled(), Telling, terminal, cancel);
                terminal.Line($"{etcd.Key} is as declared");
            }
        }
        return ExitCode.Done;
    }

    static string Telling(Etcd etcd) => etcd.AsksForReconcile() ? "waits for the operator to take it up"
        : $"{etcd.StateOf(EtcdLifecycle.Lifecycle) ?? "not seen by the operator yet"}{(etcd.WaitsFor() is { } wait ? $": waits for {wait}" : "")}";
}
