using System.Collections.Frozen;
using System.Reflection;

namespace Druid.Api.Schemas;

/// <summary>What fields and types mean, for people: the first paragraph of their doc comments.</summary>
/// <remarks>
/// Doc comments are not in an assembly, so the file descriptions.txt beside this one carries them into it, a line each. A test
/// compares it with the compiler's own documentation file and rewrites it on demand: nobody edits it.
/// </remarks>
static class Descriptions
{
    static readonly FrozenDictionary<string, string> Texts = Load();

    /// <summary>What the type means, or null where nothing is known.</summary>
    public static string? Of(Type type) => Texts.GetValueOrDefault($"{type.Namespace}.{type.Name}");

    /// <summary>What the property means, or null where nothing is known.</summary>
    public static string? Of(MemberInfo property) => Texts.GetValueOrDefault($"{property.DeclaringType!.Namespace}.{property.DeclaringType.Name}.{property.Name}");

    static FrozenDictionary<string, string> Load()
    {
        using var stream = typeof(Descriptions).Assembly.GetManifestResourceStream("descriptions.txt")!;
        using var reader = new StreamReader(stream);
        return Lines(reader).Select(line => line.Split(": ", 2)).ToFrozenDictionary(parts => parts[0], parts => parts[1]);
    }

    static IEnumerable<string> Lines(StreamReader reader)
    {
        while (reader.ReadLine() is { } line) yield return line;
    }
}
