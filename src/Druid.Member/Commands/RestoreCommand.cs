using System.CommandLine;
using Druid.Member.Backups;
using Druid.Member.Restore;
using Druid.Member.Snapshots;
using Druid.Member.Stores;

namespace Druid.Member.Commands;

/// <summary><c>druid-member restore</c>: a data directory by hand.</summary>
static class RestoreCommand
{
    public static Command Create(LogFlags logging)
    {
        var (store, restore) = (new StoreFlags(), new RestoreFlags());
        var revision = new Option<long?>("--revision") { Description = "The last revision to restore. Default: the latest that the snapshots lead to." };
        var chosen = new Option<string?>("--snapshot") { Description = "The snapshot to restore: a full one alone, or all up to a delta." };
        var dry = new Option<bool>("--dry-run") { Description = "Touch nothing, but read what would be restored, check its hashes (unless --skip-hash-check) and tell where it leads; ends with 1 if the restore would fail or lead to less than was asked for." };
        var command = new Command("restore", "Makes a data directory of the snapshots in a store.") { revision, chosen, dry };
        foreach (var group in new FlagGroup[] { store, restore, logging }) group.AddTo(command);
        command.SetAction((parsed, cancel) => OneShot.Run(parsed, logging, async (log, stop) =>
        {
            if (parsed.GetValue(revision) is not null && parsed.GetValue(chosen) is not null) throw new FormatException("--revision and --snapshot say different things: give one of them");
            var from = store.Read(parsed, Environment.GetEnvironmentVariable) ?? throw new FormatException("--storage-provider is missing: name the store to restore from");
            await using var opened = new StoreFactory(Environment.GetEnvironmentVariable, TimeProvider.System).Open(from);
            var list = await SnapshotList.Read(opened, stop);
            var alone = Chosen(list, parsed.GetValue(chosen), opened);
            var options = restore.Read(parsed) with { UpTo = parsed.GetValue(revision) ?? (alone?.Kind == SnapshotKind.Delta ? alone.LastRevision : null) };
            if (parsed.GetValue(dry))
            {
                var problem = await RestoreRehearsal.Tell(opened, list, Chains(list, alone, options, opened), options, Console.Out, stop);
                if (problem is not null) throw new RestoreException(problem);
                return;
            }
            var restorer = new Restorer(opened, options, log, TimeProvider.System);
            _ = alone?.Kind == SnapshotKind.Full ? await restorer.Restore(Alone(alone), stop) : await restorer.Restore(stop);
        }, cancel));
        return command;
    }

    static Snapshot? Chosen(SnapshotList list, string? name, IObjectStore store) => name is null ? null
        : list.All.LastOrDefault(s => s.Name == name || s.Path == name) ?? throw new RestoreException($"{store.Description} has no snapshot {name}");

    // What a restore would try: another full snapshot will do as well where it leads to the same revision.
    static List<SnapshotChain> Chains(SnapshotList list, Snapshot? alone, RestoreOptions options, IObjectStore store)
    {
        if (alone?.Kind == SnapshotKind.Full) return [Alone(alone)];
        var best = list.Chain(options.UpTo) ?? throw new RestoreException(Restorer.NothingToRestore(store, options));
        return [.. list.Chains(options.UpTo).Where(chain => chain.LastRevision == best.LastRevision)];
    }

    static SnapshotChain Alone(Snapshot full) => new(full, [], full.LastRevision, null);
}
