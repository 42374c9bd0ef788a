using System.Buffers;

namespace Druid.Kubernetes.Json;

/// <summary>
/// How far a JSON object reaches, found without reading it: braces are counted and strings skipped, many bytes at a time. A fraction of
/// what it costs to have a reader go through all tokens; whoever reads the object afterwards sees whether it is one.
/// </summary>
static class JsonExtent
{
    static readonly SearchValues<byte> Braces = SearchValues.Create("{}\""u8);

    /// <summary>Bytes of the object that the text begins with; null where its end is not there.</summary>
    public static int? OfObject(ReadOnlySpan<byte> utf8)
    {
        var (at, depth) = (0, 0);
        while (true)
        {
            var found = utf8[at..].IndexOfAny(Braces);
            if (found < 0) return null;
            at += found + 1;
            switch (utf8[at - 1])
            {
                case (byte)'{':
                    depth++;
                    break;
                case (byte)'}' when --depth <= 0:
                    return at;
                case (byte)'"':
                    if (EndOfString(utf8[at..]) is not { } length) return null;
                    at += length;
                    break;
            }
        }
    }

    // Bytes up to and with the quote that ends the string.
    static int? EndOfString(ReadOnlySpan<byte> utf8)
    {
        var at = 0;
        while (true)
        {
            var found = utf8[at..].IndexOfAny((byte)'"', (byte)'\\');
            if (found < 0) return null;
            at += found + 1;
            if (utf8[at - 1] == (byte)'"') return at;
            if (++at > utf8.Length) return null; // what is escaped, a quote perhaps
        }
    }
}
