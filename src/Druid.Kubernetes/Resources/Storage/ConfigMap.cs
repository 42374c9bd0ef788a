using Druid.Kubernetes.Json;

namespace Druid.Kubernetes.Resources;

/// <summary>Named texts.</summary>
public sealed record ConfigMap : IResource<ConfigMap>
{
    /// <inheritdoc/>
    public static ResourceType<ConfigMap> Type { get; } =
        new("", "v1", "ConfigMap", "configmaps", namespaced: true, KubernetesJson.Default.ConfigMap);

    /// <inheritdoc/>
    public required ObjectMeta Metadata { get; init; }

    /// <summary>The texts.</summary>
    public IReadOnlyDictionary<string, string>? Data { get; init; }

    /// <summary>Whether they can never change.</summary>
    public bool? Immutable { get; init; }
}
