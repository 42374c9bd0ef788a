using Druid.Api.Schemas;

namespace Druid.Api;

/// <summary>One member as its lease and its pod tell.</summary>
public sealed record MemberStatus
{
    /// <summary>The member's name, which is its lease's name too.</summary>
    [Required]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The member's id in hexadecimal.</summary>
    public string? Id { get; init; }

    /// <summary>Leader or Member.</summary>
    public string? Role { get; init; }

    /// <summary>Ready, NotReady or Unknown.</summary>
    [Required]
    public string Status { get; init => field = value ?? ""; } = "";

    /// <summary>Why the status is what it is: LeaseSucceeded, LeaseExpired, ContainersNotReady, UnknownGracePeriodExceeded.</summary>
    [Required]
    public string Reason { get; init => field = value ?? ""; } = "";

    /// <summary>When the status last changed.</summary>
    [Required]
    public DateTimeOffset LastTransitionTime { get; init; }
}

/// <summary>Values of <see cref="MemberStatus.Status"/>.</summary>
public static class MemberHealth
{
    /// <summary>The member renews its lease.</summary>
    public const string Ready = "Ready";

    /// <summary>The member is down.</summary>
    public const string NotReady = "NotReady";

    /// <summary>The member has not been heard of for a while.</summary>
    public const string Unknown = "Unknown";
}

/// <summary>Values of <see cref="MemberStatus.Role"/>.</summary>
public static class MemberRole
{
    /// <summary>The member leads.</summary>
    public const string Leader = "Leader";

    /// <summary>The member follows or learns.</summary>
    public const string Member = "Member";
}

/// <summary>Values of <see cref="MemberStatus.Reason"/>.</summary>
public static class MemberReason
{
    /// <summary>The lease is renewed in time.</summary>
    public const string LeaseSucceeded = "LeaseSucceeded";

    /// <summary>The lease has not been renewed for the unknown threshold.</summary>
    public const string LeaseExpired = "LeaseExpired";

    /// <summary>The lease has expired and the pod's containers are not ready.</summary>
    public const string ContainersNotReady = "ContainersNotReady";

    /// <summary>The member has been unknown for longer than the not-ready threshold.</summary>
    public const string UnknownGracePeriodExceeded = "UnknownGracePeriodExceeded";
}
