namespace Druid.Kubernetes.Resources;

/// <summary>Files that containers of a pod can mount; exactly one source is set.</summary>
public sealed record Volume
{
    /// <summary>The name mounts use.</summary>
    public required string Name { get; init; }

    /// <summary>Entries of a ConfigMap.</summary>
    public ConfigMapVolumeSource? ConfigMap { get; init; }

    /// <summary>Entries of a Secret.</summary>
    public SecretVolumeSource? Secret { get; init; }

    /// <summary>A path of the node.</summary>
    public HostPathVolumeSource? HostPath { get; init; }

    /// <summary>An empty directory that lives as long as the pod.</summary>
    public EmptyDirVolumeSource? EmptyDir { get; init; }

    /// <summary>Several sources in one directory.</summary>
    public ProjectedVolumeSource? Projected { get; init; }

    /// <summary>A claimed volume.</summary>
    public PersistentVolumeClaimVolumeSource? PersistentVolumeClaim { get; init; }
}

/// <summary>A volume in the file system of a container.</summary>
public sealed record VolumeMount
{
    /// <summary>The volume.</summary>
    public required string Name { get; init; }

    /// <summary>Where it appears.</summary>
    public required string MountPath { get; init; }

    /// <summary>The part of the volume that appears.</summary>
    public string? SubPath { get; init; }

    /// <summary>Whether it cannot be written to.</summary>
    public bool? ReadOnly { get; init; }
}

/// <summary>Entries of a ConfigMap as files.</summary>
public sealed record ConfigMapVolumeSource
{
    /// <summary>The ConfigMap.</summary>
    public string? Name { get; init; }

    /// <summary>Which entries; all when null.</summary>
    public IReadOnlyList<KeyToPath>? Items { get; init; }

    /// <summary>Mode bits of the files.</summary>
    public int? DefaultMode { get; init; }

    /// <summary>Whether it may be missing.</summary>
    public bool? Optional { get; init; }
}

/// <summary>Entries of a Secret as files.</summary>
public sealed record SecretVolumeSource
{
    /// <summary>The Secret.</summary>
    public string? SecretName { get; init; }

    /// <summary>Which entries; all when null.</summary>
    public IReadOnlyList<KeyToPath>? Items { get; init; }

    /// <summary>Mode bits of the files.</summary>
    public int? DefaultMode { get; init; }

    /// <summary>Whether it may be missing.</summary>
    public bool? Optional { get; init; }
}

/// <summary>An entry and the file it becomes.</summary>
public sealed record KeyToPath
{
    /// <summary>The entry.</summary>
    public required string Key { get; init; }

    /// <summary>The file.</summary>
    public required string Path { get; init; }

    /// <summary>Mode bits of the file.</summary>
    public int? Mode { get; init; }
}

/// <summary>A path of the node.</summary>
public sealed record HostPathVolumeSource
{
    /// <summary>The path.</summary>
    public required string Path { get; init; }

    /// <summary>What must be there or is made, as in <c>DirectoryOrCreate</c>.</summary>
    public string? Type { get; init; }
}

/// <summary>An empty directory.</summary>
public sealed record EmptyDirVolumeSource
{
    /// <summary><c>Memory</c>, or empty for the node's disk.</summary>
    public string? Medium { get; init; }

    /// <summary>How large it may grow.</summary>
    public Quantity? SizeLimit { get; init; }
}

/// <summary>Several sources in one directory.</summary>
public sealed record ProjectedVolumeSource
{
    /// <summary>The sources.</summary>
    public IReadOnlyList<VolumeProjection>? Sources { get; init; }

    /// <summary>Mode bits of the files.</summary>
    public int? DefaultMode { get; init; }
}

/// <summary>One source of a projected volume; exactly one is set.</summary>
public sealed record VolumeProjection
{
    /// <summary>Entries of a ConfigMap.</summary>
    public ObjectProjection? ConfigMap { get; init; }

    /// <summary>Entries of a Secret.</summary>
    public ObjectProjection? Secret { get; init; }

    /// <summary>A token of the pod's service account.</summary>
    public ServiceAccountTokenProjection? ServiceAccountToken { get; init; }
}

/// <summary>Entries of a ConfigMap or Secret.</summary>
public sealed record ObjectProjection
{
    /// <summary>The object.</summary>
    public string? Name { get; init; }

    /// <summary>Which entries; all when null.</summary>
    public IReadOnlyList<KeyToPath>? Items { get; init; }

    /// <summary>Whether it may be missing.</summary>
    public bool? Optional { get; init; }
}

/// <summary>A token of the pod's service account.</summary>
public sealed record ServiceAccountTokenProjection
{
    /// <summary>The file.</summary>
    public required string Path { get; init; }

    /// <summary>For whom the token is.</summary>
    public string? Audience { get; init; }

    /// <summary>How long a token is good for.</summary>
    public long? ExpirationSeconds { get; init; }
}

/// <summary>A claimed volume.</summary>
public sealed record PersistentVolumeClaimVolumeSource
{
    /// <summary>The claim.</summary>
    public required string ClaimName { get; init; }

    /// <summary>Whether it cannot be written to.</summary>
    public bool? ReadOnly { get; init; }
}
