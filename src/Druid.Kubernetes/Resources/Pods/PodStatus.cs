namespace Druid.Kubernetes.Resources;

/// <summary>What a pod does.</summary>
public sealed record PodStatus
{
    /// <summary><c>Pending</c>, <c>Running</c>, <c>Succeeded</c>, <c>Failed</c> or <c>Unknown</c>.</summary>
    public string? Phase { get; init; }

    /// <summary>Among them <c>PodScheduled</c> and <c>Ready</c>.</summary>
    public IReadOnlyList<Condition>? Conditions { get; init; }

    /// <summary>A word why it is in this phase, as in <c>Evicted</c>.</summary>
    public string? Reason { get; init; }

    /// <summary>A sentence why it is in this phase.</summary>
    public string? Message { get; init; }

    /// <summary>Address of its node.</summary>
    public string? HostIP { get; init; }

    /// <summary>Its address.</summary>
    public string? PodIP { get; init; }

    /// <summary>When the kubelet took it up.</summary>
    public DateTimeOffset? StartTime { get; init; }

    /// <summary>State of the init containers.</summary>
    public IReadOnlyList<ContainerStatus>? InitContainerStatuses { get; init; }

    /// <summary>State of the containers.</summary>
    public IReadOnlyList<ContainerStatus>? ContainerStatuses { get; init; }
}

/// <summary>What a container does.</summary>
public sealed record ContainerStatus
{
    /// <summary>The container.</summary>
    public required string Name { get; init; }

    /// <summary>What it does now.</summary>
    public ContainerState? State { get; init; }

    /// <summary>How it ended the last time.</summary>
    public ContainerState? LastState { get; init; }

    /// <summary>Whether it passes its readiness probe.</summary>
    public bool? Ready { get; init; }

    /// <summary>Whether it passed its startup probe.</summary>
    public bool? Started { get; init; }

    /// <summary>How often it was started again.</summary>
    public int? RestartCount { get; init; }

    /// <summary>The image.</summary>
    public string? Image { get; init; }

    /// <summary>The image by digest.</summary>
    public string? ImageID { get; init; }

    /// <summary>The container by runtime and id.</summary>
    public string? ContainerID { get; init; }
}

/// <summary>One of three: waiting, running or terminated.</summary>
public sealed record ContainerState
{
    /// <summary>Set while it waits.</summary>
    public ContainerStateWaiting? Waiting { get; init; }

    /// <summary>Set while it runs.</summary>
    public ContainerStateRunning? Running { get; init; }

    /// <summary>Set once it ended.</summary>
    public ContainerStateTerminated? Terminated { get; init; }
}

/// <summary>Why a container does not run yet.</summary>
public sealed record ContainerStateWaiting
{
    /// <summary>A word, as in <c>CrashLoopBackOff</c>.</summary>
    public string? Reason { get; init; }

    /// <summary>A sentence.</summary>
    public string? Message { get; init; }
}

/// <summary>Since when a container runs.</summary>
public sealed record ContainerStateRunning
{
    /// <summary>Its start.</summary>
    public DateTimeOffset? StartedAt { get; init; }
}

/// <summary>How a container ended.</summary>
public sealed record ContainerStateTerminated
{
    /// <summary>Its exit code.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The signal that ended it.</summary>
    public int? Signal { get; init; }

    /// <summary>A word, as in <c>OOMKilled</c>.</summary>
    public string? Reason { get; init; }

    /// <summary>What it left in its termination log.</summary>
    public string? Message { get; init; }

    /// <summary>Its start.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Its end.</summary>
    public DateTimeOffset? FinishedAt { get; init; }
}
