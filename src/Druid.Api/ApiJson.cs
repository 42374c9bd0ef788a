using System.Collections;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Druid.Kubernetes.Json;

namespace Druid.Api;

/// <summary>JSON of the three kinds, as the API server stores it: absent values, empty lists and empty maps are left out.</summary>
static class ApiJson
{
    static readonly JsonSerializerOptions Options = Create();

    public static JsonTypeInfo<T> Of<T>() => (JsonTypeInfo<T>)Options.GetTypeInfo(typeof(T));

    static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(ApiJsonContext.Default.Options)
        {
            TypeInfoResolver = ApiJsonContext.Default.WithAddedModifier(OmitEmptyCollections),
        };
        // A converter that is used by itself finds no metadata in options that could still change.
        options.MakeReadOnly();
        return options;
    }

    static void OmitEmptyCollections(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            if (property.PropertyType == typeof(string) || !property.PropertyType.IsAssignableTo(typeof(IEnumerable))) continue;
            if (property.AttributeProvider?.IsDefined(typeof(Schemas.RequiredAttribute), inherit: true) == true) continue;
            property.ShouldSerialize = static (_, value) => value is IEnumerable items && items.GetEnumerator().MoveNext();
        }
    }
}

[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(PooledStringConverter), typeof(StringMapConverter), typeof(TimeConverter)])]
[JsonSerializable(typeof(Etcd))]
[JsonSerializable(typeof(EtcdCopyBackupsTask))]
[JsonSerializable(typeof(EtcdOpsTask))]
sealed partial class ApiJsonContext : JsonSerializerContext;
