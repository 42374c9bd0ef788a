using Druid.Kubernetes.Json;

namespace Druid.Kubernetes.Resources;

/// <summary>Interchangeable pods.</summary>
public sealed record Deployment : IResource<Deployment>
{
    /// <inheritdoc/>
    public static ResourceType<Deployment> Type { get; } =
        new("apps", "v1", "Deployment", "deployments", namespaced: true, KubernetesJson.Default.Deployment);

    /// <inheritdoc/>
    public required ObjectMeta Metadata { get; init; }

    /// <summary>Which pods, and how many.</summary>
    public DeploymentSpec? Spec { get; init; }

    /// <summary>How far it is.</summary>
    public DeploymentStatus? Status { get; init; }
}

/// <summary>Which pods, and how many.</summary>
public sealed record DeploymentSpec
{
    /// <summary>How many pods; 1 unless given.</summary>
    public int? Replicas { get; init; }

    /// <summary>Which pods are its own. Immutable.</summary>
    public LabelSelector? Selector { get; init; }

    /// <summary>The pods.</summary>
    public PodTemplateSpec? Template { get; init; }

    /// <summary>How pods are replaced.</summary>
    public DeploymentStrategy? Strategy { get; init; }

    /// <summary>How many old revisions are kept.</summary>
    public int? RevisionHistoryLimit { get; init; }
}

/// <summary>How pods of a Deployment are replaced.</summary>
public sealed record DeploymentStrategy
{
    /// <summary><c>RollingUpdate</c> or <c>Recreate</c>.</summary>
    public string? Type { get; init; }
}

/// <summary>How far a Deployment is.</summary>
public sealed record DeploymentStatus
{
    /// <summary>The generation that the controller has seen.</summary>
    public long? ObservedGeneration { get; init; }

    /// <summary>Pods that exist.</summary>
    public int? Replicas { get; init; }

    /// <summary>Pods of the template as it is now.</summary>
    public int? UpdatedReplicas { get; init; }

    /// <summary>Pods that are ready.</summary>
    public int? ReadyReplicas { get; init; }

    /// <summary>Pods that are ready for long enough.</summary>
    public int? AvailableReplicas { get; init; }

    /// <summary>Among them <c>Available</c> and <c>Progressing</c>.</summary>
    public IReadOnlyList<Condition>? Conditions { get; init; }
}
