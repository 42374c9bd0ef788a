namespace Druid.Prove;

/// <summary>Writes the figures into docs/proof.md, between the marks that say where they go.</summary>
static class ProofPage
{
    /// <summary>Replaces the tables; after a quick run only the rows of what was explored, and no time.</summary>
    public static void Update(string page, Report report, bool quick)
    {
        var text = File.ReadAllText(page);
        text = Replace(text, "mutants", report.Mutants);
        if (quick)
        {
            var rows = report.Figures.Split('\n').Where(row => row.StartsWith("| ", StringComparison.Ordinal)).ToDictionary(NameOf);
            text = string.Join('\n', text.Split('\n').Select(line => line.StartsWith("| ", StringComparison.Ordinal) && rows.TryGetValue(NameOf(line), out var row) && line.Count(c => c == '|') == row.Count(c => c == '|') ? row : line));
        }
        else
        {
            text = Replace(text, "figures", report.Figures);
            text = Replace(text, "speeds", $"{report.Summary}.\n\n{report.Speeds}");
        }
        File.WriteAllText(page, text);
    }

    /// <summary>Replaces one section.</summary>
    public static void Update(string page, string section, string with) => File.WriteAllText(page, Replace(File.ReadAllText(page), section, with));

    static string NameOf(string row) => row.Split('|')[1].Trim();

    static string Replace(string text, string section, string with)
    {
        var (begin, end) = ($"<!-- {section} -->\n", $"<!-- end of {section} -->");
        var (from, to) = (text.IndexOf(begin, StringComparison.Ordinal), text.IndexOf(end, StringComparison.Ordinal));
        return from >= 0 && to > from
            ? text[..(from + begin.Length)] + with + text[to..]
            : throw new InvalidOperationException($"The page has no section between '{begin.Trim()}' and '{end}'; put them back.");
    }
}
