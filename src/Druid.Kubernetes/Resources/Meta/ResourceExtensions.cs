namespace Druid.Kubernetes.Resources;

/// <summary>What one asks of any object.</summary>
public static class ResourceExtensions
{
    extension(IResource resource)
    {
        /// <summary>Namespace and name.</summary>
        public ObjectKey Key => new(resource.Metadata.Namespace ?? "", resource.Metadata.Name);

        /// <summary>Whether its deletion was asked for.</summary>
        public bool IsBeingDeleted => resource.Metadata.DeletionTimestamp is not null;

        /// <summary>The owner that manages it, if any.</summary>
        public OwnerReference? Controller => resource.Metadata.OwnerReferences?.FirstOrDefault(o => o.Controller == true);

        /// <summary>Whether <paramref name="owner"/>, this very object and not a namesake, manages it.</summary>
        public bool IsControlledBy(IResource owner) =>
            resource.Controller is { } controller && owner.Metadata.Uid is { } uid && controller.Uid == uid;

        /// <summary>The value of a label, or null.</summary>
        public string? Label(string name) => resource.Metadata.Labels?.GetValueOrDefault(name);

        /// <summary>The value of an annotation, or null.</summary>
        public string? Annotation(string name) => resource.Metadata.Annotations?.GetValueOrDefault(name);

        /// <summary>Whether it carries the finalizer.</summary>
        public bool HasFinalizer(string finalizer) => resource.Metadata.Finalizers?.Contains(finalizer) == true;

        /// <summary>A reference by which another object names this one as its owner and controller.</summary>
        /// <exception cref="InvalidOperationException">The object has no uid: it was not read from a server.</exception>
        public OwnerReference ToControllerReference() => new()
        {
            ApiVersion = resource.ApiVersion,
            Kind = resource.Kind,
            Name = resource.Metadata.Name,
            Uid = resource.Metadata.Uid
                ?? throw new InvalidOperationException($"{resource.Kind} {resource.Key} has no uid: only an object read from the server can own others."),
            Controller = true,
            BlockOwnerDeletion = true,
        };

        /// <summary>A reference to this object, as events carry it.</summary>
        public ObjectReference ToReference() => new()
        {
            ApiVersion = resource.ApiVersion,
            Kind = resource.Kind,
            Namespace = resource.Metadata.Namespace,
            Name = resource.Metadata.Name,
            Uid = resource.Metadata.Uid,
            ResourceVersion = resource.Metadata.ResourceVersion,
        };
    }
}

/// <summary>Names any object.</summary>
public sealed record ObjectReference
{
    /// <summary>Group and version.</summary>
    public string? ApiVersion { get; init; }

    /// <summary>Kind.</summary>
    public string? Kind { get; init; }

    /// <summary>Namespace; null for cluster-wide objects.</summary>
    public string? Namespace { get; init; }

    /// <summary>Name.</summary>
    public string? Name { get; init; }

    /// <summary>Identity.</summary>
    public string? Uid { get; init; }

    /// <summary>The version that was looked at.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>The part of the object that is meant, as in <c>spec.containers{etcd}</c>.</summary>
    public string? FieldPath { get; init; }
}
