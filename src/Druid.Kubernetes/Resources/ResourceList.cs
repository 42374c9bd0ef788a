namespace Druid.Kubernetes.Resources;

/// <summary>One page of a list.</summary>
/// <param name="Metadata">The version of the list and how to get the next page.</param>
/// <param name="Items">The objects of this page.</param>
public sealed record ResourceList<T>(ListMeta Metadata, IReadOnlyList<T> Items) where T : class, IResource;

/// <summary>What the server says of a list.</summary>
public sealed record ListMeta
{
    /// <summary>The state of the server that the list shows; where a watch goes on from.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>Token of the next page; null or empty on the last one.</summary>
    public string? Continue { get; init; }

    /// <summary>How many objects follow, if the server knows.</summary>
    public long? RemainingItemCount { get; init; }
}
