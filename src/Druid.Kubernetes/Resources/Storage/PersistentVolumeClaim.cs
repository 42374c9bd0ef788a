using Druid.Kubernetes.Json;

namespace Druid.Kubernetes.Resources;

/// <summary>A claim on storage.</summary>
public sealed record PersistentVolumeClaim : IResource<PersistentVolumeClaim>
{
    /// <inheritdoc/>
    public static ResourceType<PersistentVolumeClaim> Type { get; } = new(
        "", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", namespaced: true, KubernetesJson.Default.PersistentVolumeClaim);

    /// <inheritdoc/>
    public required ObjectMeta Metadata { get; init; }

    /// <summary>What is claimed.</summary>
    public PersistentVolumeClaimSpec? Spec { get; init; }

    /// <summary>What was granted.</summary>
    public PersistentVolumeClaimStatus? Status { get; init; }
}

/// <summary>The claim that a <see cref="StatefulSet"/> makes for each of its pods.</summary>
public sealed record PersistentVolumeClaimTemplate
{
    /// <summary>Its name, followed in claims by <c>-</c> and the pod's name.</summary>
    public TemplateMeta? Metadata { get; init; }

    /// <summary>What is claimed.</summary>
    public PersistentVolumeClaimSpec? Spec { get; init; }
}

/// <summary>What is claimed.</summary>
public sealed record PersistentVolumeClaimSpec
{
    /// <summary>As in <c>ReadWriteOnce</c>.</summary>
    public IReadOnlyList<string>? AccessModes { get; init; }

    /// <summary>How much: <c>requests.storage</c>.</summary>
    public ResourceRequirements? Resources { get; init; }

    /// <summary>The class; null for the default one.</summary>
    public string? StorageClassName { get; init; }

    /// <summary><c>Filesystem</c> or <c>Block</c>.</summary>
    public string? VolumeMode { get; init; }

    /// <summary>The volume, once bound.</summary>
    public string? VolumeName { get; init; }

    /// <summary>Which volumes are good enough.</summary>
    public LabelSelector? Selector { get; init; }
}

/// <summary>What was granted.</summary>
public sealed record PersistentVolumeClaimStatus
{
    /// <summary><c>Pending</c>, <c>Bound</c> or <c>Lost</c>.</summary>
    public string? Phase { get; init; }

    /// <summary>The real size: <c>storage</c>.</summary>
    public IReadOnlyDictionary<string, Quantity>? Capacity { get; init; }

    /// <summary>Among them <c>Resizing</c> and <c>FileSystemResizePending</c>.</summary>
    public IReadOnlyList<Condition>? Conditions { get; init; }
}
