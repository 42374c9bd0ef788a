namespace Druid.Member.Stores;

/// <summary>The kinds of store.</summary>
public enum StoreProvider
{
    /// <summary>A directory.</summary>
    Local,

    /// <summary>Amazon S3, and what speaks its protocol.</summary>
    S3,

    /// <summary>Azure Blob Storage.</summary>
    Abs,

    /// <summary>Google Cloud Storage.</summary>
    Gcs,

    /// <summary>OpenStack Swift.</summary>
    Swift,

    /// <summary>Alibaba Cloud OSS, through its S3 interface.</summary>
    Oss,

    /// <summary>Dell ECS, through its S3 interface.</summary>
    Ecs,

    /// <summary>OpenShift Container Storage, through its S3 interface.</summary>
    Ocs,
}

/// <summary>The names by which flags and manifests call a kind of store.</summary>
public static class StoreProviders
{
    /// <summary>All names, the ones of Gardener's infrastructures among them.</summary>
    public static IReadOnlyDictionary<string, StoreProvider> ByName { get; } = new Dictionary<string, StoreProvider>(StringComparer.Ordinal)
    {
        ["Local"] = StoreProvider.Local,
        ["S3"] = StoreProvider.S3,
        ["ABS"] = StoreProvider.Abs,
        ["GCS"] = StoreProvider.Gcs,
        ["Swift"] = StoreProvider.Swift,
        ["OSS"] = StoreProvider.Oss,
        ["ECS"] = StoreProvider.Ecs,
        ["OCS"] = StoreProvider.Ocs,
        ["local"] = StoreProvider.Local,
        ["aws"] = StoreProvider.S3,
        ["stackit"] = StoreProvider.S3,
        ["azure"] = StoreProvider.Abs,
        ["gcp"] = StoreProvider.Gcs,
        ["openstack"] = StoreProvider.Swift,
        ["alicloud"] = StoreProvider.Oss,
        ["dell"] = StoreProvider.Ecs,
        ["openshift"] = StoreProvider.Ocs,
    };

    /// <summary>The kind of that name.</summary>
    /// <exception cref="FormatException">There is none.</exception>
    public static StoreProvider Parse(string name) => ByName.TryGetValue(name, out var provider)
        ? provider
        : throw new FormatException($"'{name}' is no kind of store: use one of {string.Join(", ", ByName.Keys)}");
}
