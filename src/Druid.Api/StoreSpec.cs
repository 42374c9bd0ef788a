using Druid.Api.Schemas;

namespace Druid.Api;

/// <summary>An object store that keeps snapshots.</summary>
public sealed record StoreSpec
{
    /// <summary>Name of the bucket or container; for the Local provider, of the directory below the host path.</summary>
    [MaxLength(63), Pattern(Patterns.Container)]
    public string? Container { get; init; }

    /// <summary>URL of the store where it is not the provider's own, such as a private S3.</summary>
    public string? EndpointOverride { get; init; }

    /// <summary>Path in the container under which the snapshots are kept. One Etcd's snapshots only may be under it.</summary>
    [Required]
    public string Prefix { get; init => field = value ?? ""; } = "";

    /// <summary>Kind of the store: S3, ABS, GCS, OSS, Swift, ECS, OCS or Local, or the name of the infrastructure that offers it: aws, azure, gcp, alicloud, openstack, dell, openshift, stackit.</summary>
    public string? Provider { get; init; }

    /// <summary>Secret with the credentials of the store. Without it the pod's own cloud identity is used.</summary>
    public SecretReference? SecretRef { get; init; }
}
