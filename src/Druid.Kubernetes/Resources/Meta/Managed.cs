using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Druid.Kubernetes.Json;

namespace Druid.Kubernetes.Resources;

/// <summary>
/// A <typeparamref name="T"/> of which only the metadata is read, with what nothing else here keeps: who manages which fields.
/// </summary>
/// <typeparam name="T">The kind.</typeparam>
/// <param name="Metadata">The metadata.</param>
/// <param name="Fields">The object's <c>managedFields</c>, as they are.</param>
public sealed record Managed<T>(ObjectMeta Metadata, JsonArray Fields) : IResource<Managed<T>> where T : class, IResource<T>
{
    /// <summary>The type of the whole object, but read as metadata alone.</summary>
    public static ResourceType<Managed<T>> Type { get; } =
        new(T.Type.Group, T.Type.Version, T.Type.Kind, T.Type.Plural, T.Type.Namespaced, CreateJson())
        {
            MetadataOnly = true,
            OlderVersions = T.Type.OlderVersions,
        };

    static JsonTypeInfo<Managed<T>> CreateJson() =>
        JsonMetadataServices.CreateValueInfo<Managed<T>>(KubernetesJson.Default.Options, new Converter());

    sealed class Converter : JsonConverter<Managed<T>>
    {
        public override Managed<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (JsonNode.Parse(ref reader) is not JsonObject { } json || json["metadata"] is not JsonObject metadata)
                throw new JsonException($"Expected metadata of a {T.Type.Kind}, found none.");
            var fields = metadata["managedFields"] as JsonArray ?? [];
            return new(metadata.Deserialize(KubernetesJson.Default.ObjectMeta)!, (JsonArray)fields.DeepClone());
        }

        public override void Write(Utf8JsonWriter writer, Managed<T> value, JsonSerializerOptions options) =>
            throw new NotSupportedException($"A {T.Type.Kind} of which only the metadata was read is not written back; patch it.");
    }
}
