using System.Globalization;
using System.Text;

namespace Druid.EndToEndTests;

/// <summary>What the scenarios measured, for <c>artifacts/e2e</c>: a table to read and one to compute with.</summary>
sealed class Report
{
    readonly List<Line> lines = [];

    /// <summary>One scenario under a workload.</summary>
    /// <param name="Scenario">The test's name.</param>
    /// <param name="Writes">Acknowledged, all found again.</param>
    /// <param name="Reads">Linearizable reads, all consistent.</param>
    /// <param name="Refused">Requests without success.</param>
    /// <param name="LongestGap">Between two acknowledged writes of one client.</param>
    public sealed record Line(string Scenario, int Writes, int Reads, int Refused, TimeSpan LongestGap);

    public void Add(Line line)
    {
        lock (lines)
        {
            lines.Add(line);
        }
    }

    /// <summary>Writes <c>report.md</c> and <c>report.csv</c>.</summary>
    public void Save(string directory)
    {
        Directory.CreateDirectory(directory);
        var table = new StringBuilder("| scenario | writes kept | reads consistent | requests refused | longest without a write, ms |\n|---|---:|---:|---:|---:|\n");
        var csv = new StringBuilder("scenario,writes,reads,refused,unavailable_ms\n");
        foreach (var (scenario, writes, reads, refused, gap) in lines)
        {
            table.Append(CultureInfo.InvariantCulture, $"| {scenario.Replace('_', ' ')} | {writes} | {reads} | {refused} | {gap.TotalMilliseconds:0} |\n");
            csv.Append(CultureInfo.InvariantCulture, $"{scenario},{writes},{reads},{refused},{gap.TotalMilliseconds:0}\n");
        }
        File.WriteAllText(Path.Combine(directory, "report.md"), table.ToString());
        File.WriteAllText(Path.Combine(directory, "report.csv"), csv.ToString());
    }
}
