using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Druid.Kubernetes.Json;

namespace Druid.Kubernetes.Resources;

/// <summary>What the API needs to know of a kind: where it lives and how it is read and written.</summary>
/// <param name="group">The API group, empty for the core group.</param>
/// <param name="version">The version within the group, as in <c>v1</c>.</param>
/// <param name="kind">The kind, as in <c>StatefulSet</c>.</param>
/// <param name="plural">The name in URLs, as in <c>statefulsets</c>.</param>
/// <param name="namespaced">Whether objects live in a namespace.</param>
/// <param name="json">Source-generated JSON of the object, without <c>apiVersion</c> and <c>kind</c>.</param>
public sealed class ResourceType<T>(
    string group, string version, string kind, string plural, bool namespaced, JsonTypeInfo<T> json)
    where T : class, IResource
{
    // {"apiVersion":"apps/v1","kind":"StatefulSet" — the object's own JSON follows, a comma in place of its brace.
    readonly byte[] _preamble = Encoding.UTF8.GetBytes($"{{\"apiVersion\":\"{Qualified(group, version)}\",\"kind\":\"{kind}\"");

    /// <summary>The API group, empty for the core group.</summary>
    public string Group => group;

    /// <summary>The version within the group, as in <c>v1</c>.</summary>
    public string Version => version;

    /// <summary>The kind, as in <c>StatefulSet</c>.</summary>
    public string Kind => kind;

    /// <summary>The name in URLs, as in <c>statefulsets</c>.</summary>
    public string Plural => plural;

    /// <summary>Whether objects live in a namespace.</summary>
    public bool Namespaced => namespaced;

    /// <summary>JSON of the object, without <c>apiVersion</c> and <c>kind</c>.</summary>
    public JsonTypeInfo<T> Json => json;

    /// <summary>Group and version, as in <c>apps/v1</c> or <c>v1</c>.</summary>
    public string ApiVersion { get; } = Qualified(group, version);

    /// <summary>Plural and group, as Kubernetes names a resource in messages: <c>statefulsets.apps</c>.</summary>
    public string FullName { get; } = group.Length == 0 ? plural : $"{plural}.{group}";

    /// <summary>
    /// Versions of the same shape that older servers have instead of <see cref="Version"/>, best first. A client uses the
    /// first one that its server serves.
    /// </summary>
    public IReadOnlyList<string> OlderVersions { get; init; } = [];

    /// <summary>Whether the server is asked for metadata alone.</summary>
    public bool MetadataOnly { get; init; }

    /// <summary>This kind under another version of its group.</summary>
    public ResourceType<T> InVersion(string other) =>
        other == version ? this : new(group, other, kind, plural, namespaced, json) { MetadataOnly = MetadataOnly };

    /// <summary>Writes the object as the API expects it, <c>apiVersion</c> and <c>kind</c> first.</summary>
    public void Write(IBufferWriter<byte> output, T resource)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Write(_preamble);
        using var writer = new Utf8JsonWriter(new SpliceWriter(output), new JsonWriterOptions { SkipValidation = true });
        JsonSerializer.Serialize(writer, resource, json);
    }

    /// <summary>The object as the API expects it, <c>apiVersion</c> and <c>kind</c> first.</summary>
    public string ToJson(T resource)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        Write(buffer, resource);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Reads one object.</summary>
    /// <exception cref="JsonException">The text is not such an object; the message names the field.</exception>
    public T Read(ReadOnlySpan<byte> utf8) => JsonSerializer.Deserialize(utf8, json) ?? throw Missing();

    /// <summary>Reads one object.</summary>
    /// <exception cref="JsonException">The text is not such an object; the message names the field.</exception>
    public T Read(string text) => JsonSerializer.Deserialize(text, json) ?? throw Missing();

    /// <summary>Reads the object at whose opening brace the reader is, all of which it must have at hand.</summary>
    /// <exception cref="JsonException">What is there is not such an object; the message names the field.</exception>
    public T Read(ref Utf8JsonReader reader)
    {
        var start = reader;
        try
        {
            // The converter itself: the serializer would look for the object's end first, and so read it twice.
            return ((JsonConverter<T>)json.Converter).Read(ref reader, typeof(T), json.Options) ?? throw Missing();
        }
        catch (JsonException)
        {
            return JsonSerializer.Deserialize(ref start, json) ?? throw Missing(); // fails again, and knows the field
        }
    }

    /// <summary>As in <c>StatefulSet apps/v1</c>.</summary>
    public override string ToString() => $"{kind} {ApiVersion}";

    JsonException Missing() => new($"Expected a {kind} of {ApiVersion}, found null.");

    static string Qualified(string group, string version) => group.Length == 0 ? version : $"{group}/{version}";
}
