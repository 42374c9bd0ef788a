using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Druid.Kubernetes;

/// <summary>What a scalar without quotes means.</summary>
static partial class YamlScalar
{
    /// <summary>null, a boolean, a number, or the text itself.</summary>
    public static JsonNode? Resolve(string text) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => null,
        "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "y" or "Y" or "on" or "On" or "ON" => JsonValue.Create(true),
        "false" or "False" or "FALSE" or "no" or "No" or "NO" or "n" or "N" or "off" or "Off" or "OFF" => JsonValue.Create(false),
        _ => char.IsAsciiDigit(text[0]) || text[0] is '+' or '-' or '.' ? Number(text) ?? JsonValue.Create(text) : JsonValue.Create(text),
    };

    /// <summary>Whether a text without quotes stands for itself, under YAML 1.1 as under 1.2.</summary>
    public static bool IsText(string text) =>
        Resolve(text) is JsonValue value && value.GetValueKind() == System.Text.Json.JsonValueKind.String && !LooksSpecial().IsMatch(text);

    static JsonValue? Number(string text)
    {
        var plain = text.Replace("_", "", StringComparison.Ordinal);
        if (Integer().Match(plain) is { Success: true } match && Whole(match) is { } whole) return whole;
        return Float().IsMatch(plain) && double.TryParse(plain, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? JsonValue.Create(number)
            : null;
    }

    static JsonValue? Whole(Match match)
    {
        var digits = match.Groups["digits"].Value;
        var radix = match.Groups["radix"].Value.ToLowerInvariant() switch { "0x" => 16, "0b" => 2, "0" or "0o" => 8, _ => 10 };
        UInt128 size = 0;
        foreach (var digit in digits)
        {
            var value = (uint)Convert.ToInt32(digit.ToString(), 16);
            if (value >= radix) return null;
            size = size * (uint)radix + value;
            if (size > ulong.MaxValue) return JsonValue.Create(double.Parse(match.Value, CultureInfo.InvariantCulture));
        }
        var negative = match.Groups["sign"].Value == "-";
        if (size <= long.MaxValue) return JsonValue.Create(negative ? -(long)size : (long)size);
        return negative ? JsonValue.Create(-(double)size) : JsonValue.Create((ulong)size);
    }

    [GeneratedRegex("^(?<sign>[-+]?)(?<radix>0[xX]|0[bB]|0o|0(?=[0-9]))?(?<digits>[0-9a-fA-F]+)$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Integer();

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Float();

    // Dates, base 60 (1:30), not-a-number and infinity: text in JSON, but not to every YAML reader.
    [GeneratedRegex(@"^([-+]?[0-9][-0-9_.:]*([Tt ].*)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)|=|<<)$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex LooksSpecial();
}
