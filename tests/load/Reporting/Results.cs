using System.Globalization;
using Druid.LoadTests.Scenarios;

namespace Druid.LoadTests.Reporting;

/// <summary>What runs measured as a table to compute with: <c>scenario,clusters,figure,value,unit</c>.</summary>
static class Results
{
    const string Header = "scenario,clusters,figure,value,unit";

    /// <summary>An earlier result; empty where there is none.</summary>
    /// <exception cref="FormatException">The file is no such table; the message names the line.</exception>
    public static async Task<IReadOnlyList<Outcome>> Read(string file, CancellationToken cancel)
    {
        if (!File.Exists(file)) return [];
        var rows = (await File.ReadAllLinesAsync(file, cancel)).Skip(1).Select(line =>
            // Only the figure's name may hold commas, and it stands in quotes.
            line.Split('"') is [var before, var name, var after] && before.Split(',') is [var scenario, var clusters, ""] && after.Split(',') is ["", var value, var unit]
                ? (Scenario: scenario, Clusters: int.Parse(clusters, CultureInfo.InvariantCulture), Figure: new Figure(name, double.Parse(value, CultureInfo.InvariantCulture), unit))
                : throw new FormatException($"{file}: '{line}' is not {Header} with the figure in quotes"));
        return [.. rows.GroupBy(r => (r.Scenario, r.Clusters)).Select(g => new Outcome(g.Key.Scenario, g.Key.Clusters, [.. g.Select(r => r.Figure)]))];
    }

    /// <summary>Writes a result.</summary>
    public static Task Write(string file, IEnumerable<Outcome> outcomes, CancellationToken cancel) => File.WriteAllLinesAsync(file,
        [Header, .. outcomes.SelectMany(o => o.Figures.Select(f => string.Create(CultureInfo.InvariantCulture, $"{o.Scenario},{o.Clusters},\"{f.Name}\",{f.Value:0.####},{f.Unit}")))], cancel);

    /// <summary>The later outcomes, and of the earlier ones those that were not measured again.</summary>
    public static IReadOnlyList<Outcome> Merge(IReadOnlyList<Outcome> earlier, IReadOnlyList<Outcome> later) =>
        [.. later.Concat(earlier.Where(e => !later.Any(l => l.Scenario == e.Scenario && l.Clusters == e.Clusters))).OrderBy(o => o.Clusters)];
}
