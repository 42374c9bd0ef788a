namespace Druid.Api;

/// <summary>The kinds of object store, as the backup-restore sidecar names them, and the names that <see cref="StoreSpec.Provider"/> may use for them.</summary>
public static class StorageProvider
{
    /// <summary>Amazon S3 and stores that speak its protocol.</summary>
    public const string S3 = "S3";

    /// <summary>Azure Blob Storage.</summary>
    public const string Abs = "ABS";

    /// <summary>Google Cloud Storage.</summary>
    public const string Gcs = "GCS";

    /// <summary>Alibaba Cloud Object Storage Service.</summary>
    public const string Oss = "OSS";

    /// <summary>OpenStack Swift.</summary>
    public const string Swift = "Swift";

    /// <summary>Dell EMC Elastic Cloud Storage.</summary>
    public const string Ecs = "ECS";

    /// <summary>OpenShift Container Storage.</summary>
    public const string Ocs = "OCS";

    /// <summary>A directory of the node.</summary>
    public const string Local = "Local";

    /// <summary>Every accepted name and the kind of store it means: the kinds themselves, these in lower case, and infrastructures.</summary>
    public static IReadOnlyDictionary<string, string> ByName { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [S3] = S3,
        ["s3"] = S3,
        ["aws"] = S3,
        ["stackit"] = S3,
        [Abs] = Abs,
        ["abs"] = Abs,
        ["azure"] = Abs,
        [Gcs] = Gcs,
        ["gcs"] = Gcs,
        ["gcp"] = Gcs,
        [Oss] = Oss,
        ["oss"] = Oss,
        ["alicloud"] = Oss,
        [Swift] = Swift,
        ["swift"] = Swift,
        ["openstack"] = Swift,
        [Ecs] = Ecs,
        ["ecs"] = Ecs,
        ["dell"] = Ecs,
        [Ocs] = Ocs,
        ["ocs"] = Ocs,
        ["openshift"] = Ocs,
        [Local] = Local,
        ["local"] = Local,
    };

    /// <summary>The kind of store that <paramref name="provider"/> means, or null if it is absent or unknown.</summary>
    public static string? Resolve(string? provider) => provider is null ? null : ByName.GetValueOrDefault(provider);
}
