using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Druid.FaultTests.Trials;

/// <summary>What was tried and what came of it, as a table for people and one for programs under <c>artifacts/faults</c>.</summary>
sealed class Report
{
    readonly ConcurrentQueue<TrialResult> _trials = [];
    readonly ConcurrentDictionary<string, int> _injected = new();
    readonly ConcurrentQueue<string> _notes = [];

    /// <summary>Adds a trial.</summary>
    public void Add(TrialResult trial) => _trials.Enqueue(trial);

    /// <summary>Adds faults by kind.</summary>
    public void Injected(IReadOnlyDictionary<string, int> faults)
    {
        foreach (var (kind, count) in faults) _injected.AddOrUpdate(kind, count, (_, n) => n + count);
    }

    /// <summary>Adds a figure in a sentence.</summary>
    public void Note(string sentence) => _notes.Enqueue(sentence);

    /// <summary>Writes both tables.</summary>
    public async Task Write()
    {
        var directory = Path.Combine(Root(AppContext.BaseDirectory), "artifacts", "faults");
        Directory.CreateDirectory(directory);
        var trials = _trials.ToList();
        await File.WriteAllLinesAsync(Path.Combine(directory, "trials.csv"),
            trials.Select(t => string.Create(CultureInfo.InvariantCulture, $"{Quoted(t.Scenario)},{Quoted(t.Where)},{t.Mode},{t.Faults},{(t.Problem is null ? "same" : "different")},{t.Took.TotalSeconds:0.0}"))
                .Prepend("scenario,where,mode,faults,end state,seconds"));
        await File.WriteAllTextAsync(Path.Combine(directory, "report.md"), Markdown(trials));
    }

    string Markdown(List<TrialResult> trials)
    {
        var text = new StringBuilder();
        text.AppendLine("# Faults").AppendLine();
        Say($"{trials.Count} end states compared, {trials.Count(t => t.Problem is not null)} of them different; {trials.Count(t => t.Faults == 0)} trials whose write did not come. {_injected.Values.Sum()} faults injected.");
        text.AppendLine();
        foreach (var note in _notes) Say($"{note}");
        Table("scenario", trials.GroupBy(t => t.Scenario));
        Table("mode", trials.GroupBy(t => t.Mode));
        text.AppendLine().AppendLine("| fault | injected |").AppendLine("|---|---|");
        foreach (var (kind, count) in _injected.OrderBy(i => i.Key, StringComparer.Ordinal)) Say($"| {kind} | {count} |");
        if (trials.Any(t => t.Problem is not null)) text.AppendLine().AppendLine("## Different").AppendLine();
        foreach (var bad in trials.Where(t => t.Problem is not null)) Say($"- {bad.Scenario}, {bad.Where}, {bad.Mode}: {bad.Problem}");
        return text.ToString();

        void Say(FormattableString line) => text.AppendLine(line.ToString(CultureInfo.InvariantCulture));

        void Table(string by, IEnumerable<IGrouping<string, TrialResult>> groups)
        {
            text.AppendLine();
            Say($"| {by} | end states compared | different | faults | seconds, each |");
            text.AppendLine("|---|---|---|---|---|");
            foreach (var group in groups) Say($"| {group.Key} | {group.Count()} | {group.Count(t => t.Problem is not null)} | {group.Sum(t => t.Faults)} | {group.Average(t => t.Took.TotalSeconds):0.0} |");
        }
    }

    static string Quoted(string text) => $"\"{text}\"";

    static string Root(string directory) => File.Exists(Path.Combine(directory, "Druid.slnx")) ? directory : Root(Path.GetDirectoryName(directory)!);
}
