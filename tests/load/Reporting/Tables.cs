using System.Globalization;
using System.Text;
using Druid.LoadTests.Scenarios;

namespace Druid.LoadTests.Reporting;

/// <summary>What was measured, to read.</summary>
static class Tables
{
    /// <summary>The figures that a run is judged by: against their marks, at each number of clusters, and as ratios of the last result.</summary>
    public static string Summary(IReadOnlyList<Outcome> outcomes, IReadOnlyList<Outcome> last)
    {
        var sizes = outcomes.Select(o => o.Clusters).Distinct().Order().ToList();
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"| figure | mark | {string.Join(" | ", sizes.Select(n => n.ToString("#,0", CultureInfo.InvariantCulture)))} |\n");
        text.Append(CultureInfo.InvariantCulture, $"|---|---:|{string.Concat(sizes.Select(_ => "---:|"))}\n");
        foreach (var mark in Mark.All)
        {
            var cells = sizes.Select(n => Cell(mark, n, Find(outcomes, mark, n), Find(last, mark, n))).ToList();
            if (cells.TrueForAll(c => c.Length == 0)) continue;
            var unit = outcomes.Where(o => o.Scenario == mark.Scenario).Select(o => o.Find(mark.Figure)?.Unit).FirstOrDefault(u => u is not null) ?? "";
            var most = mark.Most is { } value ? $"≤ {Number(new("", value, unit))}{(mark.At is { } at ? $" at {at:#,0}" : "")}" : "";
            text.Append(CultureInfo.InvariantCulture, $"| {mark.Scenario}: {mark.Figure} | {most} | {string.Join(" | ", cells)} |\n");
        }
        return text.ToString();
    }

    /// <summary>One table a scenario: all figures down, numbers of clusters across.</summary>
    public static string Whole(IReadOnlyList<Outcome> outcomes)
    {
        var text = new StringBuilder();
        foreach (var scenario in outcomes.GroupBy(o => o.Scenario))
        {
            var columns = scenario.OrderBy(o => o.Clusters).ToList();
            text.Append(CultureInfo.InvariantCulture, $"## {scenario.Key}\n\n| clusters | {string.Join(" | ", columns.Select(c => c.Clusters.ToString("#,0", CultureInfo.InvariantCulture)))} |\n");
            text.Append(CultureInfo.InvariantCulture, $"|---|{string.Concat(columns.Select(_ => "---:|"))}\n");
            foreach (var name in columns.SelectMany(c => c.Figures.Select(f => f.Name)).Distinct())
            {
                text.Append(CultureInfo.InvariantCulture, $"| {name} | {string.Join(" | ", columns.Select(c => c.Find(name) is { } f ? Number(f) : ""))} |\n");
            }
            text.Append('\n');
        }
        return text.ToString();
    }

    /// <summary>A number with its unit, as exact as it is worth.</summary>
    public static string Number(Figure figure) => figure.Unit switch
    {
        _ when !double.IsFinite(figure.Value) => double.IsNaN(figure.Value) ? "–" : "beyond 10 s",
        "" => figure.Value.ToString("#,0", CultureInfo.InvariantCulture),
        "each" => figure.Value.ToString("0.##", CultureInfo.InvariantCulture),
        "MB" or "KB" => figure.Value.ToString("#,0", CultureInfo.InvariantCulture) + " " + figure.Unit,
        _ => figure.Value.ToString(figure.Value < 1 ? "0.###" : "0.0", CultureInfo.InvariantCulture) + " " + figure.Unit,
    };

    static Figure? Find(IReadOnlyList<Outcome> outcomes, Mark mark, int clusters) =>
        outcomes.FirstOrDefault(o => o.Scenario == mark.Scenario && o.Clusters == clusters)?.Find(mark.Figure);

    static string Cell(Mark mark, int clusters, Figure? now, Figure? before)
    {
        if (now is null) return "";
        var number = mark.IsMet(now.Value, clusters) is false ? $"**{Number(now)}**" : Number(now);
        return before is { Value: > 0 } && double.IsFinite(now.Value) ? number + string.Create(CultureInfo.InvariantCulture, $" (×{now.Value / before.Value:0.00})") : number;
    }
}
