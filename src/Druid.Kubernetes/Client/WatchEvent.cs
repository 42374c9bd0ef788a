using Druid.Kubernetes.Resources;

namespace Druid.Kubernetes.Client;

/// <summary>What a watch tells.</summary>
public enum WatchEventType
{
    /// <summary>The object is there now.</summary>
    Added,

    /// <summary>The object has changed.</summary>
    Modified,

    /// <summary>The object is gone; what comes along is its last state.</summary>
    Deleted,

    /// <summary>Nothing happened up to this version: where to go on from after a break.</summary>
    Bookmark,
}

/// <summary>One event of a watch.</summary>
/// <param name="Type">What happened.</param>
/// <param name="Resource">To which object; null for a bookmark.</param>
/// <param name="ResourceVersion">The version of the data after it: where to go on from after a break.</param>
public readonly record struct WatchEvent<T>(WatchEventType Type, T? Resource, string ResourceVersion) where T : class, IResource;
