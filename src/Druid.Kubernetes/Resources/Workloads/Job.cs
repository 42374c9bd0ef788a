using Druid.Kubernetes.Json;

namespace Druid.Kubernetes.Resources;

/// <summary>Pods that run to an end.</summary>
public sealed record Job : IResource<Job>
{
    /// <inheritdoc/>
    public static ResourceType<Job> Type { get; } = new("batch", "v1", "Job", "jobs", namespaced: true, KubernetesJson.Default.Job);

    /// <inheritdoc/>
    public required ObjectMeta Metadata { get; init; }

    /// <summary>What runs, and how often.</summary>
    public JobSpec? Spec { get; init; }

    /// <summary>How far it is.</summary>
    public JobStatus? Status { get; init; }
}

/// <summary>What a job runs, and how often.</summary>
public sealed record JobSpec
{
    /// <summary>Pods at a time.</summary>
    public int? Parallelism { get; init; }

    /// <summary>Pods that must succeed.</summary>
    public int? Completions { get; init; }

    /// <summary>Failures after which it gives up.</summary>
    public int? BackoffLimit { get; init; }

    /// <summary>Seconds it may take.</summary>
    public long? ActiveDeadlineSeconds { get; init; }

    /// <summary>Seconds after its end when it is deleted.</summary>
    public int? TtlSecondsAfterFinished { get; init; }

    /// <summary>Whether it is stopped for now.</summary>
    public bool? Suspend { get; init; }

    /// <summary>Which pods are its own; chosen by the server unless given.</summary>
    public LabelSelector? Selector { get; init; }

    /// <summary>The pods.</summary>
    public PodTemplateSpec? Template { get; init; }
}

/// <summary>How far a job is.</summary>
public sealed record JobStatus
{
    /// <summary>Among them <c>Complete</c> and <c>Failed</c>.</summary>
    public IReadOnlyList<Condition>? Conditions { get; init; }

    /// <summary>Its start.</summary>
    public DateTimeOffset? StartTime { get; init; }

    /// <summary>Its successful end.</summary>
    public DateTimeOffset? CompletionTime { get; init; }

    /// <summary>Pods that run or wait to.</summary>
    public int? Active { get; init; }

    /// <summary>Pods that are ready.</summary>
    public int? Ready { get; init; }

    /// <summary>Pods that succeeded.</summary>
    public int? Succeeded { get; init; }

    /// <summary>Pods that failed.</summary>
    public int? Failed { get; init; }
}
