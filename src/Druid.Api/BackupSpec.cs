using System.Text.Json.Serialization;
using Druid.Api.Schemas;
using Druid.Kubernetes.Resources;

namespace Druid.Api;

/// <summary>How the cluster is backed up, and how the backup-restore sidecar is run.</summary>
public sealed record BackupSpec
{
    /// <summary>Port of the sidecar's HTTP API, 8080 if absent.</summary>
    [Port]
    public int? Port { get; init; }

    /// <summary>TLS of the sidecar's HTTP API and of the etcd container's own HTTP server; plain HTTP if absent.</summary>
    public TlsConfig? Tls { get; init; }

    /// <summary>Image of the backup-restore container; the operator's image vector decides if absent.</summary>
    public string? Image { get; init; }

    /// <summary>Where snapshots are kept. Without a store the cluster is not backed up.</summary>
    public StoreSpec? Store { get; init; }

    /// <summary>Resources of the backup-restore container; requests of 50m CPU and 128Mi memory, without limits, if absent.</summary>
    public ResourceRequirements? Resources { get; init; }

    /// <summary>When and with which resources the snapshots in the store are compacted into a new full one.</summary>
    public SnapshotCompactionSpec? SnapshotCompaction { get; init; }

    /// <summary>When full snapshots are taken: a cron schedule of five fields, in UTC; every full hour if absent.</summary>
    [Pattern(Patterns.Cron)]
    public string? FullSnapshotSchedule { get; init; }

    /// <summary>Which full snapshots are kept: LimitBased, the default, keeps the newest; Exponential keeps ever fewer the older they are.</summary>
    [Enum(GarbageCollection.Exponential, GarbageCollection.LimitBased)]
    public string? GarbageCollectionPolicy { get; init; }

    /// <summary>Number of full snapshots that the LimitBased policy keeps, 7 if absent.</summary>
    [JsonPropertyName("maxBackupsLimitBasedGC"), Minimum(1)]
    public int? MaxBackupsLimitBasedGc { get; init; }

    /// <summary>How often snapshots that are no longer kept are deleted from the store, 1m if absent. Longer than deltaSnapshotPeriod.</summary>
    public Duration? GarbageCollectionPeriod { get; init; }

    /// <summary>How often a delta snapshot with the events since the last snapshot is taken, 20s if absent.</summary>
    public Duration? DeltaSnapshotPeriod { get; init; }

    /// <summary>Size of the collected events at which a delta snapshot is taken before its period is over, 100Mi if absent.</summary>
    public Quantity? DeltaSnapshotMemoryLimit { get; init; }

    /// <summary>How long delta snapshots are kept that a newer full snapshot has made superfluous; until the next garbage collection if absent.</summary>
    public Duration? DeltaSnapshotRetentionPeriod { get; init; }

    /// <summary>How snapshots are compressed.</summary>
    public CompressionSpec? Compression { get; init; }

    /// <summary>Serve profiles of the sidecar on its HTTP API.</summary>
    public bool? EnableProfiling { get; init; }

    /// <summary>How long one full snapshot may take, 15m if absent.</summary>
    public Duration? EtcdSnapshotTimeout { get; init; }

    /// <summary>How the sidecars find out which of them takes the snapshots.</summary>
    public LeaderElectionSpec? LeaderElection { get; init; }
}

/// <summary>Values of <see cref="BackupSpec.GarbageCollectionPolicy"/>.</summary>
public static class GarbageCollection
{
    /// <summary>Keeps ever fewer snapshots the older they are.</summary>
    public const string Exponential = "Exponential";

    /// <summary>Keeps the newest snapshots.</summary>
    public const string LimitBased = "LimitBased";
}

/// <summary>When and with which resources the snapshots in the store are compacted into a new full one.</summary>
public sealed record SnapshotCompactionSpec
{
    /// <summary>Resources of the compaction job.</summary>
    public ResourceRequirements? Resources { get; init; }

    /// <summary>Number of events since the last full snapshot from which a compaction is started; the operator's configuration decides if absent.</summary>
    [Minimum(0)]
    public long? EventsThreshold { get; init; }

    /// <summary>Number of events since the last full snapshot from which a full snapshot is taken instead, because compacting would take too long; the operator's configuration decides if absent.</summary>
    [Minimum(0)]
    public long? TriggerFullSnapshotThreshold { get; init; }
}

/// <summary>How snapshots are compressed.</summary>
public sealed record CompressionSpec
{
    /// <summary>Compress snapshots; true if absent.</summary>
    public bool? Enabled { get; init; }

    /// <summary>The compression, gzip if absent.</summary>
    [Enum(CompressionPolicy.Gzip, CompressionPolicy.Lzw, CompressionPolicy.Zlib)]
    public string? Policy { get; init; }
}

/// <summary>Values of <see cref="CompressionSpec.Policy"/>.</summary>
public static class CompressionPolicy
{
    /// <summary>gzip, file names end in .gz.</summary>
    public const string Gzip = "gzip";

    /// <summary>LZW, file names end in .Z.</summary>
    public const string Lzw = "lzw";

    /// <summary>zlib, file names end in .zlib.</summary>
    public const string Zlib = "zlib";
}

/// <summary>How the sidecars find out which of them takes the snapshots: the one beside etcd's leader.</summary>
public sealed record LeaderElectionSpec
{
    /// <summary>How often a sidecar asks its etcd whether it leads, 5s if absent.</summary>
    public Duration? ReelectionPeriod { get; init; }

    /// <summary>How long that question may take, 5s if absent.</summary>
    public Duration? EtcdConnectionTimeout { get; init; }
}
