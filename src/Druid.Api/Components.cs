namespace Druid.Api;

/// <summary>What an owned object is for: values of the label app.kubernetes.io/component.</summary>
public static class Components
{
    /// <summary>The StatefulSet, and its pods.</summary>
    public const string StatefulSet = "etcd-statefulset";

    /// <summary>The ConfigMap with etcd's configuration.</summary>
    public const string ConfigMap = "etcd-configmap";

    /// <summary>The Service for clients.</summary>
    public const string ClientService = "etcd-client-service";

    /// <summary>The headless Service that names the members.</summary>
    public const string PeerService = "etcd-peer-service";

    /// <summary>The PodDisruptionBudget.</summary>
    public const string Budget = "etcd-pdb";

    /// <summary>The pods' ServiceAccount.</summary>
    public const string ServiceAccount = "etcd-service-account";

    /// <summary>The pods' Role.</summary>
    public const string Role = "etcd-role";

    /// <summary>The pods' RoleBinding.</summary>
    public const string RoleBinding = "etcd-rolebinding";

    /// <summary>The Leases by which members report.</summary>
    public const string MemberLease = "etcd-member-lease";

    /// <summary>The Leases that tell of the latest snapshots.</summary>
    public const string SnapshotLease = "etcd-snapshot-lease";

    /// <summary>The Job that compacts snapshots.</summary>
    public const string CompactionJob = "etcd-snapshot-compaction-job";

    /// <summary>The Job of an EtcdCopyBackupsTask.</summary>
    public const string CopyJob = "etcd-copy-backups-job";
}
