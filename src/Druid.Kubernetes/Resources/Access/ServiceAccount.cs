using Druid.Kubernetes.Json;

namespace Druid.Kubernetes.Resources;

/// <summary>Who a pod is to the API.</summary>
public sealed record ServiceAccount : IResource<ServiceAccount>
{
    /// <inheritdoc/>
    public static ResourceType<ServiceAccount> Type { get; } =
        new("", "v1", "ServiceAccount", "serviceaccounts", namespaced: true, KubernetesJson.Default.ServiceAccount);

    /// <inheritdoc/>
    public required ObjectMeta Metadata { get; init; }

    /// <summary>Whether pods get its token unless they say otherwise.</summary>
    public bool? AutomountServiceAccountToken { get; init; }
}
