namespace Druid.Kubernetes.Resources;

/// <summary>What every object carries. <c>managedFields</c> is not kept: it is larger than most objects and nobody here reads it.</summary>
public sealed record ObjectMeta
{
    /// <summary>The name, unique in kind and namespace; empty only when creating with <see cref="GenerateName"/>.</summary>
    public required string Name { get; init; }

    /// <summary>Prefix from which the server makes a name on creation.</summary>
    public string? GenerateName { get; init; }

    /// <summary>The namespace; null for cluster-wide objects.</summary>
    public string? Namespace { get; init; }

    /// <summary>The server's identity of this very object: a successor of the same name has another.</summary>
    public string? Uid { get; init; }

    /// <summary>Opaque version of the object. In a write it is a precondition: the write fails when the object has moved on.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>Counts changes of the desired state.</summary>
    public long? Generation { get; init; }

    /// <summary>When the server accepted the object.</summary>
    public DateTimeOffset? CreationTimestamp { get; init; }

    /// <summary>Set once deletion was asked for: when the grace period ends.</summary>
    public DateTimeOffset? DeletionTimestamp { get; init; }

    /// <summary>Seconds granted for a graceful end.</summary>
    public long? DeletionGracePeriodSeconds { get; init; }

    /// <summary>Labels, by which objects are selected.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Annotations.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>Objects whose deletion deletes this one; at most one of them is its controller.</summary>
    public IReadOnlyList<OwnerReference>? OwnerReferences { get; init; }

    /// <summary>Who still has something to do before the object may go.</summary>
    public IReadOnlyList<string>? Finalizers { get; init; }
}

/// <summary>Metadata of an object within another, as of a pod in a <see cref="StatefulSet"/>.</summary>
public sealed record TemplateMeta
{
    /// <summary>The name, where the template gives one.</summary>
    public string? Name { get; init; }

    /// <summary>Labels of the objects to be.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Annotations of the objects to be.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
}

/// <summary>Names an owner of an object.</summary>
public sealed record OwnerReference
{
    /// <summary>Group and version of the owner.</summary>
    public required string ApiVersion { get; init; }

    /// <summary>Kind of the owner.</summary>
    public required string Kind { get; init; }

    /// <summary>Name of the owner, in the same namespace or cluster-wide.</summary>
    public required string Name { get; init; }

    /// <summary>Identity of the owner.</summary>
    public required string Uid { get; init; }

    /// <summary>Whether the owner is the one that manages this object.</summary>
    public bool? Controller { get; init; }

    /// <summary>Whether a foreground deletion of the owner waits for this object.</summary>
    public bool? BlockOwnerDeletion { get; init; }
}
