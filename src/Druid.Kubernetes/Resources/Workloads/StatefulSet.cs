using Druid.Kubernetes.Json;

namespace Druid.Kubernetes.Resources;

/// <summary>Pods with stable names and volumes.</summary>
public sealed record StatefulSet : IResource<StatefulSet>
{
    /// <inheritdoc/>
    public static ResourceType<StatefulSet> Type { get; } =
        new("apps", "v1", "StatefulSet", "statefulsets", namespaced: true, KubernetesJson.Default.StatefulSet);

    /// <inheritdoc/>
    public required ObjectMeta Metadata { get; init; }

    /// <summary>Which pods, and how many.</summary>
    public StatefulSetSpec? Spec { get; init; }

    /// <summary>How far it is.</summary>
    public StatefulSetStatus? Status { get; init; }
}

/// <summary>Which pods, and how many.</summary>
public sealed record StatefulSetSpec
{
    /// <summary>How many pods; 1 unless given.</summary>
    public int? Replicas { get; init; }

    /// <summary>Which pods are its own. Immutable.</summary>
    public LabelSelector? Selector { get; init; }

    /// <summary>The pods.</summary>
    public PodTemplateSpec? Template { get; init; }

    /// <summary>The headless service that gives the pods their names. Immutable.</summary>
    public string? ServiceName { get; init; }

    /// <summary><c>OrderedReady</c> or <c>Parallel</c>. Immutable.</summary>
    public string? PodManagementPolicy { get; init; }

    /// <summary>How pods take up a changed template.</summary>
    public StatefulSetUpdateStrategy? UpdateStrategy { get; init; }

    /// <summary>A claim of each for every pod. Immutable.</summary>
    public IReadOnlyList<PersistentVolumeClaimTemplate>? VolumeClaimTemplates { get; init; }

    /// <summary>What becomes of the claims.</summary>
    public PersistentVolumeClaimRetentionPolicy? PersistentVolumeClaimRetentionPolicy { get; init; }

    /// <summary>How many old revisions are kept.</summary>
    public int? RevisionHistoryLimit { get; init; }

    /// <summary>Seconds a pod must be ready before it counts.</summary>
    public int? MinReadySeconds { get; init; }
}

/// <summary>How pods take up a changed template.</summary>
public sealed record StatefulSetUpdateStrategy
{
    /// <summary><c>RollingUpdate</c>, or <c>OnDelete</c>: whoever deletes a pod gets the new one.</summary>
    public string? Type { get; init; }

    /// <summary>Parameters of <c>RollingUpdate</c>.</summary>
    public RollingUpdateStatefulSetStrategy? RollingUpdate { get; init; }
}

/// <summary>Parameters of a rolling update.</summary>
public sealed record RollingUpdateStatefulSetStrategy
{
    /// <summary>Pods below this ordinal keep the old template.</summary>
    public int? Partition { get; init; }
}

/// <summary>What becomes of claims: <c>Retain</c> or <c>Delete</c>.</summary>
public sealed record PersistentVolumeClaimRetentionPolicy
{
    /// <summary>When the set is deleted.</summary>
    public string? WhenDeleted { get; init; }

    /// <summary>When a pod is scaled away.</summary>
    public string? WhenScaled { get; init; }
}

/// <summary>How far a StatefulSet is.</summary>
public sealed record StatefulSetStatus
{
    /// <summary>The generation that the controller has seen.</summary>
    public long? ObservedGeneration { get; init; }

    /// <summary>Pods that exist.</summary>
    public int? Replicas { get; init; }

    /// <summary>Pods that are ready.</summary>
    public int? ReadyReplicas { get; init; }

    /// <summary>Pods of <see cref="CurrentRevision"/>.</summary>
    public int? CurrentReplicas { get; init; }

    /// <summary>Pods of <see cref="UpdateRevision"/>.</summary>
    public int? UpdatedReplicas { get; init; }

    /// <summary>Pods that are ready for long enough.</summary>
    public int? AvailableReplicas { get; init; }

    /// <summary>The revision of pods not updated yet.</summary>
    public string? CurrentRevision { get; init; }

    /// <summary>The revision of the template as it is now.</summary>
    public string? UpdateRevision { get; init; }

    /// <summary>Counts collisions of revision names.</summary>
    public int? CollisionCount { get; init; }
}
