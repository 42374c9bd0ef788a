using System.CommandLine;
using System.Security.Cryptography;
using Druid.Api;
using Druid.Kubernetes.Resources;

namespace Druid.Cli.Commands;

/// <summary><c>druid snapshot NAME</c>: has a snapshot taken, by a task.</summary>
static class SnapshotCommand
{
    static readonly Argument<string> Name = Completions.Etcd("name", "Name of an Etcd.");
    static readonly Option<string> Type = Completions.Choice("--type", "full for the whole database, delta for what came since the last one.", SnapshotType.Full, SnapshotType.Delta);
    static readonly Option<bool> Final = new("--final") { Description = "Mark a full snapshot as the last one." };

    public static Command Create(Terminal terminal)
    {
        var command = new Command("snapshot", "Has a snapshot of a cluster taken now.") { Name, Type, Final };
        command.Validators.Add(result =>
        {
            if (result.GetValue(Final) && result.GetValue(Type) == SnapshotType.Delta)
            {
                result.AddError("--final: only a full snapshot can be the last one; leave out --type delta.");
            }
        });
        var waiting = new Waiting(command, "Wait until it is taken.");
        command.SetAction((arguments, cancel) => Run(arguments, waiting, terminal, cancel));
        return command;
    }

    /// <summary>A name for a task that no other has.</summary>
    public static string Unique(string prefix) => $"{prefix}-{RandomNumberGenerator.GetHexString(6, lowercase: true)}";

    static async Task<int> Run(ParseResult arguments, Waiting waiting, Terminal terminal, CancellationToken cancel)
    {
        using var scope = Scope.Of(arguments);
        var etcd = await scope.Etcd(arguments.GetRequiredValue(Name), cancel);
        if (etcd.Spec.Backup.Store is null)
        {
            throw new UsageException($"Etcd {etcd.Key} has no store to put a snapshot into: set spec.backup.store.");
        }
        var task = await scope.Client.Create(
            new EtcdOpsTask
            {
                Metadata = new() { Namespace = etcd.Metadata.Namespace, Name = Unique($"{etcd.Metadata.Name}-snapshot") },
                Spec = new()
                {
                    EtcdName = etcd.Metadata.Name,
                    Config = new() { OnDemandSnapshot = new() { Type = arguments.GetRequiredValue(Type), IsFinal = arguments.GetValue(Final) ? true : null } },
                },
            },
            cancel);
        terminal.Line($"EtcdOpsTask {task.Key} is created");
        if (!waiting.IsWanted(arguments))
        {
            return ExitCode.Done;
        }
        var ended = await waiting.Until<EtcdOpsTask>(
            arguments, scope.Client, task.Key, t => t.Status.State is TaskState.Succeeded or TaskState.Failed or TaskState.Rejected,
            t => t.Status.State ?? "waits for the operator to take it up", terminal, cancel);
        if (ended.Status.State == TaskState.Succeeded)
        {
            terminal.Line($"EtcdOpsTask {task.Key} has succeeded");
            return ExitCode.Done;
        }
        terminal.Progress($"druid: EtcdOpsTask {task.Key} is {ended.Status.State}: {string.Join("; ", ended.Status.LastErrors.Select(e => e.Description))}");
        return ExitCode.Failed;
    }
}
