using System.Globalization;
using System.Text;

namespace Druid.MemberBench.Reporting;

/// <summary>What a run measured: a table to read, with the marks and the last result beside it, a table to compute with, a picture.</summary>
/// <param name="directory">Where it goes.</param>
/// <param name="last">The result to compare with.</param>
sealed class Report(string directory, IReadOnlyList<Figure> last)
{
    readonly Dictionary<string, double> _last = last.ToDictionary(f => f.Key, f => f.Value);

    /// <summary>Writes <c>member.md</c>, <c>member.csv</c> and <c>member.svg</c>.</summary>
    public async Task Write(IReadOnlyList<Figure> figures, CancellationToken cancel)
    {
        Directory.CreateDirectory(directory);
        await File.WriteAllTextAsync(Path.Combine(directory, "member.md"), Markdown(figures), cancel);
        await Table.Write(Path.Combine(directory, "member.csv"), figures, cancel);
        await File.WriteAllTextAsync(Path.Combine(directory, "member.svg"), Bars.Render(figures), cancel);
    }

    /// <summary>
    /// Writes the table into a page and keeps the figures as the result that later runs are compared with. Scenarios that were not run
    /// keep the figures that they have.
    /// </summary>
    /// <exception cref="InvalidOperationException">The page has no place for it.</exception>
    public async Task Publish(string page, string kept, IReadOnlyList<Figure> figures, CancellationToken cancel)
    {
        const string begin = "<!-- agent -->\n", end = "<!-- end of agent -->";
        var text = await File.ReadAllTextAsync(page, cancel);
        var (from, to) = (text.IndexOf(begin, StringComparison.Ordinal), text.IndexOf(end, StringComparison.Ordinal));
        if (from < 0 || to < from) throw new InvalidOperationException($"{page} has no section between '{begin.Trim()}' and '{end}'; put them back");
        var all = WithThoseNotRun(figures);
        await File.WriteAllTextAsync(page, text[..(from + begin.Length)] + Markdown(all) + text[to..], cancel);
        await Table.Write(kept, all, cancel);
        await File.WriteAllTextAsync(Path.ChangeExtension(kept, ".svg"), Bars.Render(all), cancel);
    }

    List<Figure> WithThoseNotRun(IReadOnlyList<Figure> figures)
    {
        var run = figures.ToLookup(f => f.Scenario);
        var known = last.GroupBy(f => f.Scenario).ToList();
        return [.. known.SelectMany(s => run.Contains(s.Key) ? run[s.Key] : s), .. figures.Where(f => known.All(s => s.Key != f.Scenario))];
    }

    /// <summary>The table to read.</summary>
    public string Markdown(IReadOnlyList<Figure> figures)
    {
        var text = new StringBuilder("| figure | measured | mark | | last result | ratio |\n|---|---:|---:|---|---:|---:|\n");
        foreach (var figure in figures)
        {
            var (mark, verdict) = figure.Most is { } most ? ($"≤ {Number(most, figure.Unit)}", figure.Value <= most ? "met" : "**missed**") : ("", "");
            var (earlier, ratio) = _last.TryGetValue(figure.Key, out var value) && value != figure.Value ? (Number(value, figure.Unit), value > 0 ? (figure.Value / value).ToString("0.00", CultureInfo.InvariantCulture) : "") : ("", "");
            text.Append(CultureInfo.InvariantCulture, $"| {figure.Key} | {Number(figure.Value, figure.Unit)} | {mark} | {verdict} | {earlier} | {ratio} |\n");
        }
        return text.ToString();
    }

    /// <summary>A number with its unit, as exact as it is worth.</summary>
    public static string Number(double value, string unit) =>
        value.ToString(unit switch { "events/s" => "#,0", "MB" or "ms" => "0", _ => "0.0#" }, CultureInfo.InvariantCulture) + (unit.Length > 0 ? " " + unit : "");
}
