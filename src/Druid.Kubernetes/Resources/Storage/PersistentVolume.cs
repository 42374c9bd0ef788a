using Druid.Kubernetes.Json;

namespace Druid.Kubernetes.Resources;

/// <summary>A piece of storage.</summary>
public sealed record PersistentVolume : IResource<PersistentVolume>
{
    /// <inheritdoc/>
    public static ResourceType<PersistentVolume> Type { get; } =
        new("", "v1", "PersistentVolume", "persistentvolumes", namespaced: false, KubernetesJson.Default.PersistentVolume);

    /// <inheritdoc/>
    public required ObjectMeta Metadata { get; init; }

    /// <summary>What it is.</summary>
    public PersistentVolumeSpec? Spec { get; init; }

    /// <summary>Whether it is taken.</summary>
    public PersistentVolumeStatus? Status { get; init; }
}

/// <summary>What a piece of storage is.</summary>
public sealed record PersistentVolumeSpec
{
    /// <summary>Its size: <c>storage</c>.</summary>
    public IReadOnlyDictionary<string, Quantity>? Capacity { get; init; }

    /// <summary>As in <c>ReadWriteOnce</c>.</summary>
    public IReadOnlyList<string>? AccessModes { get; init; }

    /// <summary>What becomes of it without its claim: <c>Retain</c> or <c>Delete</c>.</summary>
    public string? PersistentVolumeReclaimPolicy { get; init; }

    /// <summary>Its class.</summary>
    public string? StorageClassName { get; init; }

    /// <summary>The claim that has it.</summary>
    public ObjectReference? ClaimRef { get; init; }

    /// <summary>A path of a node, for tests on one node.</summary>
    public HostPathVolumeSource? HostPath { get; init; }
}

/// <summary>Whether a piece of storage is taken.</summary>
public sealed record PersistentVolumeStatus
{
    /// <summary><c>Available</c>, <c>Bound</c>, <c>Released</c> or <c>Failed</c>.</summary>
    public string? Phase { get; init; }

    /// <summary>Why it failed.</summary>
    public string? Message { get; init; }
}

/// <summary>A kind of storage that can be claimed.</summary>
public sealed record StorageClass : IResource<StorageClass>
{
    /// <inheritdoc/>
    public static ResourceType<StorageClass> Type { get; } =
        new("storage.k8s.io", "v1", "StorageClass", "storageclasses", namespaced: false, KubernetesJson.Default.StorageClass);

    /// <inheritdoc/>
    public required ObjectMeta Metadata { get; init; }

    /// <summary>Who makes the volumes. Immutable.</summary>
    public required string Provisioner { get; init; }

    /// <summary>What the provisioner is told. Immutable.</summary>
    public IReadOnlyDictionary<string, string>? Parameters { get; init; }

    /// <summary>What becomes of volumes without their claims.</summary>
    public string? ReclaimPolicy { get; init; }

    /// <summary><c>Immediate</c> or <c>WaitForFirstConsumer</c>.</summary>
    public string? VolumeBindingMode { get; init; }

    /// <summary>Whether claims may grow.</summary>
    public bool? AllowVolumeExpansion { get; init; }
}
