using Druid.Kubernetes.Json;

namespace Druid.Kubernetes.Resources;

/// <summary>How many pods voluntary disruptions must leave.</summary>
public sealed record PodDisruptionBudget : IResource<PodDisruptionBudget>
{
    /// <inheritdoc/>
    public static ResourceType<PodDisruptionBudget> Type { get; } = new(
        "policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", namespaced: true, KubernetesJson.Default.PodDisruptionBudget)
    {
        OlderVersions = ["v1beta1"], // before Kubernetes 1.21
    };

    /// <inheritdoc/>
    public required ObjectMeta Metadata { get; init; }

    /// <summary>Which pods, and how many must stay.</summary>
    public PodDisruptionBudgetSpec? Spec { get; init; }

    /// <summary>How many may go now.</summary>
    public PodDisruptionBudgetStatus? Status { get; init; }
}

/// <summary>Which pods, and how many must stay.</summary>
public sealed record PodDisruptionBudgetSpec
{
    /// <summary>The pods.</summary>
    public LabelSelector? Selector { get; init; }

    /// <summary>How many must stay, as a count or percentage.</summary>
    public IntOrString? MinAvailable { get; init; }

    /// <summary>How many may be missing, as a count or percentage.</summary>
    public IntOrString? MaxUnavailable { get; init; }

    /// <summary>Whether pods that are not ready may always go: <c>AlwaysAllow</c> or <c>IfHealthyBudget</c>. Since Kubernetes 1.26.</summary>
    public string? UnhealthyPodEvictionPolicy { get; init; }
}

/// <summary>How many pods may go now.</summary>
public sealed record PodDisruptionBudgetStatus
{
    /// <summary>The generation that the controller has seen.</summary>
    public long? ObservedGeneration { get; init; }

    /// <summary>Pods that may go now.</summary>
    public int? DisruptionsAllowed { get; init; }

    /// <summary>Pods that are ready.</summary>
    public int? CurrentHealthy { get; init; }

    /// <summary>Pods that must stay.</summary>
    public int? DesiredHealthy { get; init; }

    /// <summary>Pods that are selected.</summary>
    public int? ExpectedPods { get; init; }

    /// <summary>Pods whose eviction was granted and whose going the controller has not seen yet, by name, with the time of the grant.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset>? DisruptedPods { get; init; }
}
