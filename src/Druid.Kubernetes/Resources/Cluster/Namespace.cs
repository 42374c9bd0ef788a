using Druid.Kubernetes.Json;

namespace Druid.Kubernetes.Resources;

/// <summary>A space for names.</summary>
public sealed record Namespace : IResource<Namespace>
{
    /// <inheritdoc/>
    public static ResourceType<Namespace> Type { get; } =
        new("", "v1", "Namespace", "namespaces", namespaced: false, KubernetesJson.Default.Namespace);

    /// <inheritdoc/>
    public required ObjectMeta Metadata { get; init; }

    /// <summary>Whether it is being emptied.</summary>
    public NamespaceStatus? Status { get; init; }
}

/// <summary>Whether a namespace is being emptied.</summary>
public sealed record NamespaceStatus
{
    /// <summary><c>Active</c> or <c>Terminating</c>.</summary>
    public string? Phase { get; init; }

    /// <summary>What keeps it from going.</summary>
    public IReadOnlyList<Condition>? Conditions { get; init; }
}
