using System.Security.Cryptography;
using System.Text;

namespace Druid.Operator.Components;

/// <summary>
/// The checksum of the etcd configuration that pods carry, so that a changed configuration replaces them. It stays when only
/// the number of members changes, and when a cluster is handed over: docs/decisions/0005.
/// </summary>
static class ConfigChecksum
{
    // No cluster worth running is larger; one that is, is known by its spec and its present size.
    const int LargestSize = 15;

    /// <summary>The live checksum if it is that of the same settings for any number of members, or else that for <c>spec.replicas</c>.</summary>
    public static string Of(RenderContext context)
    {
        var wanted = For(context, context.Etcd.Spec.Replicas);
        return context.LiveConfigChecksum is { } live && live != wanted && OtherSizes(context).Any(size => For(context, size) == live)
            ? live
            : wanted;
    }

    static IEnumerable<int> OtherSizes(RenderContext context)
    {
        var smallest = EtcdConfiguration.SmallestSize(context.Etcd);
        var largest = Math.Max(context.Size, LargestSize);
        // The present size first: it is the likeliest.
        return Enumerable.Range(0, largest + 1).Where(size => size >= smallest).OrderBy(size => size != context.Size);
    }

    static string For(RenderContext context, int size)
    {
        var config = EtcdConfiguration.Render(context, size);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(JsonOfData(config))));
    }

    // The ConfigMap's data as Go's encoding/json writes it.
    static string JsonOfData(string config)
    {
        var json = new StringBuilder($"{{\"{Files.EtcdConfig}\":\"");
        foreach (var c in config)
        {
            _ = c switch
            {
                '"' or '\\' => json.Append('\\').Append(c),
                '\n' => json.Append("\\n"),
                '<' or '>' or '&' => json.Append($"\\u{(int)c:x4}"),
                _ => json.Append(c),
            };
        }
        return json.Append("\"}").ToString();
    }
}
