namespace Druid.Kubernetes.Client;

/// <summary>Which objects to list.</summary>
public sealed record ListOptions
{
    /// <summary>Only objects with such labels, as in <c>app=etcd,tier in (a,b)</c>.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>Only objects with such fields, as in <c>spec.nodeName=n1</c>.</summary>
    public string? FieldSelector { get; init; }

    /// <summary>Objects on a page; 0 for all on one.</summary>
    public int Limit { get; init; } = 500;

    /// <summary>
    /// Null for the newest data; <c>0</c> for whatever the server has at hand, which may be old; a version for data at least
    /// as new.
    /// </summary>
    public string? ResourceVersion { get; init; }

    /// <summary>Where the page before said to go on.</summary>
    public string? Continue { get; init; }
}

/// <summary>Which objects to watch, and from when.</summary>
public sealed record WatchOptions
{
    /// <summary>Only objects with such labels.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>Only objects with such fields.</summary>
    public string? FieldSelector { get; init; }

    /// <summary>The version after which events are wanted; null for all objects as they are, then events.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>Whether the server tells now and then that nothing happened.</summary>
    public bool Bookmarks { get; init; } = true;

    /// <summary>After what time the server ends the watch; null for a time of its choice.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>
    /// How long events may wait to be read together, after one that came alone; zero for not at all. They wait in a connection of their own:
    /// hundreds of small ones a second cost little more than their text does, while each would wake threads and be answered by itself.
    /// </summary>
    public TimeSpan Gather { get; init; }
}

/// <summary>How to delete.</summary>
public sealed record DeleteOptions
{
    /// <summary>What becomes of objects that it owns; null for what is usual of its kind.</summary>
    public Propagation? Propagation { get; init; }

    /// <summary>Seconds for a graceful end; null for the object's own.</summary>
    public long? GracePeriodSeconds { get; init; }

    /// <summary>Only this very object, not a successor of the same name.</summary>
    public string? Uid { get; init; }

    /// <summary>Only this version of the object.</summary>
    public string? ResourceVersion { get; init; }
}

/// <summary>What becomes of the objects that a deleted one owns.</summary>
public enum Propagation
{
    /// <summary>They are deleted afterwards.</summary>
    Background,

    /// <summary>They are deleted first.</summary>
    Foreground,

    /// <summary>They stay, without an owner.</summary>
    Orphan,
}

/// <summary>How a patch is written.</summary>
public enum PatchKind
{
    /// <summary>The fields to change; null removes one; lists are replaced (RFC 7386).</summary>
    Merge,

    /// <summary>A list of operations (RFC 6902).</summary>
    Json,

    /// <summary>As merge, but known lists are merged by key. Not for custom resources.</summary>
    Strategic,
}
