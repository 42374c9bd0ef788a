using System.Text.Json.Serialization;
using Druid.Api.Schemas;
using Druid.Kubernetes.Resources;

namespace Druid.Api;

/// <summary>An operation on a running cluster, done once, such as a snapshot on demand.</summary>
public sealed record EtcdOpsTask : IResource<EtcdOpsTask>
{
    /// <inheritdoc/>
    public static ResourceType<EtcdOpsTask> Type { get; } = ApiGroup.ResourceType("EtcdOpsTask", "etcdopstasks", ApiJson.Of<EtcdOpsTask>());

    /// <summary>Name, namespace, labels, annotations and the server's bookkeeping.</summary>
    public required ObjectMeta Metadata { get; init; }

    /// <summary>What is to be done to which cluster.</summary>
    [Required]
    public EtcdOpsTaskSpec Spec { get; init => field = value ?? new(); } = new();

    /// <summary>How far it is. Written by the operator only.</summary>
    public EtcdOpsTaskStatus Status { get; init => field = value ?? new(); } = new();
}

/// <summary>What is to be done to which cluster. Cannot be changed.</summary>
public sealed record EtcdOpsTaskSpec
{
    /// <summary>What is to be done: exactly one of its fields.</summary>
    [Required]
    public OpsTaskConfig Config { get; init => field = value ?? new(); } = new();

    /// <summary>Seconds after its end at which the task is deleted.</summary>
    [JsonPropertyName("ttlSecondsAfterFinished"), Minimum(1), Default(DefaultTtlSeconds)]
    public int? TtlSecondsAfterFinished { get; init; }

    /// <summary>Name of the Etcd, in the task's namespace.</summary>
    public string? EtcdName { get; init; }

    /// <summary>What <see cref="TtlSecondsAfterFinished"/> is if absent.</summary>
    public const int DefaultTtlSeconds = 3600;
}

/// <summary>What is to be done: exactly one of its fields.</summary>
[PropertyCount(1, 1)]
public sealed record OpsTaskConfig
{
    /// <summary>Take a snapshot now.</summary>
    public OnDemandSnapshot? OnDemandSnapshot { get; init; }
}

/// <summary>A snapshot that is taken now.</summary>
public sealed record OnDemandSnapshot
{
    /// <summary>What <see cref="TimeoutSecondsDelta"/> is if absent.</summary>
    public const int DefaultTimeoutSecondsDelta = 60;

    /// <summary>What <see cref="TimeoutSecondsFull"/> is if absent.</summary>
    public const int DefaultTimeoutSecondsFull = 900;

    /// <summary>full for the whole database, delta for the events since the last snapshot.</summary>
    [Required, Enum(SnapshotType.Full, SnapshotType.Delta)]
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>Mark a full snapshot as the last one before the cluster goes.</summary>
    public bool? IsFinal { get; init; }

    /// <summary>Seconds that a delta snapshot may take.</summary>
    [Minimum(10), Default(DefaultTimeoutSecondsDelta)]
    public int? TimeoutSecondsDelta { get; init; }

    /// <summary>Seconds that a full snapshot may take.</summary>
    [Minimum(120), Default(DefaultTimeoutSecondsFull)]
    public int? TimeoutSecondsFull { get; init; }
}

/// <summary>Values of <see cref="OnDemandSnapshot.Type"/>.</summary>
public static class SnapshotType
{
    /// <summary>The whole database.</summary>
    public const string Full = "full";

    /// <summary>The events since the last snapshot.</summary>
    public const string Delta = "delta";
}

/// <summary>How far a task is.</summary>
public sealed record EtcdOpsTaskStatus
{
    /// <summary>Number of errors that <see cref="LastErrors"/> keeps.</summary>
    public const int KeptErrors = 10;

    /// <summary>The task's state.</summary>
    [Enum(TaskState.Pending, TaskState.InProgress, TaskState.Succeeded, TaskState.Failed, TaskState.Rejected)]
    public string? State { get; init; }

    /// <summary>When the state last changed.</summary>
    public DateTimeOffset? LastTransitionTime { get; init; }

    /// <summary>When the task began to run.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>The last errors that the task met, newest last.</summary>
    [MaxItems(KeptErrors)]
    public IReadOnlyList<LastError> LastErrors { get; init => field = value ?? []; } = [];

    /// <summary>What the task does at present.</summary>
    public LastOperation? LastOperation { get; init; }
}

/// <summary>Values of <see cref="EtcdOpsTaskStatus.State"/>. A task goes from Pending through InProgress to Succeeded or Failed, or is Rejected; never back.</summary>
public static class TaskState
{
    /// <summary>Accepted, not yet begun.</summary>
    public const string Pending = "Pending";

    /// <summary>Runs.</summary>
    public const string InProgress = "InProgress";

    /// <summary>Done.</summary>
    public const string Succeeded = "Succeeded";

    /// <summary>Could not be done.</summary>
    public const string Failed = "Failed";

    /// <summary>Was not begun, because the cluster did not allow it.</summary>
    public const string Rejected = "Rejected";
}
