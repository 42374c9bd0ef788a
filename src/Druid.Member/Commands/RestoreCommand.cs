using System.CommandLine;
using System.Globalization;
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
        var dry = new Option<bool>("--dry-run") { Description = "Only print what would be restored." };
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
            var chain = alone?.Kind == SnapshotKind.Full ? new(alone, [], alone.LastRevision, null) : list.Chain(options.UpTo);
            if (parsed.GetValue(dry))
            {
                Print(chain ?? throw new RestoreException($"{opened.Description} has nothing to restore from"), options, Console.Out);
                return;
            }
            var restorer = new Restorer(opened, options, log, TimeProvider.System);
            _ = alone?.Kind == SnapshotKind.Full ? await restorer.Restore(chain!, stop) : await restorer.Restore(stop);
        }, cancel));
        return command;
    }

    static Snapshot? Chosen(SnapshotList list, string? name, IObjectStore store) => name is null ? null
        : list.All.LastOrDefault(s => s.Name == name || s.Path == name) ?? throw new RestoreException($"{store.Description} has no snapshot {name}");

    /// <summary>Tells what a restore would do.</summary>
    internal static void Print(SnapshotChain chain, RestoreOptions options, TextWriter output)
    {
        output.WriteLine($"base    {chain.Base.Path,-60} {Size(chain.Base.Size),12} {chain.Base.CreatedOn.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z");
        foreach (var delta in chain.Deltas) output.WriteLine($"delta   {delta.Path,-60} {Size(delta.Size),12} {delta.CreatedOn.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"leads to revision {chain.LastRevision} in {options.DataDirectory}, as member {options.Name}"));
        if (options.UpTo is { } wanted && wanted > chain.LastRevision) output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"WARNING revision {wanted} is in no snapshot that can be reached"));
        if (chain.Gap is { } gap) output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"WARNING revision {gap} is in no snapshot: later ones cannot be restored"));
        if (Directory.Exists(options.DataDirectory)) output.WriteLine($"WARNING {options.DataDirectory} exists: a restore would refuse to replace it");
    }

    static string Size(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0 / 1024.0:0.00} MB");
}
