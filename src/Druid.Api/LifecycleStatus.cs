using Druid.Api.Schemas;

namespace Druid.Api;

/// <summary>Where the machines that drive a cluster stand.</summary>
public sealed record LifecycleStatus
{
    /// <summary>Number of transitions that <see cref="Transitions"/> keeps.</summary>
    public const int KeptTransitions = 20;

    /// <summary>The current state of each region of the lifecycle machine.</summary>
    [ListType("map", "name")]
    public IReadOnlyList<RegionStatus> Regions { get; init => field = value ?? []; } = [];

    /// <summary>The last transitions, newest last.</summary>
    [MaxItems(KeptTransitions), ListType("atomic")]
    public IReadOnlyList<TransitionStatus> Transitions { get; init => field = value ?? []; } = [];
}

/// <summary>One region of a machine and the state it is in.</summary>
public sealed record RegionStatus
{
    /// <summary>Name of the region: lifecycle, serving or backup.</summary>
    [Required]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The state, nested states separated by slashes.</summary>
    [Required]
    public string State { get; init => field = value ?? ""; } = "";

    /// <summary>When the state was entered.</summary>
    [Required]
    public DateTimeOffset Since { get; init; }

    /// <summary>Generation of the spec for which the state was entered.</summary>
    public long? Generation { get; init; }

    /// <summary>What must happen before the state can be left, in words; absent if nothing is waited for.</summary>
    public string? WaitingFor { get; init; }
}

/// <summary>One step that a machine took.</summary>
public sealed record TransitionStatus
{
    /// <summary>Name of the region.</summary>
    [Required]
    public string Region { get; init => field = value ?? ""; } = "";

    /// <summary>The state that was left.</summary>
    [Required]
    public string From { get; init => field = value ?? ""; } = "";

    /// <summary>The state that was entered.</summary>
    [Required]
    public string To { get; init => field = value ?? ""; } = "";

    /// <summary>What was observed that led from one to the other.</summary>
    [Required]
    public string Trigger { get; init => field = value ?? ""; } = "";

    /// <summary>When it happened.</summary>
    [Required]
    public DateTimeOffset At { get; init; }
}
