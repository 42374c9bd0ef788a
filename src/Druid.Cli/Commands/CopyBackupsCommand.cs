using System.CommandLine;
using Druid.Api;
using Druid.Kubernetes.Resources;

namespace Druid.Cli.Commands;

/// <summary><c>druid copy-backups SOURCE TARGET</c>: copies the snapshots of one Etcd's store into another's, by a task.</summary>
static class CopyBackupsCommand
{
    static readonly Argument<string> Source = Completions.Etcd("source", "The Etcd whose snapshots are copied.");
    static readonly Argument<string> Target = Completions.Etcd("target", "The Etcd into whose store they are copied.");
    static readonly Option<int?> MaxAge = new("--max-age-days") { Description = "Leave older ones behind." };
    static readonly Option<int?> MaxBackups = new("--max-backups") { Description = "Copy only so many full ones, newest first, with their deltas." };
    static readonly Option<bool> WaitForFinal = new("--wait-for-final-snapshot") { Description = "Begin once the source has a final snapshot." };

    public static Command Create(Terminal terminal)
    {
        var command = new Command("copy-backups", "Copies the snapshots of one cluster's store into another's.") { Source, Target, MaxAge, MaxBackups, WaitForFinal };
        var waiting = new Waiting(command, "Wait until all are copied.");
        command.SetAction((arguments, cancel) => Run(arguments, waiting, terminal, cancel));
        return command;
    }

    static async Task<int> Run(ParseResult arguments, Waiting waiting, Terminal terminal, CancellationToken cancel)
    {
        using var scope = Scope.Of(arguments);
        var source = await scope.Etcd(arguments.GetRequiredValue(Source), cancel);
        var target = await scope.Etcd(arguments.GetRequiredValue(Target), cancel);
        var task = await scope.Client.Create(
            new EtcdCopyBackupsTask
            {
                Metadata = new() { Namespace = scope.Home, Name = SnapshotCommand.Unique($"{source.Metadata.Name}-to-{target.Metadata.Name}") },
                Spec = new()
                {
                    SourceStore = StoreOf(source),
                    TargetStore = StoreOf(target),
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

    static StoreSpec StoreOf(Etcd etcd) =>
        etcd.Spec.Backup.Store ?? throw new UsageException($"Etcd {etcd.Key} has no store: set spec.backup.store.");

    static bool Holds(EtcdCopyBackupsTask task, string condition) => task.Status.Conditions.Any(c => c.Type == condition && c.Status == ConditionStatus.True);
}
