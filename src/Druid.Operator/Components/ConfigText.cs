using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Druid.Operator.Components;

/// <summary>
/// Writes the flat YAML of an etcd configuration, byte for byte as Go's YAML library writes it: pods carry a checksum of this
/// text, so another way to say the same would restart the members of a cluster that is handed over.
/// </summary>
sealed partial class ConfigText
{
    readonly StringBuilder _text = new();

    /// <summary><c>key: value</c>, quoted where YAML would read something else than this text.</summary>
    public ConfigText Text(string key, string? value) => value is null ? this : Line(key, Scalar(value));

    /// <summary><c>key: 42</c>.</summary>
    public ConfigText Number(string key, long value) => Line(key, value.ToString(CultureInfo.InvariantCulture));

    /// <summary><c>key: true</c>.</summary>
    public ConfigText Flag(string key, bool value) => Line(key, value ? "true" : "false");

    /// <summary>A map of lists.</summary>
    public ConfigText Lists(string key, IReadOnlyCollection<(string Key, IReadOnlyList<string> Items)> lists)
    {
        if (lists.Count == 0) return Line(key, "{}");
        _text.Append(key).Append(":\n");
        foreach (var (name, items) in lists)
        {
            _text.Append("  ").Append(Scalar(name)).Append(":\n");
            foreach (var item in items) _text.Append("  - ").Append(Scalar(item)).Append('\n');
        }
        return this;
    }

    /// <summary>A map of what <paramref name="inner"/> writes; nothing when that is null.</summary>
    public ConfigText Map(string key, ConfigText? inner)
    {
        if (inner is null) return this;
        _text.Append(key).Append(":\n");
        foreach (var line in inner.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)) _text.Append("  ").Append(line).Append('\n');
        return this;
    }

    /// <summary>The text so far.</summary>
    public override string ToString() => _text.ToString();

    ConfigText Line(string key, string value)
    {
        _text.Append(key).Append(": ").Append(value).Append('\n');
        return this;
    }

    static string Scalar(string text) =>
        text.Length == 0 || text.Any(c => c is < ' ' or > '~') || OtherThanText().IsMatch(text) ? $"\"{JsonEncodedText.Encode(text)}\""
        : NotPlain().IsMatch(text) ? $"'{text.Replace("'", "''", StringComparison.Ordinal)}'"
        : text;

    // What YAML 1.1 reads as a truth value, nothing, a number, a number to the base of 60, or a date.
    [GeneratedRegex(
        """
        ^(?: y|Y|yes|Yes|YES|n|N|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF|null|Null|NULL|~
          | [-+]? (?: 0b[01_]+ | 0o[0-7_]+ | 0x[0-9a-fA-F_]+ | [0-9][0-9_]* )
          | [-+]? (?: \.[0-9]+ | [0-9]+(?:\.[0-9]*)? ) (?: [eE][-+]?[0-9]+ )?
          | [-+]? [0-9][0-9_]* (?: :[0-5]?[0-9] )+ (?: \.[0-9_]* )?
          | [-+]? \.(?:inf|Inf|INF) | \.(?:nan|NaN|NAN)
          | [0-9]{4}-[0-9]{1,2}-[0-9]{1,2} (?: [Tt\ ].* )?
        )$
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant)]
    private static partial Regex OtherThanText();

    // What begins like a list, a comment, an anchor..., or has a key or a comment in it.
    [GeneratedRegex("""^[,\[\]{}#&*!|>'"%@`\s]|^[-?:](?:\s|$)|^---|:(?:\s|$)|\s#|\s$""", RegexOptions.CultureInvariant)]
    private static partial Regex NotPlain();
}
