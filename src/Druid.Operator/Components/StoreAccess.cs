using Druid.Api;
using Druid.Kubernetes.Resources;

namespace Druid.Operator.Components;

/// <summary>How the containers of a pod reach a store of snapshots: volume, mount, environment and flags.</summary>
/// <param name="Store">The store.</param>
/// <param name="HomeDirectory">Home of the user that the containers run as: a Local store is mounted below it.</param>
/// <param name="HostPath">Directory of the node that holds the containers of a Local store; null for the usual one.</param>
/// <param name="Prefix">Sets the names of a second store in the same pod apart: <c>source-</c> or nothing.</param>
sealed record StoreAccess(StoreSpec Store, string HomeDirectory, string? HostPath, string Prefix = "")
{
    /// <summary>Where Local stores are on a node unless the store's secret says otherwise.</summary>
    const string UsualHostPath = "/etc/gardener/local-backupbuckets";

    /// <summary>The kind of store, empty where the spec does not name one.</summary>
    public string Provider { get; } = StorageProvider.Resolve(Store.Provider) ?? "";

    /// <summary>The volume with the credentials, or with the store itself; none where the pod's cloud identity is used.</summary>
    public IEnumerable<Volume> Volumes => Provider switch
    {
        "" or StorageProvider.Ecs => [],
        StorageProvider.Local => [new() { Name = LocalVolume, HostPath = new() { Path = $"{HostPath ?? UsualHostPath}/{Store.Container}", Type = "DirectoryOrCreate" } }],
        _ => Secret is null ? [] : [new() { Name = SecretVolume, Secret = new() { SecretName = Secret, DefaultMode = Files.OwnerAndGroupRead } }],
    };

    /// <summary>Where that volume appears.</summary>
    public IEnumerable<VolumeMount> Mounts => Provider switch
    {
        "" or StorageProvider.Ecs => [],
        StorageProvider.Local => Store.Container is null ? [] : [new() { Name = LocalVolume, MountPath = LocalDirectory }],
        StorageProvider.Gcs => Secret is null ? [] : [new() { Name = SecretVolume, MountPath = $"{GoogleDirectory}/" }],
        _ => Secret is null ? [] : [new() { Name = SecretVolume, MountPath = CredentialsDirectory }],
    };

    /// <summary>Flags of agents that find the store by flags alone. The sidecar takes the container from the environment.</summary>
    public IEnumerable<string> Flags
    {
        get
        {
            if (Provider.Length > 0) yield return $"--{Prefix}storage-provider={Provider}";
            if (Store.Prefix.Length > 0) yield return $"--{Prefix}store-prefix={Store.Prefix}";
            if (!string.IsNullOrEmpty(Store.Container)) yield return $"--{Prefix}store-container={Store.Container}";
            if (!string.IsNullOrEmpty(Store.EndpointOverride)) yield return $"--{Prefix}store-endpoint-override={Store.EndpointOverride}";
        }
    }

    /// <summary>The store's container and where its credentials are.</summary>
    public IEnumerable<EnvVar> Environment =>
    [
        // The API server does not keep an empty value.
        new() { Name = $"{VariablePrefix}STORAGE_CONTAINER", Value = string.IsNullOrEmpty(Store.Container) ? null : Store.Container },
        .. Credentials,
    ];

    /// <summary>Directory of a Local store in a container.</summary>
    public string LocalDirectory => $"{HomeDirectory}/{Store.Container}";

    /// <summary>
    /// Makes a Local store writable for the user that the other containers run as: the node creates its directory as root's. Null
    /// where there is no need.
    /// </summary>
    public static Container? Permissions(string image, params ReadOnlySpan<StoreAccess> stores)
    {
        List<StoreAccess> local = [.. stores];
        local.RemoveAll(store => store.Provider != StorageProvider.Local || store.Store.Container is null);
        if (local.Count == 0) return null;
        return new()
        {
            Name = "change-backup-bucket-permissions",
            Image = image,
            ImagePullPolicy = "IfNotPresent",
            Command = ["chown", "-R", $"{EtcdDefaults.User}:{EtcdDefaults.User}", .. local.Select(store => store.LocalDirectory)],
            VolumeMounts = [.. local.SelectMany(store => store.Mounts)],
            SecurityContext = new() { AllowPrivilegeEscalation = false, RunAsGroup = 0, RunAsNonRoot = false, RunAsUser = 0 },
        };
    }

    /// <summary>Whether both are in the same directory of a node, under prefixes of their own.</summary>
    public bool IsSameDirectory(StoreAccess other) =>
        Provider == StorageProvider.Local && other.Provider == StorageProvider.Local && Store.Container == other.Store.Container
        && (HostPath ?? UsualHostPath) == (other.HostPath ?? UsualHostPath);

    string? Secret => Store.SecretRef?.Name is { Length: > 0 } name ? name : null;

    string LocalVolume => $"{Prefix}local-backup";

    string SecretVolume => $"{Prefix}etcd-backup-secret";

    string CredentialsDirectory => $"/var/{Prefix}etcd-backup";

    string GoogleDirectory => $"/var/.{Prefix}gcp";

    string VariablePrefix => Prefix.Length == 0 ? "" : "SOURCE_";

    IEnumerable<EnvVar> Credentials => Provider switch
    {
        StorageProvider.S3 => [Path("AWS", CredentialsDirectory)],
        StorageProvider.Abs => [Path("AZURE", CredentialsDirectory)],
        StorageProvider.Gcs => [Path("GOOGLE", $"{GoogleDirectory}/serviceaccount.json")],
        StorageProvider.Swift => [Path("OPENSTACK", CredentialsDirectory)],
        StorageProvider.Oss => [Path("ALICLOUD", CredentialsDirectory)],
        StorageProvider.Ocs => [Path("OPENSHIFT", CredentialsDirectory)],
        StorageProvider.Ecs when Secret is not null =>
        [
            Entry("ECS_ENDPOINT", "endpoint"),
            Entry("ECS_ACCESS_KEY_ID", "accessKeyID"),
            Entry("ECS_SECRET_ACCESS_KEY", "secretAccessKey"),
        ],
        _ => [],
    };

    EnvVar Path(string cloud, string path) => new() { Name = $"{VariablePrefix}{cloud}_APPLICATION_CREDENTIALS", Value = path };

    EnvVar Entry(string name, string key) =>
        new() { Name = VariablePrefix + name, ValueFrom = new() { SecretKeyRef = new() { Name = Secret, Key = key, Optional = false } } };
}
