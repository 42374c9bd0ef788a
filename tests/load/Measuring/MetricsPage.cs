using System.Globalization;

namespace Druid.LoadTests.Measuring;

/// <summary>A page in the text format of Prometheus.</summary>
sealed class MetricsPage
{
    readonly List<(string Name, string Labels, double Value)> _series = [];

    /// <summary>Reads a page.</summary>
    /// <exception cref="FormatException">A line is no sample.</exception>
    public MetricsPage(string text)
    {
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => l[0] != '#'))
        {
            var space = line.LastIndexOf(' ');
            var brace = line.IndexOf('{', StringComparison.Ordinal);
            var name = line[..(brace < 0 ? space : brace)];
            _series.Add((name, brace < 0 ? "" : line[brace..space], double.Parse(line[(space + 1)..], CultureInfo.InvariantCulture)));
        }
    }

    /// <summary>The sum of a family's series whose labels contain all of these, as in <c>verb="list"</c>.</summary>
    public double Sum(string name, params string[] labels) =>
        _series.Where(s => s.Name == name && labels.All(l => s.Labels.Contains(l, StringComparison.Ordinal))).Sum(s => s.Value);

    /// <summary>The sums of a family by the value of one label.</summary>
    public IReadOnlyDictionary<string, double> By(string name, string label) => _series
        .Where(s => s.Name == name)
        .GroupBy(s => ValueOf(s.Labels, label))
        .ToDictionary(g => g.Key, g => g.Sum(s => s.Value));

    /// <summary>The upper bound of the bucket in which a quantile of a histogram lies, between two pages; NaN without samples.</summary>
    public double Quantile(MetricsPage before, string name, double quantile)
    {
        var buckets = By($"{name}_bucket", "le")
            .Select(b => (Bound: b.Key == "+Inf" ? double.PositiveInfinity : double.Parse(b.Key, CultureInfo.InvariantCulture), Count: b.Value - before.By($"{name}_bucket", "le").GetValueOrDefault(b.Key)))
            .OrderBy(b => b.Bound).ToList();
        if (buckets.Count == 0 || buckets[^1].Count == 0) return double.NaN;
        return buckets.First(b => b.Count >= quantile * buckets[^1].Count).Bound;
    }

    static string ValueOf(string labels, string label)
    {
        var at = labels.IndexOf($"{label}=\"", StringComparison.Ordinal);
        if (at < 0) return "";
        at += label.Length + 2;
        return labels[at..labels.IndexOf('"', at)];
    }
}
