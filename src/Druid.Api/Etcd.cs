using Druid.Kubernetes.Resources;

namespace Druid.Api;

/// <summary>An etcd cluster: what its user wants in spec, and how far the operator has come in status.</summary>
public sealed record Etcd : IResource<Etcd>
{
    /// <inheritdoc/>
    public static ResourceType<Etcd> Type { get; } = ApiGroup.ResourceType("Etcd", "etcds", ApiJson.Of<Etcd>());

    /// <summary>Name, namespace, labels, annotations and the server's bookkeeping.</summary>
    public required ObjectMeta Metadata { get; init; }

    /// <summary>The cluster that is wanted.</summary>
    public EtcdSpec Spec { get; init => field = value ?? new(); } = new();

    /// <summary>The cluster as the operator last saw it. Written by the operator only.</summary>
    public EtcdStatus Status { get; init => field = value ?? new(); } = new();
}
