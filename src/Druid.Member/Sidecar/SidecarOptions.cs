using Druid.Member.Maintenance;
using Druid.Member.Restore;
using Druid.Member.Snapshots;
using Druid.Member.Stores;
using Druid.Member.Tls;

namespace Druid.Member.Sidecar;

/// <summary>What <c>server</c> was told by its flags and environment.</summary>
sealed record SidecarOptions
{
    /// <summary>Port of the HTTP API; 0 for a free one.</summary>
    public required int Port { get; init; }

    /// <summary>Certificate of the HTTP API; null serves plain HTTP.</summary>
    public PemKeyPair? Identity { get; init; }

    /// <summary>Client URLs of the etcd in this pod.</summary>
    public required IReadOnlyList<Uri> Endpoints { get; init; }

    /// <summary>Client URLs behind which the cluster's ready members are.</summary>
    public required IReadOnlyList<Uri> ServiceEndpoints { get; init; }

    /// <summary>Certificates for etcd; null for plain connections.</summary>
    public ClientTls? EtcdTls { get; init; }

    /// <summary>Port of the agent around etcd, in the same pod.</summary>
    public required int WrapperPort { get; init; }

    /// <summary>User to authenticate to etcd as; null when its authentication is off.</summary>
    public string? Username { get; init; }

    /// <summary>That user's password.</summary>
    public string? Password { get; init; }

    /// <summary>The mounted configuration of all members.</summary>
    public required string ConfigFile { get; init; }

    /// <summary>The pod's name, from which the member's follows.</summary>
    public required string PodName { get; init; }

    /// <summary>The pod's namespace.</summary>
    public required string PodNamespace { get; init; }

    /// <summary>Whether to report in the member's lease.</summary>
    public required bool RenewsLease { get; init; }

    /// <summary>Time between two reports.</summary>
    public required TimeSpan Heartbeat { get; init; }

    /// <summary>Time between two looks at etcd's state.</summary>
    public required TimeSpan CheckPeriod { get; init; }

    /// <summary>Time that such a look may take.</summary>
    public required TimeSpan CheckTimeout { get; init; }

    /// <summary>Where backups are; null for none.</summary>
    public StoreOptions? Store { get; init; }

    /// <summary>When and how snapshots are taken.</summary>
    public required SnapshotterOptions Snapshots { get; init; }

    /// <summary>The leases that say how far they are; null for none.</summary>
    public SnapshotLeaseNames? SnapshotLeases { get; init; }

    /// <summary>Which snapshots are kept.</summary>
    public required RetentionOptions Retention { get; init; }

    /// <summary>When databases are defragmented.</summary>
    public required DefragmentationOptions Defragmentation { get; init; }

    /// <summary>How data is restored.</summary>
    public required RestoreSettings Restore { get; init; }
}
