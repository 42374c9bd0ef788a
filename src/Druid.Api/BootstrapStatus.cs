using Druid.Api.Schemas;

namespace Druid.Api;

/// <summary>The cluster that was joined when this one was bootstrapped.</summary>
public sealed record BootstrapStatus
{
    /// <summary>When all members had joined.</summary>
    [Required]
    public DateTimeOffset JoinedAt { get; init; }

    /// <summary>The members of the joined cluster at that time.</summary>
    [Required, ListType("atomic")]
    public IReadOnlyList<JoinedMember> Members { get; init => field = value ?? []; } = [];
}

/// <summary>A member of the joined cluster.</summary>
public sealed record JoinedMember
{
    /// <summary>The member's name.</summary>
    [Required]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The member's peer URLs.</summary>
    [Required, ListType("atomic")]
    public IReadOnlyList<string> PeerUrls { get; init => field = value ?? []; } = [];
}
