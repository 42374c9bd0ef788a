using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Druid.Kubernetes.Json;

namespace Druid.Kubernetes.Resources;

/// <summary>
/// A <typeparamref name="T"/> of which only the metadata is read: enough to know that it exists, whose it is, and whether it
/// changed. The server leaves the rest out, so that watching thousands of them costs little on both sides.
/// </summary>
/// <typeparam name="T">The kind.</typeparam>
/// <param name="Metadata">The metadata.</param>
public sealed record Partial<T>(ObjectMeta Metadata) : IResource<Partial<T>> where T : class, IResource<T>
{
    /// <summary>The type of the whole object, but read as metadata alone.</summary>
    public static ResourceType<Partial<T>> Type { get; } =
        new(T.Type.Group, T.Type.Version, T.Type.Kind, T.Type.Plural, T.Type.Namespaced, CreateJson())
        {
            MetadataOnly = true,
            OlderVersions = T.Type.OlderVersions,
        };

    static JsonTypeInfo<Partial<T>> CreateJson() =>
        JsonMetadataServices.CreateValueInfo<Partial<T>>(KubernetesJson.Default.Options, new Converter());

    sealed class Converter : JsonConverter<Partial<T>>
    {
        // The serializer would look for the end of the metadata first, and so read them twice.
        static readonly JsonConverter<ObjectMeta> OfMetadata = (JsonConverter<ObjectMeta>)KubernetesJson.Default.ObjectMeta.Converter;

        public override Partial<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType != JsonTokenType.StartObject) throw new JsonException($"Expected an object, found {reader.TokenType}.");
            ObjectMeta? metadata = null;
            while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
            {
                var isMetadata = reader.ValueTextEquals("metadata"u8);
                reader.Read();
                if (isMetadata) metadata = OfMetadata.Read(ref reader, typeof(ObjectMeta), KubernetesJson.Default.Options);
                else if (!reader.TrySkip()) throw new JsonException($"A {T.Type.Kind} ends in the middle of a field.");
            }
            return new(metadata ?? throw new JsonException($"Expected metadata of a {T.Type.Kind}, found none."));
        }

        public override void Write(Utf8JsonWriter writer, Partial<T> value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            writer.WritePropertyName("metadata"u8);
            JsonSerializer.Serialize(writer, value.Metadata, KubernetesJson.Default.ObjectMeta);
            writer.WriteEndObject();
        }
    }
}
