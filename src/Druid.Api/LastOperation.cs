using System.Text.Json.Serialization;
using Druid.Api.Schemas;

namespace Druid.Api;

/// <summary>An operation on the object and how far it got.</summary>
public sealed record LastOperation
{
    /// <summary>What is done: Create, Reconcile or Delete for an Etcd; Admit, Execution or Cleanup for an EtcdOpsTask.</summary>
    [Required]
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>How far it is: Processing, Succeeded, Error or Requeue for an Etcd; InProgress, Completed or Failed for an EtcdOpsTask.</summary>
    [Required]
    public string State { get; init => field = value ?? ""; } = "";

    /// <summary>What this run has in common with the operator's log lines about it.</summary>
    [Required, JsonPropertyName("runID")]
    public string RunId { get; init => field = value ?? ""; } = "";

    /// <summary>The operation in words.</summary>
    [Required]
    public string Description { get; init => field = value ?? ""; } = "";

    /// <summary>When this entry was last written.</summary>
    [Required]
    public DateTimeOffset LastUpdateTime { get; init; }
}

/// <summary>Values of <see cref="LastOperation.Type"/>.</summary>
public static class OperationType
{
    /// <summary>The cluster is created.</summary>
    public const string Create = "Create";

    /// <summary>The cluster follows its spec.</summary>
    public const string Reconcile = "Reconcile";

    /// <summary>The cluster is deleted.</summary>
    public const string Delete = "Delete";

    /// <summary>Of an EtcdOpsTask: it is checked whether the task may run.</summary>
    public const string Admit = "Admit";

    /// <summary>Of an EtcdOpsTask: the task runs.</summary>
    public const string Execution = "Execution";

    /// <summary>Of an EtcdOpsTask: the finished task is removed.</summary>
    public const string Cleanup = "Cleanup";
}

/// <summary>Values of <see cref="LastOperation.State"/>.</summary>
public static class OperationState
{
    /// <summary>The operation runs.</summary>
    public const string Processing = "Processing";

    /// <summary>The operation is complete.</summary>
    public const string Succeeded = "Succeeded";

    /// <summary>The operation failed and is tried again.</summary>
    public const string Error = "Error";

    /// <summary>The operation waits for something and is tried again.</summary>
    public const string Requeue = "Requeue";

    /// <summary>Of an EtcdOpsTask: the operation runs.</summary>
    public const string InProgress = "InProgress";

    /// <summary>Of an EtcdOpsTask: the operation is complete.</summary>
    public const string Completed = "Completed";

    /// <summary>Of an EtcdOpsTask: the operation failed for good.</summary>
    public const string Failed = "Failed";
}

/// <summary>An error that an operation met.</summary>
public sealed record LastError
{
    /// <summary>What kind of error: ERR_ and words in capitals.</summary>
    [Required]
    public string Code { get; init => field = value ?? ""; } = "";

    /// <summary>What happened, to which object, and what to do.</summary>
    [Required]
    public string Description { get; init => field = value ?? ""; } = "";

    /// <summary>When it was met.</summary>
    [Required]
    public DateTimeOffset ObservedAt { get; init; }
}
