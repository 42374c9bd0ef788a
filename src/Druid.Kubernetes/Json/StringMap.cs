using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Druid.Kubernetes.Json;

/// <summary>
/// An immutable map of a few strings, as labels and annotations are: one array instead of a hash table, a third of its size
/// and as fast for a dozen entries.
/// </summary>
sealed class StringMap : IReadOnlyDictionary<string, string>
{
    readonly KeyValuePair<string, string>[] _entries;

    StringMap(KeyValuePair<string, string>[] entries) => _entries = entries;

    /// <summary>The map without entries.</summary>
    public static StringMap Empty { get; } = new([]);

    /// <summary>A map of the given entries, in their order; of two with the same key the later one counts.</summary>
    public static StringMap Of(IEnumerable<KeyValuePair<string, string>> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var list = new List<KeyValuePair<string, string>>();
        foreach (var entry in entries) Set(list, entry);
        return new([.. list]);
    }

    static void Set(List<KeyValuePair<string, string>> list, KeyValuePair<string, string> entry)
    {
        var index = list.FindIndex(e => e.Key == entry.Key);
        if (index < 0) list.Add(entry);
        else list[index] = entry;
    }

    /// <inheritdoc/>
    public int Count => _entries.Length;

    /// <inheritdoc/>
    public IEnumerable<string> Keys => _entries.Select(e => e.Key);

    /// <inheritdoc/>
    public IEnumerable<string> Values => _entries.Select(e => e.Value);

    /// <inheritdoc/>
    public string this[string key] =>
        TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"No entry '{key}' among: {string.Join(", ", Keys)}.");

    /// <inheritdoc/>
    public bool ContainsKey(string key) => TryGetValue(key, out _);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out string value)
    {
        foreach (var entry in _entries)
        {
            if (entry.Key != key) continue;
            value = entry.Value;
            return true;
        }
        value = null;
        return false;
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() =>
        ((IEnumerable<KeyValuePair<string, string>>)_entries).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>Reads maps of strings as <see cref="StringMap"/>; writes any.</summary>
public sealed class StringMapConverter : JsonConverter<IReadOnlyDictionary<string, string>>
{
    readonly PooledStringConverter _strings = new();

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Read(
        ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject) throw new JsonException($"Expected a map of strings, found {reader.TokenType}.");
        var entries = new List<KeyValuePair<string, string>>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var key = _strings.ReadAsPropertyName(ref reader, typeof(string), options);
            reader.Read();
            // An explicit null is Go's empty string.
            var value = reader.TokenType == JsonTokenType.Null ? "" : _strings.Read(ref reader, typeof(string), options)!;
            entries.Add(new(key, value));
        }
        return entries.Count == 0 ? StringMap.Empty : StringMap.Of(entries);
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, IReadOnlyDictionary<string, string> value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(value);
        writer.WriteStartObject();
        foreach (var (key, text) in value) writer.WriteString(key, text);
        writer.WriteEndObject();
    }
}
