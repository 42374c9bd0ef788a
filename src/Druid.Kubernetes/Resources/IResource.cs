namespace Druid.Kubernetes.Resources;

/// <summary>An object of the Kubernetes API.</summary>
public interface IResource
{
    /// <summary>Group and version, as in <c>apps/v1</c>; the core group has no prefix: <c>v1</c>.</summary>
    string ApiVersion { get; }

    /// <summary>The kind, as in <c>StatefulSet</c>.</summary>
    string Kind { get; }

    /// <summary>Name, labels, owners and versions.</summary>
    ObjectMeta Metadata { get; }
}

/// <summary>
/// A resource that knows its own type, so that <c>client.Get&lt;Pod&gt;(key)</c> needs no further argument.
/// <see cref="IResource.ApiVersion"/> and <see cref="IResource.Kind"/> follow from it: they cost nothing per object and
/// cannot be wrong. <see cref="ResourceType{T}"/> writes both into JSON.
/// </summary>
/// <typeparam name="TSelf">The implementing record.</typeparam>
public interface IResource<TSelf> : IResource where TSelf : class, IResource<TSelf>
{
    /// <summary>Group, version, kind, plural, scope and JSON of this resource.</summary>
    static abstract ResourceType<TSelf> Type { get; }

    string IResource.ApiVersion => TSelf.Type.ApiVersion;

    string IResource.Kind => TSelf.Type.Kind;
}

/// <summary>
/// A resource that carries every field it was read with, known here or not, and so may be written back whole
/// (<c>PUT</c>) without dropping what a newer server added.
/// </summary>
public interface IPreservesUnknownFields;
