using System.Globalization;
using Druid.LoadTests.Measuring;
using Druid.LoadTests.Scenarios;

namespace Druid.LoadTests.Reporting;

/// <summary>Writes what a run measured: tables to read, tables to compute with, and pictures.</summary>
/// <param name="directory">Where it goes.</param>
/// <param name="last">The result to compare with.</param>
sealed class Report(string directory, IReadOnlyList<Outcome> last)
{
    const string Begin = "<!-- operator -->\n", End = "<!-- end of operator -->";

    /// <summary>Writes <c>load.md</c>, <c>load.csv</c>, <c>growth.svg</c>, <c>timeline.csv</c> and a picture for each number of clusters.</summary>
    public async Task Write(IReadOnlyList<Outcome> outcomes, IReadOnlyDictionary<int, IReadOnlyList<Moment>> timelines, CancellationToken cancel)
    {
        Directory.CreateDirectory(directory);
        await File.WriteAllTextAsync(Path.Combine(directory, "load.md"), $"# Load\n\n{Tables.Summary(outcomes, last)}\n{Tables.Whole(outcomes)}", cancel);
        await Results.Write(Path.Combine(directory, "load.csv"), outcomes, cancel);
        await File.WriteAllTextAsync(Path.Combine(directory, "growth.svg"), Growth.Render(outcomes), cancel);
        await File.WriteAllLinesAsync(Path.Combine(directory, "timeline.csv"),
            ["course,seconds,scenario,clusters,statefulsets,ready,cpu_seconds,resident_mb,own_mb,heap_mb,requests", .. timelines.SelectMany(t => t.Value.Select(m => Row(t.Key, m)))], cancel);
        foreach (var (clusters, moments) in timelines)
        {
            await File.WriteAllTextAsync(Path.Combine(directory, $"timeline-{clusters}.svg"), Plot.Render($"{clusters} clusters of three members", moments), cancel);
        }
    }

    /// <summary>The table to read, with ratios of the last result.</summary>
    public string Summary(IReadOnlyList<Outcome> outcomes) => Tables.Summary(outcomes, last);

    /// <summary>Writes the summary into a page and keeps the figures, tables and pictures beside it as the result that later runs are compared with.</summary>
    /// <exception cref="InvalidOperationException">The page has no place for it.</exception>
    public async Task Publish(string page, string kept, IReadOnlyList<Outcome> outcomes, IReadOnlyDictionary<int, IReadOnlyList<Moment>> timelines, CancellationToken cancel)
    {
        var text = await File.ReadAllTextAsync(page, cancel);
        var (from, to) = (text.IndexOf(Begin, StringComparison.Ordinal), text.IndexOf(End, StringComparison.Ordinal));
        if (from < 0 || to < from) throw new InvalidOperationException($"{page} has no section between '{Begin.Trim()}' and '{End}'; put them back");
        // Sizes that were not run this time keep what they had.
        var all = Results.Merge(last, outcomes);
        var measuredAgain = last.Where(l => outcomes.Any(o => o.Scenario == l.Scenario && o.Clusters == l.Clusters)).ToList();
        await File.WriteAllTextAsync(page, text[..(from + Begin.Length)] + Tables.Summary(all, measuredAgain) + text[to..], cancel);
        await Results.Write(kept, all, cancel);
        await File.WriteAllTextAsync(Path.ChangeExtension(kept, ".md"), $"# Operator under load: all figures\n\nThe summary, and how this was measured: [performance](../performance.md).\n\n{Tables.Whole(all)}", cancel);
        await File.WriteAllTextAsync(Path.ChangeExtension(kept, ".svg"), Growth.Render(all), cancel);
        if (timelines.Count == 0) return;
        var (clusters, moments) = timelines.MaxBy(t => t.Key);
        await File.WriteAllTextAsync(Path.Combine(Path.GetDirectoryName(kept)!, "operator-timeline.svg"), Plot.Render($"{clusters:#,0} clusters of three members", moments), cancel);
    }

    static string Row(int course, Moment m) => string.Create(CultureInfo.InvariantCulture,
        $"{course},{m.Seconds:0.0},{m.Scenario},{m.Clusters},{m.StatefulSets},{m.Ready},{m.Operator.CpuSeconds:0.00},{m.Operator.ResidentMegabytes:0.0},{m.Operator.OwnMegabytes:0.0},{m.Operator.HeapMegabytes:0.0},{m.Operator.AllRequests:0}");
}
