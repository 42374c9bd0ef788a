namespace Druid.Kubernetes.Runtime;

/// <summary>What a reconcile leaves to do.</summary>
/// <param name="After">When to come back without a reason; null for not at all.</param>
public readonly record struct ReconcileResult(TimeSpan? After)
{
    /// <summary>Nothing, until something changes.</summary>
    public static ReconcileResult Done => default;

    /// <summary>To look again after a time, if nothing changes before.</summary>
    public static ReconcileResult Again(TimeSpan after) => new(after);
}
