using Druid.Kubernetes.Resources;

namespace Druid.Kubernetes.Runtime;

/// <summary>A change in a <see cref="Store{T}"/>: at least one of both sides is there.</summary>
/// <param name="Old">The object before; null when it is new.</param>
/// <param name="New">The object now; null when it is gone.</param>
public readonly record struct StoreChange<T>(T? Old, T? New) where T : class, IResource
{
    /// <summary>The object as last known.</summary>
    public T Latest => New ?? Old!;

    /// <summary>Namespace and name of the object.</summary>
    public ObjectKey Key => Latest.Key;

    /// <summary>Whether it was not there before.</summary>
    public bool IsNew => Old is null;

    /// <summary>Whether it is there no more.</summary>
    public bool IsGone => New is null;

    /// <summary>Whether another object of the same name took its place unseen.</summary>
    public bool IsReplacement => Old is not null && New is not null && Old.Metadata.Uid != New.Metadata.Uid;

    /// <summary>Whether something other than its status changed: it came or went, or its desired state, labels, annotations, finalizers or deletion did.</summary>
    public bool IsMoreThanStatus =>
        IsNew || IsGone || IsReplacement
        || Old!.Metadata.Generation != New!.Metadata.Generation
        || Old.Metadata.DeletionTimestamp != New.Metadata.DeletionTimestamp
        || !Same(Old.Metadata.Labels, New.Metadata.Labels)
        || !Same(Old.Metadata.Annotations, New.Metadata.Annotations)
        || !(Old.Metadata.Finalizers ?? []).SequenceEqual(New.Metadata.Finalizers ?? []);

    /// <summary>Whether somebody declares something else of an object that was there, by its desired state, annotations or deletion: and waits for it.</summary>
    public bool IsDeclaration =>
        Old is not null && New is not null
        && (Old.Metadata.Generation != New.Metadata.Generation
            || Old.Metadata.DeletionTimestamp != New.Metadata.DeletionTimestamp
            || !Same(Old.Metadata.Annotations, New.Metadata.Annotations));

    static bool Same(IReadOnlyDictionary<string, string>? one, IReadOnlyDictionary<string, string>? other) =>
        (one?.Count ?? 0) == (other?.Count ?? 0) && (one is null || one.All(e => other!.TryGetValue(e.Key, out var value) && value == e.Value));
}
