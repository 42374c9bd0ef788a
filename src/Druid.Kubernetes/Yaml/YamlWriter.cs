using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Druid.Kubernetes;

/// <summary>Writes JSON as YAML in block style.</summary>
sealed class YamlWriter
{
    readonly StringBuilder _text = new();

    public static string Write(JsonNode? node)
    {
        var writer = new YamlWriter();
        writer.Value(node, 0);
        return writer._text.ToString();
    }

    // Writes a value and ends its line. The cursor is where an inline value would begin; a block begins at column indent.
    void Value(JsonNode? node, int indent)
    {
        switch (node)
        {
            case JsonObject { Count: > 0 } fields: Fields(fields, indent); break;
            case JsonArray { Count: > 0 } items: Items(items, indent); break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String: Text(value.GetValue<string>(), indent); break;
            default: _text.Append(node?.ToJsonString() ?? "null").Append('\n'); break;
        }
    }

    void Fields(JsonObject fields, int indent)
    {
        var first = true;
        foreach (var (name, value) in fields)
        {
            if (!first) Indent(indent);
            first = false;
            _text.Append(Inline(name)).Append(':');
            switch (value)
            {
                case JsonObject { Count: > 0 }:
                    _text.Append('\n');
                    Indent(indent + 2);
                    Value(value, indent + 2);
                    break;
                case JsonArray { Count: > 0 }: // a list's dashes stand below its key, as kubectl writes them
                    _text.Append('\n');
                    Indent(indent);
                    Value(value, indent);
                    break;
                default:
                    _text.Append(' ');
                    Value(value, indent + 2);
                    break;
            }
        }
    }

    void Items(JsonArray items, int indent)
    {
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0) Indent(indent);
            _text.Append("- ");
            Value(items[i], indent + 2);
        }
    }

    void Text(string text, int indent)
    {
        if (!IsBlock(text))
        {
            _text.Append(Inline(text)).Append('\n');
            return;
        }
        var body = text.TrimEnd('\n');
        // Clipped: one line feed at the end; stripped: none; kept: as many as there are.
        _text.Append((text.Length - body.Length) switch { 0 => "|-\n", 1 => "|\n", _ => "|+\n" });
        foreach (var line in text.Length > body.Length ? text[..^1].Split('\n') : body.Split('\n'))
        {
            if (line.Length > 0) Indent(Math.Max(indent, 2));
            _text.Append(line).Append('\n');
        }
    }

    void Indent(int columns) => _text.Append(' ', columns);

    // Several lines that a literal block reproduces exactly: it tells the indentation by the first line, and shows no trailing blanks.
    static bool IsBlock(string text) =>
        text.Contains('\n', StringComparison.Ordinal)
        && text[0] is not (' ' or '\n')
        && text.All(c => c == '\n' || IsPrintable(c))
        && !text.Contains(" \n", StringComparison.Ordinal)
        && text[^1] != ' ';

    static string Inline(string text)
    {
        if (!text.All(IsPrintable)) return Quoted(text);
        return IsPlain(text) ? text : $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
    }

    static bool IsPlain(string text) =>
        text.Length > 0
        && !"-?:,[]{}#&*!|>'\"%@` ".Contains(text[0], StringComparison.Ordinal)
        && !text.StartsWith("...", StringComparison.Ordinal)
        && text[^1] is not (' ' or ':')
        && !text.Contains(": ", StringComparison.Ordinal)
        && !text.Contains(" #", StringComparison.Ordinal)
        && YamlScalar.IsText(text);

    static bool IsPrintable(char c) => c is >= ' ' and not '\x7f' && !char.IsControl(c) && c is not ('\u2028' or '\u2029' or '\ufeff' or '\ufffe' or '\uffff');

    static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
            quoted = c switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append("\\\\"),
                '\n' => quoted.Append("\\n"),
                '\t' => quoted.Append("\\t"),
                '\r' => quoted.Append("\\r"),
                _ when IsPrintable(c) => quoted.Append(c),
                _ => quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
            };
        return quoted.Append('"').ToString();
    }
}
