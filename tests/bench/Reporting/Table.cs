using System.Globalization;

namespace Druid.MemberBench.Reporting;

/// <summary>Figures as a table to compute with: <c>figure,value,unit,mark</c>.</summary>
static class Table
{
    const string Header = "figure,value,unit,mark";

    /// <summary>The figures of an earlier run; none if there was none.</summary>
    /// <exception cref="FormatException">The file is no such table; the message names the line.</exception>
    public static async Task<IReadOnlyList<Figure>> Read(string file, CancellationToken cancel)
    {
        if (!File.Exists(file)) return [];
        var figures = new List<Figure>();
        foreach (var line in (await File.ReadAllLinesAsync(file, cancel)).Skip(1))
        {
            // Names have commas and stand in quotes; the rest has neither.
            var end = line.LastIndexOf('"');
            if (end <= 0 || line[1..end].Split(": ", 2) is not [var scenario, var name] || line[(end + 1)..].Split(',') is not ["", var value, var unit, var mark])
                throw new FormatException($"{file}: '{line}' is not \"scenario: figure\",value,unit,mark");
            figures.Add(new(scenario, name, double.Parse(value, CultureInfo.InvariantCulture), unit, mark.Length > 0 ? double.Parse(mark, CultureInfo.InvariantCulture) : null));
        }
        return figures;
    }

    /// <summary>Writes figures.</summary>
    public static Task Write(string file, IEnumerable<Figure> figures, CancellationToken cancel) =>
        File.WriteAllLinesAsync(file, [Header, .. figures.Select(f => string.Create(CultureInfo.InvariantCulture, $"\"{f.Key}\",{f.Value:0.####},{f.Unit},{f.Most}"))], cancel);
}
