namespace Druid.Kubernetes.Resources;

/// <summary>How many replicas an object has and should have: what its <c>scale</c> subresource says.</summary>
public sealed record Scale
{
    /// <summary>The object.</summary>
    public required ObjectMeta Metadata { get; init; }

    /// <summary>What should be.</summary>
    public ScaleSpec? Spec { get; init; }

    /// <summary>What is.</summary>
    public ScaleStatus? Status { get; init; }
}

/// <summary>How many replicas there should be.</summary>
public sealed record ScaleSpec
{
    /// <summary>Their number.</summary>
    public int? Replicas { get; init; }
}

/// <summary>How many replicas there are.</summary>
public sealed record ScaleStatus
{
    /// <summary>Their number.</summary>
    public int? Replicas { get; init; }

    /// <summary>Which pods they are.</summary>
    public string? Selector { get; init; }
}
