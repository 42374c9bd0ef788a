using System.Text.Json.Serialization;
using Druid.Kubernetes.Json;

namespace Druid.Kubernetes.Resources;

/// <summary>Named bytes that not everybody may read.</summary>
public sealed record Secret : IResource<Secret>
{
    /// <inheritdoc/>
    public static ResourceType<Secret> Type { get; } =
        new("", "v1", "Secret", "secrets", namespaced: true, KubernetesJson.Default.Secret);

    /// <inheritdoc/>
    public required ObjectMeta Metadata { get; init; }

    /// <summary>What it holds, as in <c>Opaque</c> or <c>kubernetes.io/tls</c>. Immutable.</summary>
    [JsonPropertyName("type")]
    public string? SecretType { get; init; }

    /// <summary>The bytes.</summary>
    public IReadOnlyDictionary<string, byte[]>? Data { get; init; }

    /// <summary>Whether they can never change.</summary>
    public bool? Immutable { get; init; }
}
