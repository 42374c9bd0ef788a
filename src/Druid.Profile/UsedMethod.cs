using System.Text.RegularExpressions;

namespace Druid.Profile;

/// <summary>
/// A method that ran, by names. Its type is written as the runtime does: nested types after a plus, arguments of generic types
/// in brackets, <c>System.__Canon</c> for every class among them. Of a generic method nobody tells the arguments.
/// </summary>
/// <param name="Assembly">The simple name of the assembly.</param>
/// <param name="Type">The type, with its arguments.</param>
/// <param name="Name">The name in metadata.</param>
/// <param name="Parameters">How many parameters it has; methods of the same name and number are not told apart.</param>
/// <param name="IsSeldom">Whether it ran only where the program does something it seldom does.</param>
readonly partial record struct UsedMethod(string Assembly, string Type, string Name, int Parameters, bool IsSeldom)
{
    /// <summary>Reads a line of a perf map (<c>DOTNET_PerfMapEnabled</c>); null for stubs and whatever else is not a method of an assembly.</summary>
    public static UsedMethod? Parse(string line, bool isSeldom)
    {
        var match = Symbol().Match(line);
        return match.Success && match.Groups["type"].Value != "dynamicClass"
            ? new(match.Groups["assembly"].Value, match.Groups["type"].Value, match.Groups["name"].Value, Count(match.Groups["parameters"].ValueSpan), isSeldom)
            : null;
    }

    static int Count(ReadOnlySpan<char> parameters)
    {
        if (parameters.IsEmpty) return 0;
        var (depth, count) = (0, 1);
        foreach (var c in parameters)
        {
            if (c is '<' or '[' or '(') depth++;
            else if (c is '>' or ']' or ')') depth--;
            else if (c == ',' && depth == 0) count++;
        }
        return count;
    }

    // "7f3a 1b instance void [System.Private.CoreLib] System.Threading.Thread::Start(bool)[Optimized]"; the result's type, which
    // comes first, has the names of assemblies in brackets too, but no space after them.
    [GeneratedRegex(@"\[(?<assembly>[^\[\]]+)\] (?<type>\S+?)::(?<name>[^(]+)\((?<parameters>.*)\)\[[^\]]*\]$")]
    private static partial Regex Symbol();
}
