using Druid.Api.Schemas;

namespace Druid.Api;

/// <summary>One statement about an object's health: whether it holds, since when, and why.</summary>
public sealed record EtcdCondition
{
    /// <summary>What is stated.</summary>
    [Required]
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>Whether it holds: True, False, Unknown, or Progressing while it is about to.</summary>
    [Required]
    public string Status { get; init => field = value ?? ""; } = "";

    /// <summary>When status last changed.</summary>
    [Required]
    public DateTimeOffset LastTransitionTime { get; init; }

    /// <summary>When this entry was last written.</summary>
    [Required]
    public DateTimeOffset LastUpdateTime { get; init; }

    /// <summary>Why status is what it is, as one word.</summary>
    [Required]
    public string Reason { get; init => field = value ?? ""; } = "";

    /// <summary>Why status is what it is, in words, and what it waits for.</summary>
    [Required]
    public string Message { get; init => field = value ?? ""; } = "";
}

/// <summary>Values of <see cref="EtcdCondition.Status"/>.</summary>
public static class ConditionStatus
{
    /// <summary>It holds.</summary>
    public const string True = "True";

    /// <summary>It does not hold.</summary>
    public const string False = "False";

    /// <summary>It cannot be told.</summary>
    public const string Unknown = "Unknown";

    /// <summary>It did hold, and whether it still does is being found out.</summary>
    public const string Progressing = "Progressing";
}

/// <summary>Values of <see cref="EtcdCondition.Type"/>.</summary>
public static class ConditionType
{
    /// <summary>A majority of the members serves.</summary>
    public const string Ready = "Ready";

    /// <summary>Every member serves.</summary>
    public const string AllMembersReady = "AllMembersReady";

    /// <summary>Every member runs what the spec asks for.</summary>
    public const string AllMembersUpdated = "AllMembersUpdated";

    /// <summary>Snapshots are taken as scheduled.</summary>
    public const string BackupReady = "BackupReady";

    /// <summary>Every member's volume is bound and without a warning.</summary>
    public const string DataVolumesReady = "DataVolumesReady";

    /// <summary>The members do not agree on the cluster they belong to.</summary>
    public const string ClusterIdMismatch = "ClusterIDMismatch";

    /// <summary>The last compaction of snapshots succeeded.</summary>
    public const string LastSnapshotCompactionSucceeded = "LastSnapshotCompactionSucceeded";

    /// <summary>All members have joined the cluster that bootstrapWithExistingCluster names.</summary>
    public const string BootstrappedWithExistingCluster = "BootstrappedWithExistingCluster";

    /// <summary>Of an EtcdCopyBackupsTask: the copy is complete.</summary>
    public const string Succeeded = "Succeeded";

    /// <summary>Of an EtcdCopyBackupsTask: the copy failed for good.</summary>
    public const string Failed = "Failed";
}
