using System.Globalization;
using System.Text;
using Druid.LoadTests.Measuring;
using Druid.LoadTests.Scenarios;

namespace Druid.LoadTests.Reporting;

/// <summary>Writes what a run measured: a table to read, a table to compute with, and pictures.</summary>
static class Report
{
    /// <summary>Writes <c>load.md</c>, <c>load.csv</c>, <c>timeline.csv</c> and a picture for each number of clusters.</summary>
    public static async Task Write(string directory, IReadOnlyList<Outcome> outcomes, IReadOnlyDictionary<int, IReadOnlyList<Moment>> timelines, CancellationToken cancel)
    {
        await File.WriteAllTextAsync(Path.Combine(directory, "load.md"), Markdown(outcomes), cancel);
        await File.WriteAllLinesAsync(Path.Combine(directory, "load.csv"),
            ["scenario,clusters,figure,value,unit", .. outcomes.SelectMany(o => o.Figures.Select(f => $"{o.Scenario},{o.Clusters},\"{f.Name}\",{Invariant(f.Value)},{f.Unit}"))], cancel);
        await File.WriteAllLinesAsync(Path.Combine(directory, "timeline.csv"),
            ["course,seconds,scenario,clusters,statefulsets,ready,cpu_seconds,resident_mb,own_mb,requests", .. timelines.SelectMany(t => t.Value.Select(m => Row(t.Key, m)))], cancel);
        foreach (var (clusters, moments) in timelines)
        {
            await File.WriteAllTextAsync(Path.Combine(directory, $"timeline-{clusters}.svg"), Plot.Render($"{clusters} clusters of three members", moments), cancel);
        }
    }

    /// <summary>One table a scenario: figures down, numbers of clusters across.</summary>
    public static string Markdown(IReadOnlyList<Outcome> outcomes)
    {
        var text = new StringBuilder();
        foreach (var scenario in outcomes.GroupBy(o => o.Scenario))
        {
            var columns = scenario.OrderBy(o => o.Clusters).ToList();
            var figures = columns.SelectMany(c => c.Figures.Select(f => (f.Name, f.Unit))).Distinct();
            text.AppendLine(CultureInfo.InvariantCulture, $"## {scenario.Key}").AppendLine();
            text.AppendLine(CultureInfo.InvariantCulture, $"| clusters | {string.Join(" | ", columns.Select(c => c.Clusters))} |");
            text.AppendLine(CultureInfo.InvariantCulture, $"|---|{string.Concat(columns.Select(_ => "---:|"))}");
            foreach (var (name, unit) in figures)
            {
                var cells = columns.Select(c => c.Figures.FirstOrDefault(f => f.Name == name) is { } f ? Readable(f) : "");
                text.AppendLine(CultureInfo.InvariantCulture, $"| {name}{(unit.Length > 0 ? $" ({unit})" : "")} | {string.Join(" | ", cells)} |");
            }
            text.AppendLine();
        }
        return text.ToString();
    }

    static string Readable(Figure figure) => figure.Unit switch
    {
        _ when double.IsNaN(figure.Value) => "–",
        "" => figure.Value.ToString("#,0", CultureInfo.InvariantCulture),
        "MB" => figure.Value.ToString("0", CultureInfo.InvariantCulture),
        _ => figure.Value.ToString("0.0##", CultureInfo.InvariantCulture),
    };

    static string Row(int course, Moment m) => string.Create(CultureInfo.InvariantCulture,
        $"{course},{m.Seconds:0.0},{m.Scenario},{m.Clusters},{m.StatefulSets},{m.Ready},{m.Operator.CpuSeconds:0.00},{m.Operator.ResidentMegabytes:0.0},{m.Operator.OwnMegabytes:0.0},{m.Operator.AllRequests:0}");

    static string Invariant(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
