using System.Globalization;
using System.Text.RegularExpressions;

namespace Druid.Api.Validation;

/// <summary>What texts must look like to be names, labels, images or URLs.</summary>
static partial class Text
{
    const int ShownLength = 120;

    /// <summary>The text as an error shows it: in quotes, and cut where it is very long.</summary>
    public static string Quoted(string text) => text.Length <= ShownLength ? $"\"{text}\"" : $"\"{text[..ShownLength]}…\"";

    /// <summary>The number as an error shows it.</summary>
    public static string Shown(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Whether the text is an absolute URL with a host, for etcd and the API server too, which read it more strictly than .NET.</summary>
    public static bool IsUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Host.Length > 0 && !text.Any(char.IsWhiteSpace) && !MarkInHostOrBrokenEscape().IsMatch(text);

    /// <summary>Whether the text is an absolute URL of http or https.</summary>
    public static bool IsHttpUrl(string text) =>
        IsUrl(text) && (text.StartsWith("http://", StringComparison.Ordinal) || text.StartsWith("https://", StringComparison.Ordinal));

    /// <summary>Whether the text may be the name of most objects: labels of a DNS name joined by dots, at most 253 characters.</summary>
    public static bool IsDnsSubdomain(string text) => text.Length <= 253 && DnsSubdomain().IsMatch(text);

    /// <summary>Whether the text may be the name of a volume: one label of a DNS name, at most 63 characters.</summary>
    public static bool IsDnsLabel(string text) => text.Length <= 63 && DnsLabel().IsMatch(text);

    /// <summary>Whether the text may be the key of a label or an annotation: a name of at most 63 characters, after an optional domain and a slash.</summary>
    public static bool IsQualifiedName(string text)
    {
        var slash = text.LastIndexOf('/');
        var name = text[(slash + 1)..];
        return name.Length <= 63 && LabelName().IsMatch(name) && (slash < 0 || IsDnsSubdomain(text[..slash]));
    }

    /// <summary>Whether the text may be the value of a label.</summary>
    public static bool IsLabelValue(string text) => text.Length == 0 || (text.Length <= 63 && LabelName().IsMatch(text));

    /// <summary>Whether the text may be a key of a Secret or ConfigMap.</summary>
    public static bool IsDataKey(string text) => text.Length <= 253 && text is not ("." or "..") && DataKey().IsMatch(text);

    /// <summary>Whether the text refers to a container image.</summary>
    public static bool IsImage(string text) => text.Length <= 1024 && Image().IsMatch(text);

    [GeneratedRegex(@"\A[^/?]*//[^/?]*#|%(?![0-9A-Fa-f]{2})", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex MarkInHostOrBrokenEscape();

    [GeneratedRegex(@"\A[a-z0-9]([-a-z0-9]*[a-z0-9])?\z", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex DnsLabel();

    [GeneratedRegex(@"\A[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex DnsSubdomain();

    [GeneratedRegex(@"\A[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?\z", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex LabelName();

    [GeneratedRegex(@"\A[-._a-zA-Z0-9]+\z", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex DataKey();

    // Registry host with port, path in lower case, tag, digest: the grammar of the OCI distribution specification.
    [GeneratedRegex(
        @"\A(?=.)((?<host>[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?(\.[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?)*(:[0-9]+)?|\[[0-9a-fA-F:]+\](:[0-9]+)?)/)?"
        + @"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*(:[A-Za-z0-9_][-.A-Za-z0-9_]{0,127})?(@[A-Za-z][A-Za-z0-9]*([-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?\z",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Image();
}
