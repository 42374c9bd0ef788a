using System.Globalization;

namespace Druid.Api;

/// <summary>Names of the objects that belong to an Etcd or a task. Fixed: other controllers and dashboards rely on them.</summary>
public static class Names
{
    /// <summary>The StatefulSet that runs the members.</summary>
    public static string StatefulSet(Etcd etcd) => etcd.Metadata.Name;

    /// <summary>The ConfigMap with etcd's configuration under the key etcd.conf.yaml.</summary>
    public static string ConfigMap(Etcd etcd) => $"{etcd.Metadata.Name}-config";

    /// <summary>The Service for clients.</summary>
    public static string ClientService(Etcd etcd) => $"{etcd.Metadata.Name}-client";

    /// <summary>The headless Service that names the members.</summary>
    public static string PeerService(Etcd etcd) => $"{etcd.Metadata.Name}-peer";

    /// <summary>The PodDisruptionBudget.</summary>
    public static string Budget(Etcd etcd) => etcd.Metadata.Name;

    /// <summary>The pods' ServiceAccount.</summary>
    public static string ServiceAccount(Etcd etcd) => etcd.Metadata.Name;

    /// <summary>The pods' Role.</summary>
    public static string Role(Etcd etcd) => $"{ApiGroup.Name}:etcd:{etcd.Metadata.Name}";

    /// <summary>The pods' RoleBinding.</summary>
    public static string RoleBinding(Etcd etcd) => Role(etcd);

    /// <summary>The pod with the given ordinal, from 0.</summary>
    public static string Pod(Etcd etcd, int ordinal) => string.Create(CultureInfo.InvariantCulture, $"{etcd.Metadata.Name}-{ordinal}");

    /// <summary>The member in that pod, as etcd knows it: the pod's name, after the prefix if the Etcd has one.</summary>
    public static string Member(Etcd etcd, int ordinal) =>
        string.IsNullOrEmpty(etcd.Spec.MemberNamePrefix) ? Pod(etcd, ordinal) : $"{etcd.Spec.MemberNamePrefix}-{Pod(etcd, ordinal)}";

    /// <summary>The Lease by which that member reports.</summary>
    public static string MemberLease(Etcd etcd, int ordinal) => Member(etcd, ordinal);

    /// <summary>The Lease that tells of the latest full snapshot.</summary>
    public static string FullSnapshotLease(Etcd etcd) => $"{etcd.Metadata.Name}-full-snap";

    /// <summary>The Lease that tells of the latest delta snapshot.</summary>
    public static string DeltaSnapshotLease(Etcd etcd) => $"{etcd.Metadata.Name}-delta-snap";

    /// <summary>The Job that compacts snapshots.</summary>
    public static string CompactionJob(Etcd etcd) => $"{etcd.Metadata.Name}-compactor";

    /// <summary>The StatefulSet's volume claim template.</summary>
    public static string VolumeClaimTemplate(Etcd etcd) =>
        string.IsNullOrEmpty(etcd.Spec.VolumeClaimTemplate) ? etcd.Metadata.Name : etcd.Spec.VolumeClaimTemplate;

    /// <summary>The volume claim of the pod with the given ordinal, as the StatefulSet controller names it.</summary>
    public static string VolumeClaim(Etcd etcd, int ordinal) => $"{VolumeClaimTemplate(etcd)}-{Pod(etcd, ordinal)}";

    /// <summary>Host name under which a pod's containers reach each other.</summary>
    public static string LocalHost(Etcd etcd) => $"{etcd.Metadata.Name}-local";

    /// <summary>The Job of a copy task.</summary>
    public static string CopyJob(EtcdCopyBackupsTask task) => $"{task.Metadata.Name}-worker";
}
