using Druid.Api.Schemas;
using Druid.Kubernetes.Resources;

namespace Druid.Api;

/// <summary>Copies snapshots from one store to another, once.</summary>
public sealed record EtcdCopyBackupsTask : IResource<EtcdCopyBackupsTask>
{
    /// <inheritdoc/>
    public static ResourceType<EtcdCopyBackupsTask> Type { get; } = ApiGroup.ResourceType("EtcdCopyBackupsTask", "etcdcopybackupstasks", ApiJson.Of<EtcdCopyBackupsTask>());

    /// <summary>Name, namespace, labels, annotations and the server's bookkeeping.</summary>
    public required ObjectMeta Metadata { get; init; }

    /// <summary>What is to be copied.</summary>
    public EtcdCopyBackupsTaskSpec Spec { get; init => field = value ?? new(); } = new();

    /// <summary>How far the copy is. Written by the operator only.</summary>
    public EtcdCopyBackupsTaskStatus Status { get; init => field = value ?? new(); } = new();
}

/// <summary>What is to be copied.</summary>
public sealed record EtcdCopyBackupsTaskSpec
{
    /// <summary>Labels of the pod that copies, in addition to the operator's own.</summary>
    public IReadOnlyDictionary<string, string> PodLabels { get; init => field = value ?? Empty.Map; } = Empty.Map;

    /// <summary>Where the snapshots are.</summary>
    [Required]
    public StoreSpec SourceStore { get; init => field = value ?? new(); } = new();

    /// <summary>Where the snapshots shall be.</summary>
    [Required]
    public StoreSpec TargetStore { get; init => field = value ?? new(); } = new();

    /// <summary>Age in days above which snapshots are left behind; absent or 0, none is.</summary>
    [Minimum(0)]
    public int? MaxBackupAge { get; init; }

    /// <summary>Number of full snapshots, newest first, that are copied with their deltas; absent or 0, all are.</summary>
    [Minimum(0)]
    public int? MaxBackups { get; init; }

    /// <summary>Whether the copy waits until the source has a final full snapshot.</summary>
    public WaitForFinalSnapshotSpec? WaitForFinalSnapshot { get; init; }
}

/// <summary>Whether the copy waits until the source has a final full snapshot.</summary>
public sealed record WaitForFinalSnapshotSpec
{
    /// <summary>Wait for it.</summary>
    [Required]
    public bool Enabled { get; init; }

    /// <summary>How long; the copy then starts without it. Absent or 0, for ever.</summary>
    [Pattern(Patterns.DurationOrZero)]
    public Duration? Timeout { get; init; }
}

/// <summary>How far the copy is.</summary>
public sealed record EtcdCopyBackupsTaskStatus
{
    /// <summary>Whether the copy succeeded or failed, one entry a type.</summary>
    public IReadOnlyList<EtcdCondition> Conditions { get; init => field = value ?? []; } = [];

    /// <summary>The last generation of the spec that was acted on.</summary>
    public long? ObservedGeneration { get; init; }

    /// <summary>What last went wrong.</summary>
    public string? LastError { get; init; }
}
