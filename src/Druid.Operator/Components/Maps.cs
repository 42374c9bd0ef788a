namespace Druid.Operator.Components;

/// <summary>Labels and annotations of several origins.</summary>
static class Maps
{
    /// <summary>The entries of both; of two with the same key the second one counts.</summary>
    public static IReadOnlyDictionary<string, string> Merge(
        IEnumerable<KeyValuePair<string, string>>? first, params IEnumerable<KeyValuePair<string, string>> second)
    {
        var merged = new Dictionary<string, string>(first ?? []);
        foreach (var (key, value) in second) merged[key] = value;
        return merged;
    }
}
