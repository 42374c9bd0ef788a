namespace Druid.Profile;

/// <summary>
/// The file in which a project keeps what of it runs: an assembly in brackets, then a line for each type with the
/// names of its methods and their numbers of parameters, a tilde after what ran seldom; all in order, so that a change of it can be reviewed.
/// </summary>
static class MethodList
{
    /// <summary>Reads such a file.</summary>
    /// <exception cref="FormatException">A line is not as it should be; says which.</exception>
    public static IEnumerable<UsedMethod> Read(string file)
    {
        string? assembly = null;
        var number = 0;
        foreach (var line in File.ReadLines(file))
        {
            number++;
            if (line.Length == 0 || line[0] == '#') continue;
            if (line[0] == '[' && line[^1] == ']')
            {
                assembly = line[1..^1];
                continue;
            }
            var words = line.Split(' ');
            if (assembly is null || words.Length < 2) throw Wrong();
            foreach (var word in words.Skip(1))
            {
                var slash = word.LastIndexOf('/');
                var isSeldom = word.EndsWith('~');
                if (slash <= 0 || !int.TryParse(word.AsSpan(slash + 1).TrimEnd('~'), out var parameters)) throw Wrong();
                yield return new(assembly, words[0], word[..slash], parameters, isSeldom);
            }

            FormatException Wrong() => new($"{file}:{number}: expected \"[assembly]\" or \"type method/parameters[~] ...\"; record it anew with hack/profile");
        }
    }

    /// <summary>Writes such a file.</summary>
    public static void Write(string file, IEnumerable<UsedMethod> methods)
    {
        using var writer = new StreamWriter(file) { NewLine = "\n" };
        writer.WriteLine("# Methods that ran, written by hack/profile. They and all of our own are compiled when the program is published,");
        writer.WriteLine("# those that ran beside each other and before those that ran seldom (~); what else it comes to need of others is compiled at its first call.");
        var each = methods.GroupBy(m => m with { IsSeldom = false }).Select(g => g.Key with { IsSeldom = g.All(m => m.IsSeldom) });
        foreach (var assembly in each.GroupBy(m => m.Assembly).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            writer.WriteLine($"[{assembly.Key}]");
            foreach (var type in assembly.GroupBy(m => m.Type).OrderBy(g => g.Key, StringComparer.Ordinal))
                writer.WriteLine($"{type.Key} {string.Join(' ', type.Select(m => $"{m.Name}/{m.Parameters}{(m.IsSeldom ? "~" : "")}").Order(StringComparer.Ordinal))}");
        }
    }
}
