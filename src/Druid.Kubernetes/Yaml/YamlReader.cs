using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Druid.Kubernetes;

/// <summary>Builds JSON from the events of a YAML parser.</summary>
sealed class YamlReader
{
    // Far above any manifest, far below what would fill the memory (aliases of aliases double at every step) or the stack.
    const int MostNodes = 1_000_000;
    const int DeepestNesting = 200;

    readonly Parser _parser;
    readonly Dictionary<AnchorName, JsonNode?> _anchors = [];
    int _nodes;

    YamlReader(string text) => _parser = new Parser(new StringReader(text));

    public static IReadOnlyList<YamlDocument> Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            return [.. new YamlReader(text).Documents()];
        }
        catch (YamlException e)
        {
            throw new YamlFormatException(e.InnerException?.Message ?? e.Message, (int)e.Start.Line, (int)e.Start.Column, e);
        }
    }

    IEnumerable<YamlDocument> Documents()
    {
        _parser.Consume<StreamStart>();
        while (!_parser.TryConsume<StreamEnd>(out _))
        {
            _parser.Consume<DocumentStart>();
            _anchors.Clear();
            var line = (int)_parser.Current!.Start.Line;
            if (Node(0) is { } root) yield return new(root, line);
            _parser.Consume<DocumentEnd>();
        }
    }

    JsonNode? Node(int depth)
    {
        var at = _parser.Current!;
        if (depth > DeepestNesting) throw Error(at, $"nested more than {DeepestNesting} deep");
        Count(at, 1);

        if (_parser.TryConsume<AnchorAlias>(out var alias)) return Aliased(alias);
        var node = _parser.TryConsume<Scalar>(out var scalar) ? Value(scalar)
            : _parser.TryConsume<SequenceStart>(out _) ? Sequence(depth)
            : _parser.TryConsume<MappingStart>(out _) ? Mapping(depth)
            : throw Error(at, $"unexpected {at.GetType().Name}");
        if (at is NodeEvent { Anchor: { IsEmpty: false } anchor }) _anchors[anchor] = node;
        return node;
    }

    static JsonNode? Value(Scalar scalar)
    {
        var tag = scalar.Tag.IsEmpty ? null : scalar.Tag.Value;
        if (tag is "!" or "tag:yaml.org,2002:str") return JsonValue.Create(scalar.Value);
        if (tag is "tag:yaml.org,2002:binary") return JsonValue.Create(scalar.Value);
        return scalar.Style == ScalarStyle.Plain ? YamlScalar.Resolve(scalar.Value) : JsonValue.Create(scalar.Value);
    }

    JsonArray Sequence(int depth)
    {
        var items = new JsonArray();
        while (!_parser.TryConsume<SequenceEnd>(out _)) items.Add(Node(depth + 1));
        return items;
    }

    JsonObject Mapping(int depth)
    {
        var fields = new JsonObject();
        var merged = new List<JsonObject>();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var at = _parser.Current!;
            if (!_parser.TryConsume<Scalar>(out var key)) throw Error(at, "a key must be a text");
            var value = Node(depth + 1);
            if (key is { Value: "<<", Style: ScalarStyle.Plain }) merged.AddRange(Merged(key, value));
            else if (!fields.TryAdd(key.Value, value)) throw Error(at, $"the key '{key.Value}' is there twice");
        }
        foreach (var (name, value) in merged.SelectMany(m => m))
            if (!fields.ContainsKey(name)) fields[name] = value?.DeepClone();
        return fields;
    }

    static IEnumerable<JsonObject> Merged(Scalar key, JsonNode? value) => value switch
    {
        JsonObject one => [one],
        JsonArray several when several.All(item => item is JsonObject) => several.Cast<JsonObject>(),
        _ => throw Error(key, "<< takes a mapping, or a list of mappings"),
    };

    JsonNode? Aliased(AnchorAlias alias)
    {
        if (!_anchors.TryGetValue(alias.Value, out var node)) throw Error(alias, $"the anchor &{alias.Value} is not defined before its use");
        Count(alias, Size(node));
        return node?.DeepClone();
    }

    void Count(ParsingEvent at, int nodes)
    {
        _nodes += nodes;
        if (_nodes > MostNodes) throw Error(at, $"more than {MostNodes} values");
    }

    static int Size(JsonNode? node) => node switch
    {
        JsonObject fields => 1 + fields.Sum(field => Size(field.Value)),
        JsonArray items => 1 + items.Sum(Size),
        _ => 1,
    };

    static YamlFormatException Error(ParsingEvent at, string problem) => new(problem, (int)at.Start.Line, (int)at.Start.Column);
}
