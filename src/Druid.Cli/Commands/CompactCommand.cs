using System.CommandLine;
using System.Globalization;
using Druid.Api;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;

namespace Druid.Cli.Commands;

/// <summary><c>druid compact NAME</c>: has the delta snapshots there are compacted into a full one, however few they are.</summary>
static class CompactCommand
{
    static readonly Argument<string> Name = Completions.Etcd("name", "Name of an Etcd.");

    public static Command Create(Terminal terminal)
    {
        var command = new Command("compact", "Has the delta snapshots of a cluster compacted into a full one now.") { Name };
        var waiting = new Waiting(command, "Wait until they are.");
        command.SetAction((arguments, cancel) => Run(arguments, waiting, terminal, cancel));
        return command;
    }

    static async Task<int> Run(ParseResult arguments, Waiting waiting, Terminal terminal, CancellationToken cancel)
    {
        using var scope = Scope.Of(arguments);
        var etcd = await scope.Etcd(arguments.GetRequiredValue(Name), cancel);
        if (etcd.Spec.Backup.Store is null)
        {
            throw new UsageException($"Etcd {etcd.Key} has no store, so there is nothing to compact: set spec.backup.store.");
        }
        var (full, delta) = (await Revision(scope, etcd, Names.FullSnapshotLease(etcd), cancel), await Revision(scope, etcd, Names.DeltaSnapshotLease(etcd), cancel));
        if (delta <= full)
        {
            terminal.Line($"{etcd.Key} has nothing to compact: its last full snapshot holds revision {full}, and no delta is newer");
            return ExitCode.Done;
        }
        await scope.Client.Patch<Etcd>(etcd.Key, PatchKind.Merge, AnnotationCommands.Patch(Annotations.CompactUpTo, delta.ToString(CultureInfo.InvariantCulture)), cancel: cancel);
        terminal.Line($"{etcd.Key} is asked to compact revisions {full + 1} to {delta}");
        if (!waiting.IsWanted(arguments))
        {
            return ExitCode.Done;
        }
        await waiting.Until<Lease>(
            arguments, scope.Client, etcd.Key with { Name = Names.FullSnapshotLease(etcd) }, lease => RevisionOf(lease) >= delta,
            lease => $"the last full snapshot holds revision {RevisionOf(lease)} of {delta}", terminal, cancel);
        terminal.Line($"{etcd.Key} is compacted up to revision {delta}");
        return ExitCode.Done;
    }

    static async Task<long> Revision(Scope scope, Etcd etcd, string lease, CancellationToken cancel) =>
        RevisionOf(await scope.Client.TryGet<Lease>(etcd.Key with { Name = lease }, cancel));

    static long RevisionOf(Lease? lease) =>
        long.TryParse(lease?.Spec?.HolderIdentity, NumberStyles.None, CultureInfo.InvariantCulture, out var revision) ? revision : 0;
}
