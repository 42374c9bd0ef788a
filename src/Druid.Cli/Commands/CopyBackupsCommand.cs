using System.CommandLine;
using Druid.Api;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;

namespace Druid.Cli.Commands;

/// <summary>
/// <c>druid copy-backups SOURCE TARGET</c>: copies the snapshots of one Etcd's store into another's, by a task in the target's
/// namespace. A pod gets the Secrets of its own namespace only, so the credentials of a source elsewhere have to be there too.
/// </summary>
static class CopyBackupsCommand
{
    static readonly Argument<string> Source = Completions.EtcdAnywhere("source", "The Etcd whose snapshots are copied: NAME or NAMESPACE/NAME.");
    static readonly Argument<string> Target = Completions.EtcdAnywhere("target", "The Etcd into whose store they are copied: NAME or NAMESPACE/NAME.");
    static readonly Option<string?> SourceSecret = new("--source-secret") { Description = "Secret in the target's namespace with the credentials of the source's store; unless given, the one there of the name that the source's spec has." };
    static readonly Option<int?> MaxAge = new("--max-age-days") { Description = "Leave older ones behind." };
    static readonly Option<int?> MaxBackups = new("--max-backups") { Description = "Copy only so many full ones, newest first, with their deltas." };
    static readonly Option<bool> WaitForFinal = new("--wait-for-final-snapshot") { Description = "Begin once the source has a final snapshot." };

    public static Command Create(Terminal terminal)
    {
        var command = new Command("copy-backups", "Copies the snapshots of one cluster's store into another's.") { Source, Target, SourceSecret, MaxAge, MaxBackups, WaitForFinal };
        var waiting = new Waiting(command, "Wait until all are copied.");
        command.SetAction((arguments, cancel) => Run(arguments, waiting, terminal, cancel));
        return command;
    }

    static async Task<int> Run(ParseResult arguments, Waiting waiting, Terminal terminal, CancellationToken cancel)
    {
        using var scope = Scope.Of(arguments);
        var source = await scope.EtcdAnywhere(Source, arguments, cancel);
        var target = await scope.EtcdAnywhere(Target, arguments, cancel);
        var (from, to) = (StoreOf(Source, source), StoreOf(Target, target));
        from = await Reachable(from, source, target, arguments.GetValue(SourceSecret), scope.Client, cancel);
        var task = await scope.Client.Create(
            new EtcdCopyBackupsTask
            {
                Metadata = new() { Namespace = target.Metadata.Namespace, Name = SnapshotCommand.Unique($"{source.Metadata.Name}-to-{target.Metadata.Name}") },
                Spec = new()
                {
                    SourceStore = from,
                    TargetStore = to,
                    MaxBackupAge = arguments.GetValue(MaxAge),
                    MaxBackups = arguments.GetValue(MaxBackups),
                    WaitForFinalSnapshot = arguments.GetValue(WaitForFinal) ? new() { Enabled = true } : null,
                },
            },
            cancel);
        terminal.Line($"EtcdCopyBackupsTask {task.Key} is created");
        if (!waiting.IsWanted(arguments))
        {
            return ExitCode.Done;
        }
        var ended = await waiting.Until<EtcdCopyBackupsTask>(
            arguments, scope.Client, task.Key, t => Holds(t, ConditionType.Succeeded) || Holds(t, ConditionType.Failed),
            t => t.Status.LastError ?? "copies", terminal, cancel);
        if (Holds(ended, ConditionType.Succeeded))
        {
            terminal.Line($"EtcdCopyBackupsTask {task.Key} has succeeded");
            return ExitCode.Done;
        }
        terminal.Progress($"druid: EtcdCopyBackupsTask {task.Key} has failed: {ended.Status.LastError ?? ended.Status.Conditions.FirstOrDefault(c => c.Type == ConditionType.Failed)?.Message}");
        return ExitCode.Failed;
    }

    static StoreSpec StoreOf(Argument argument, Etcd etcd) =>
        etcd.Spec.Backup.Store ?? throw new UsageException($"{argument.Name}: Etcd {etcd.Key} has no store: set its spec.backup.store.");

    // The source's store as the task's pod can use it.
    static async Task<StoreSpec> Reachable(StoreSpec store, Etcd source, Etcd target, string? given, KubernetesClient client, CancellationToken cancel)
    {
        var ns = target.Metadata.Namespace!;
        var elsewhere = source.Metadata.Namespace != ns;
        if ((given ?? store.SecretRef?.Name) is not { Length: > 0 } secret || (given is null && !elsewhere))
        {
            return store;
        }
        if (await client.TryGet<Secret>(new(ns, secret), cancel) is null)
        {
            throw new UsageException(given is null
                ? $"source: the credentials of Etcd {source.Key} are in Secret '{secret}' of its namespace, and the copy runs in namespace '{ns}', where there is none of that name: copy it there, or name one that is there with --source-secret."
                : $"--source-secret: there is no Secret '{given}' in namespace '{ns}', where the copy runs: create it with the credentials of the store of Etcd {source.Key}.");
        }
        return store with { SecretRef = new() { Name = secret } };
    }

    static bool Holds(EtcdCopyBackupsTask task, string condition) => task.Status.Conditions.Any(c => c.Type == condition && c.Status == ConditionStatus.True);
}
