using System.CommandLine;
using Druid.Member.Backups;
using Druid.Member.Snapshots;

namespace Druid.Member.Commands;

/// <summary><c>druid-member snapshot list</c>, <c>snapshot verify</c> and <c>inspect</c>: what a store holds, and whether it is any good.</summary>
static class SnapshotCommand
{
    public static Command Create() => new("snapshot", "Snapshots by hand: what a store holds, whether it can be restored, one more.") { List(), Verify(), SnapshotTakeCommand.Create(new()) };

    /// <summary><c>inspect</c>: the table, and a picture.</summary>
    public static Command Inspect()
    {
        var store = new StoreFlags();
        var picture = new PictureFlags();
        var command = new Command("inspect", "Shows what a store holds: snapshots, sizes, gaps, what is excluded or immutable, and where a restore would lead.");
        store.AddTo(command);
        picture.AddTo(command);
        return command.Runs(new(), async (parsed, stores, log, cancel) =>
        {
            await using var opened = stores.Open(store.Required(parsed));
            var list = await SnapshotList.Read(opened, cancel);
            var now = TimeProvider.System.GetUtcNow();
            await Print([opened.Description, "", .. SnapshotTable.Lines(list, now)]);
            if (picture.File(parsed) is { } file)
            {
                await File.WriteAllTextAsync(file, SnapshotTimeline.Svg(list, opened.Description, now), cancel);
                log.Information("The timeline is in {File}", file);
            }
            return list.Chain() is { Gap: null } ? 0 : 1;
        });
    }

    static Command List()
    {
        var store = new StoreFlags();
        var command = new Command("list", "Lists the snapshots in a store.");
        store.AddTo(command);
        return command.Runs(new(), async (parsed, stores, _, cancel) =>
        {
            await using var opened = stores.Open(store.Required(parsed));
            await Print(SnapshotTable.Lines(await SnapshotList.Read(opened, cancel), TimeProvider.System.GetUtcNow()));
            return 0;
        });
    }

    static Command Verify()
    {
        var store = new StoreFlags();
        var names = new Argument<string[]>("names") { Description = "Snapshots by name or path; all of them if none is given.", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("verify", "Reads snapshots to their end and checks compression, hashes and revisions.");
        command.Arguments.Add(names);
        store.AddTo(command);
        return command.Runs(new(), async (parsed, stores, _, cancel) =>
        {
            await using var opened = stores.Open(store.Required(parsed));
            var list = await SnapshotList.Read(opened, cancel);
            var chosen = Chosen(list, parsed.GetValue(names) ?? [], opened.Description);
            var damaged = 0;
            foreach (var snapshot in chosen)
            {
                var verified = await SnapshotVerification.Verify(opened, snapshot, cancel);
                if (verified.Damage is not null) damaged++;
                await Print([verified.Damage is { } damage
                    ? $"DAMAGED  {snapshot.Path}: {damage}"
                    : $"ok       {snapshot.Path}: {SnapshotTable.Size(snapshot.Size)}, {(snapshot.Kind == SnapshotKind.Full ? $"{SnapshotTable.Size(verified.Bytes)} of database" : $"{verified.Events} events")}"]);
            }
            await Print([$"{chosen.Count - damaged} of {chosen.Count} snapshots are sound"]);
            return damaged == 0 ? 0 : 1;
        });
    }

    static List<Snapshot> Chosen(SnapshotList list, string[] names, string store)
    {
        if (names.Length == 0) return [.. list.All];
        return [.. names.Select(name => list.All.FirstOrDefault(snapshot => snapshot.Name == name || snapshot.Path == name)
            ?? throw new FormatException($"there is no snapshot '{name}' in {store}: druid-member snapshot list shows them"))];
    }

    static async Task Print(IEnumerable<string> lines)
    {
        foreach (var line in lines) await Console.Out.WriteLineAsync(line);
    }

    sealed class PictureFlags : FlagGroup
    {
        readonly Option<string?> _file;

        public PictureFlags() => _file = OptionalText("svg", "File to draw a timeline of the store into.");

        public string? File(ParseResult parsed) => parsed.GetValue(_file);
    }
}
