using System.Text.Json.Nodes;

namespace Druid.Kubernetes;

/// <summary>YAML as Kubernetes uses it: another way to write JSON.</summary>
/// <remarks>
/// Scalars without quotes mean what they mean to kubectl, which still follows YAML 1.1: <c>on</c> and <c>yes</c> are true,
/// <c>0644</c> is octal. What is written reads the same under 1.1 and 1.2.
/// </remarks>
public static class Yaml
{
    /// <summary>Reads the only document of a text; null if it is empty.</summary>
    /// <exception cref="YamlFormatException">The text is not YAML, or holds more than one document, or what has no place in JSON; line and column say where.</exception>
    public static JsonNode? Read(string text)
    {
        var documents = YamlReader.Read(text);
        return documents.Count switch
        {
            0 => null,
            1 => documents[0].Root,
            _ => throw new YamlFormatException($"expected one document, found {documents.Count}", documents[1].Line, 1),
        };
    }

    /// <summary>Reads all documents of a text, those separated by <c>---</c>; empty ones are left out.</summary>
    /// <exception cref="YamlFormatException">The text is not YAML, or holds what has no place in JSON; line and column say where.</exception>
    public static IReadOnlyList<YamlDocument> ReadAll(string text) => YamlReader.Read(text);

    /// <summary>Writes a document in block style, two spaces a level, keys in their order: the same node always gives the same text. Ends in a line feed.</summary>
    public static string Write(JsonNode? node) => YamlWriter.Write(node);

    /// <summary>Writes several documents, separated by <c>---</c>.</summary>
    public static string WriteAll(IEnumerable<JsonNode?> nodes) => string.Join("---\n", nodes.Select(Write));
}

/// <summary>One document of a YAML text.</summary>
/// <param name="Root">What it says.</param>
/// <param name="Line">The line it begins on, from 1.</param>
public sealed record YamlDocument(JsonNode Root, int Line);

/// <summary>A text is not YAML, or holds what has no place in JSON.</summary>
public sealed class YamlFormatException : FormatException
{
    /// <summary>Nothing is known but that it happened.</summary>
    public YamlFormatException()
    {
    }

    /// <summary>Without a place.</summary>
    public YamlFormatException(string message) : base(message)
    {
    }

    /// <summary>Without a place, with the error underneath.</summary>
    public YamlFormatException(string message, Exception inner) : base(message, inner)
    {
    }

    /// <summary>What is wrong at which place.</summary>
    /// <param name="problem">What is wrong, without the place.</param>
    /// <param name="line">Line, from 1.</param>
    /// <param name="column">Column, from 1.</param>
    /// <param name="inner">The error underneath, if there is one.</param>
    public YamlFormatException(string problem, int line, int column, Exception? inner = null)
        : base($"line {line}, column {column}: {problem}", inner)
    {
        Line = line;
        Column = column;
    }

    /// <summary>Line, from 1; 0 if unknown.</summary>
    public int Line { get; }

    /// <summary>Column, from 1; 0 if unknown.</summary>
    public int Column { get; }
}
