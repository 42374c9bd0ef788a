using System.Text.Json;
using Druid.Kubernetes.Resources;

namespace Druid.Operator.Components;

/// <summary>
/// Compares what is rendered with what is live. Only fields that are rendered count: what the server defaulted and what others
/// added is none of ours. So an object that was applied and left alone never drifts, however many fields a newer server adds.
/// </summary>
/// <remarks>
/// Lists that Kubernetes merges by a key (containers, volumes, ports...) are compared by that key and may have further items;
/// all other lists, such as arguments, must be the same item by item. Quantities are compared by amount.
/// </remarks>
public static class Drift
{
    /// <summary>Where <paramref name="live"/> departs from <paramref name="rendered"/>: the path of the first field, or null.</summary>
    /// <returns>A path such as <c>spec.template.spec.containers[etcd].image</c>, or null when everything rendered is live.</returns>
    public static string? Between<T>(T rendered, T live) where T : class, IResource<T> => Covers(
        JsonSerializer.SerializeToElement(rendered, T.Type.Json), JsonSerializer.SerializeToElement(live, T.Type.Json));

    /// <inheritdoc cref="Between{T}"/>
    public static string? Covers(JsonElement rendered, JsonElement live) => Compare("", rendered, live);

    // The field is the name under which both values are found: it tells how Kubernetes understands them.
    static string? Compare(string field, JsonElement rendered, JsonElement live) => rendered.ValueKind switch
    {
        JsonValueKind.Object => live.ValueKind == JsonValueKind.Object ? CompareMaps(field, rendered, live) : "",
        JsonValueKind.Array => live.ValueKind == JsonValueKind.Array ? CompareLists(field, rendered, live) : "",
        _ => SameScalar(rendered, live) ? null : "",
    };

    static string? CompareMaps(string field, JsonElement rendered, JsonElement live)
    {
        var amounts = IsMapOfQuantities(field);
        foreach (var wanted in rendered.EnumerateObject())
        {
            var departs = !live.TryGetProperty(wanted.Name, out var actual) ? IsAbsent(wanted.Value) ? null : ""
                : amounts ? SameAmount(wanted.Value, actual) ? null : ""
                : Compare(wanted.Name, wanted.Value, actual);
            if (departs is not null) return Join(wanted.Name, departs);
        }
        // A selector with one label more selects something else.
        return IsAtomicMap(field) && live.GetPropertyCount() != rendered.GetPropertyCount() ? "" : null;
    }

    static string? CompareLists(string field, JsonElement rendered, JsonElement live)
    {
        if (rendered.GetArrayLength() > 0 && MergeKeyOf(field, rendered[0]) is { } key) return CompareByKey(key, rendered, live);
        if (rendered.GetArrayLength() != live.GetArrayLength()) return "";
        var index = 0;
        foreach (var (wanted, actual) in rendered.EnumerateArray().Zip(live.EnumerateArray()))
        {
            if (Compare("", wanted, actual) is { } departs) return Join($"[{index}]", departs);
            index++;
        }
        return null;
    }

    static string? CompareByKey(MergeKey key, JsonElement rendered, JsonElement live)
    {
        foreach (var wanted in rendered.EnumerateArray())
        {
            var actual = live.EnumerateArray().FirstOrDefault(item => key.Same(wanted, item));
            if (actual.ValueKind == JsonValueKind.Undefined) return key.Name(wanted);
            if (Compare("", wanted, actual) is { } departs) return Join(key.Name(wanted), departs);
        }
        return null;
    }

    static string Join(string head, string tail) => tail is "" or ['[', ..] ? head + tail : $"{head}.{tail}";

    // Go leaves empty texts, lists and maps out where it writes them.
    static bool IsAbsent(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => true,
        JsonValueKind.String => value.ValueEquals(""),
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => value.GetPropertyCount() == 0,
        _ => false,
    };

    static bool SameScalar(JsonElement a, JsonElement b) => (a.ValueKind, b.ValueKind) switch
    {
        (JsonValueKind.String, JsonValueKind.String) => a.ValueEquals(b.GetString()),
        (JsonValueKind.Number, JsonValueKind.Number) => SameNumber(a, b),
        // A port or count may be written as a number or as its digits.
        (JsonValueKind.Number, JsonValueKind.String) => b.ValueEquals(a.GetRawText()),
        (JsonValueKind.String, JsonValueKind.Number) => a.ValueEquals(b.GetRawText()),
        var (kind, other) => kind == other,
    };

    static bool SameNumber(JsonElement a, JsonElement b) =>
        a.TryGetDecimal(out var x) && b.TryGetDecimal(out var y) ? x == y : a.GetRawText() == b.GetRawText();

    static bool SameAmount(JsonElement a, JsonElement b) =>
        Quantity.TryParse(a.ToString(), out var x) && Quantity.TryParse(b.ToString(), out var y) ? x == y : SameScalar(a, b);

    static bool IsMapOfQuantities(string field) => field is "requests" or "limits" or "capacity";

    static bool IsAtomicMap(string field) => field is "selector" or "matchLabels" or "nodeSelector";

    static MergeKey? MergeKeyOf(string field, JsonElement item) => field switch
    {
        "containers" or "initContainers" or "volumes" or "env" or "imagePullSecrets" => new("name"),
        "ports" => new(item.TryGetProperty("containerPort", out _) ? "containerPort" : "port", "protocol", "TCP"),
        "volumeMounts" => new("mountPath"),
        "hostAliases" => new("ip"),
        "ownerReferences" => new("uid"),
        "topologySpreadConstraints" => new("topologyKey", "whenUnsatisfiable"),
        _ => null,
    };

    /// <summary>The one or two fields by which Kubernetes tells the items of a list apart.</summary>
    sealed record MergeKey(string First, string? Second = null, string? SecondIfAbsent = null)
    {
        public bool Same(JsonElement a, JsonElement b) =>
            Text(a, First) == Text(b, First)
            && (Second is null || (Text(a, Second) ?? SecondIfAbsent) == (Text(b, Second) ?? SecondIfAbsent));

        public string Name(JsonElement item) => $"[{Text(item, First)}]";

        static string? Text(JsonElement item, string field) => item.TryGetProperty(field, out var value) ? value.ToString() : null;
    }
}
