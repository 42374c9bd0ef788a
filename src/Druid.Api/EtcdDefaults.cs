using Druid.Kubernetes.Resources;

namespace Druid.Api;

/// <summary>What is in effect where a spec is silent.</summary>
/// <remarks>These are not written into the object: a later version of the operator may choose better ones for clusters that left it the choice.</remarks>
public static class EtcdDefaults
{
    /// <summary>Port on which members talk to each other.</summary>
    public const int ServerPort = 2380;

    /// <summary>Port on which clients are served.</summary>
    public const int ClientPort = 2379;

    /// <summary>Port of the etcd container's own HTTP server.</summary>
    public const int WrapperPort = 9095;

    /// <summary>Port of the sidecar's HTTP API.</summary>
    public const int BackupPort = 8080;

    /// <summary>Applied Raft entries kept in memory.</summary>
    public const long SnapshotCount = 10_000;

    /// <summary>Full snapshots kept by the LimitBased policy.</summary>
    public const int MaxBackups = 7;

    /// <summary>When members are defragmented: every third midnight.</summary>
    public const string DefragmentationSchedule = "0 0 */3 * *";

    /// <summary>When full snapshots are taken: every full hour.</summary>
    public const string FullSnapshotSchedule = "0 */1 * * *";

    /// <summary>What auto-compaction keeps.</summary>
    public const string AutoCompactionRetention = "30m";

    /// <summary>Key of the authorities in a CA secret.</summary>
    public const string CaDataKey = "ca.crt";

    /// <summary>User that the containers run as, unless they run as root.</summary>
    public const int User = 65532;

    /// <summary>Size of each member's volume.</summary>
    public static Quantity StorageCapacity { get; } = Quantity.Parse("16Gi");

    /// <summary>Size up to which etcd's database may grow.</summary>
    public static Quantity Quota { get; } = Quantity.Parse("8Gi");

    /// <summary>Size of the collected events at which a delta snapshot is taken early.</summary>
    public static Quantity DeltaSnapshotMemoryLimit { get; } = Quantity.Parse("100Mi");

    /// <summary>How often a member renews its lease.</summary>
    public static Duration HeartbeatDuration { get; } = Duration.Parse("10s");

    /// <summary>How long defragmenting one member may take.</summary>
    public static Duration DefragTimeout { get; } = Duration.Parse("15m");

    /// <summary>How long one full snapshot may take.</summary>
    public static Duration SnapshotTimeout { get; } = Duration.Parse("15m");

    /// <summary>How often a delta snapshot is taken.</summary>
    public static Duration DeltaSnapshotPeriod { get; } = Duration.Parse("20s");

    /// <summary>How often superfluous snapshots are deleted.</summary>
    public static Duration GarbageCollectionPeriod { get; } = Duration.Parse("1m");

    /// <summary>How often a sidecar asks whether its etcd leads.</summary>
    public static Duration ReelectionPeriod { get; } = Duration.Parse("5s");

    /// <summary>How long that question may take.</summary>
    public static Duration LeaderElectionTimeout { get; } = Duration.Parse("5s");

    /// <summary>Resources of the two containers of a pod.</summary>
    public static ResourceRequirements Resources { get; } = Requests("50m", "128Mi");

    /// <summary>Resources of the compaction job.</summary>
    public static ResourceRequirements CompactionResources { get; } = Requests("600m", "3Gi");

    /// <summary>The Etcd with everything filled in that has a default. What has none (images, TLS, store, classes, thresholds) stays as it is.</summary>
    /// <remarks>Pure; applying it twice is the same as once.</remarks>
    public static Etcd WithDefaults(this Etcd etcd) => etcd with { Spec = Effective(etcd) };

    static EtcdSpec Effective(Etcd etcd) => etcd.Spec with
    {
        StorageCapacity = etcd.Spec.StorageCapacity ?? StorageCapacity,
        VolumeClaimTemplate = Names.VolumeClaimTemplate(etcd),
        RunAsRoot = etcd.Spec.RunAsRoot ?? false,
        Etcd = Effective(etcd.Spec.Etcd),
        Backup = Effective(etcd.Spec.Backup),
        SharedConfig = Effective(etcd.Spec.SharedConfig),
        Policies = Effective(etcd.Spec.Policies),
    };

    static EtcdConfig Effective(EtcdConfig etcd) => etcd with
    {
        Quota = etcd.Quota ?? Quota,
        SnapshotCount = etcd.SnapshotCount ?? SnapshotCount,
        EnableGrpcGateway = etcd.EnableGrpcGateway ?? false,
        DefragmentationSchedule = etcd.DefragmentationSchedule ?? DefragmentationSchedule,
        ServerPort = etcd.ServerPort ?? ServerPort,
        ClientPort = etcd.ClientPort ?? ClientPort,
        WrapperPort = etcd.WrapperPort ?? WrapperPort,
        Metrics = etcd.Metrics ?? MetricsLevel.Basic,
        Resources = etcd.Resources ?? Resources,
        EtcdDefragTimeout = etcd.EtcdDefragTimeout ?? DefragTimeout,
        HeartbeatDuration = etcd.HeartbeatDuration ?? HeartbeatDuration,
        BackendBboltFreelistType = etcd.BackendBboltFreelistType ?? FreelistType.Array,
    };

    static BackupSpec Effective(BackupSpec backup) => backup with
    {
        Port = backup.Port ?? BackupPort,
        Resources = backup.Resources ?? Resources,
        FullSnapshotSchedule = backup.FullSnapshotSchedule ?? FullSnapshotSchedule,
        GarbageCollectionPolicy = backup.GarbageCollectionPolicy ?? GarbageCollection.LimitBased,
        MaxBackupsLimitBasedGc = backup.MaxBackupsLimitBasedGc ?? MaxBackups,
        GarbageCollectionPeriod = backup.GarbageCollectionPeriod ?? GarbageCollectionPeriod,
        DeltaSnapshotPeriod = backup.DeltaSnapshotPeriod ?? DeltaSnapshotPeriod,
        DeltaSnapshotMemoryLimit = backup.DeltaSnapshotMemoryLimit ?? DeltaSnapshotMemoryLimit,
        DeltaSnapshotRetentionPeriod = backup.DeltaSnapshotRetentionPeriod ?? Duration.Zero,
        EnableProfiling = backup.EnableProfiling ?? false,
        EtcdSnapshotTimeout = backup.EtcdSnapshotTimeout ?? SnapshotTimeout,
        Compression = Effective(backup.Compression ?? new()),
        LeaderElection = Effective(backup.LeaderElection ?? new()),
        SnapshotCompaction = Effective(backup.SnapshotCompaction ?? new()),
    };

    static CompressionSpec Effective(CompressionSpec compression) => compression with
    {
        Enabled = compression.Enabled ?? true,
        Policy = compression.Policy ?? CompressionPolicy.Gzip,
    };

    static LeaderElectionSpec Effective(LeaderElectionSpec election) => election with
    {
        ReelectionPeriod = election.ReelectionPeriod ?? ReelectionPeriod,
        EtcdConnectionTimeout = election.EtcdConnectionTimeout ?? LeaderElectionTimeout,
    };

    static SnapshotCompactionSpec Effective(SnapshotCompactionSpec compaction) => compaction with
    {
        Resources = compaction.Resources ?? CompactionResources,
    };

    static SharedConfig Effective(SharedConfig shared) => shared with
    {
        AutoCompactionMode = shared.AutoCompactionMode ?? CompactionMode.Periodic,
        AutoCompactionRetention = shared.AutoCompactionRetention ?? AutoCompactionRetention,
    };

    static PolicySpec Effective(PolicySpec policies) => policies with
    {
        VolumesOnScaleIn = policies.VolumesOnScaleIn ?? VolumePolicy.Delete,
        VolumesOnDeletion = policies.VolumesOnDeletion ?? VolumePolicy.Retain,
        OnPermanentQuorumLoss = policies.OnPermanentQuorumLoss ?? QuorumLossPolicy.Wait,
    };

    static ResourceRequirements Requests(string cpu, string memory) => new()
    {
        Requests = new Dictionary<string, Quantity> { ["cpu"] = Quantity.Parse(cpu), ["memory"] = Quantity.Parse(memory) },
    };
}
