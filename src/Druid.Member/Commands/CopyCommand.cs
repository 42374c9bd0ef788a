using System.CommandLine;
using Druid.Member.Backups;

namespace Druid.Member.Commands;

/// <summary><c>druid-member copy</c>.</summary>
static class CopyCommand
{
    public static Command Create(LogFlags logging)
    {
        var (what, source, destination) = (new CopyFlags(), new StoreFlags("source-"), new StoreFlags());
        var command = new Command("copy", "Copies backups from one store to another. What is there already is left alone.");
        FlagGroup[] groups = [what, source, destination];
        foreach (var group in groups) group.AddTo(command);
        return command.Runs(logging, async (parsed, stores, log, cancel) =>
        {
            var to = destination.Required(parsed);
            await using var target = stores.Open(to);
            await using var origin = stores.Open(source.Required(parsed, to));
            var copied = await new BackupCopy(origin, target, what.Read(parsed), TimeProvider.System, log).Run(cancel);
            log.Information("Copied {Count} snapshots", copied);
            return 0;
        });
    }
}

/// <summary>What <c>copy</c> copies.</summary>
sealed class CopyFlags : FlagGroup
{
    readonly Option<long> _newest;
    readonly Option<long> _age;
    readonly Option<long> _parallel;
    readonly Option<Toggle> _waits;
    readonly Option<TimeSpan> _limit;

    public CopyFlags()
    {
        _newest = Number("max-backups-to-copy", -1, -1, "How many backups to copy, the newest first; -1 for all.");
        _age = Number("max-backup-age", -1, -1, "Age in days up to which backups are copied; -1 for all.");
        _parallel = Number("max-parallel-copy-operations", 10, 1, "How many snapshots are copied at a time.");
        _waits = Switch("wait-for-final-snapshot", false, "Wait for a final full snapshot before copying.");
        _limit = Span("wait-for-final-snapshot-timeout", TimeSpan.Zero, "How long to wait for it; 0s waits for ever.");
    }

    public BackupCopyOptions Read(ParseResult parsed) => new()
    {
        Newest = parsed.GetValue(_newest) is >= 0 and var newest ? (int)Math.Min(newest, int.MaxValue) : null,
        MaxAge = parsed.GetValue(_age) is >= 0 and var days ? TimeSpan.FromDays(days) : null,
        Parallel = (int)Math.Min(parsed.GetValue(_parallel), 1000),
        WaitsForFinal = parsed.GetValue(_waits),
        WaitLimit = parsed.GetValue(_limit) is var limit && limit > TimeSpan.Zero ? limit : null,
    };
}
