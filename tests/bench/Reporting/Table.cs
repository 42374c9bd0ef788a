using System.Globalization;

namespace Druid.MemberBench.Reporting;

/// <summary>Figures as a table to compute with: <c>figure,value,unit</c>.</summary>
static class Table
{
    const string Header = "figure,value,unit";

    /// <summary>The values of an earlier run by their figures; none if there was none.</summary>
    /// <exception cref="FormatException">The file is no such table; the message names the line.</exception>
    public static async Task<IReadOnlyDictionary<string, double>> Read(string file, CancellationToken cancel)
    {
        if (!File.Exists(file)) return new Dictionary<string, double>();
        var values = new Dictionary<string, double>();
        foreach (var line in (await File.ReadAllLinesAsync(file, cancel)).Skip(1))
        {
            // Names have commas and stand in quotes; the rest has neither.
            var end = line.LastIndexOf('"');
            if (end <= 0 || line[(end + 1)..].Split(',') is not ["", var value, _]) throw new FormatException($"{file}: '{line}' is not \"figure\",value,unit");
            values[line[1..end]] = double.Parse(value, CultureInfo.InvariantCulture);
        }
        return values;
    }

    /// <summary>Writes figures.</summary>
    public static Task Write(string file, IEnumerable<Figure> figures, CancellationToken cancel) =>
        File.WriteAllLinesAsync(file, [Header, .. figures.Select(f => string.Create(CultureInfo.InvariantCulture, $"\"{f.Key}\",{f.Value:0.####},{f.Unit}"))], cancel);
}
