namespace Druid.Kubernetes.Resources;

/// <summary>A fact about an object, its reason, and since when it holds.</summary>
public sealed record Condition
{
    /// <summary>What the condition is about, as in <c>Ready</c>.</summary>
    public required string Type { get; init; }

    /// <summary><c>True</c>, <c>False</c> or <c>Unknown</c>.</summary>
    public required string Status { get; init; }

    /// <summary>The generation of the spec that this was judged for.</summary>
    public long? ObservedGeneration { get; init; }

    /// <summary>Since when the status is what it is.</summary>
    public DateTimeOffset? LastTransitionTime { get; init; }

    /// <summary>When the condition was last judged; most kinds leave it out.</summary>
    public DateTimeOffset? LastUpdateTime { get; init; }

    /// <summary>A word for programs.</summary>
    public string? Reason { get; init; }

    /// <summary>A sentence for people.</summary>
    public string? Message { get; init; }
}
