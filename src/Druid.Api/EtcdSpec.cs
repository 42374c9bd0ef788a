using Druid.Api.Schemas;
using Druid.Kubernetes.Resources;

namespace Druid.Api;

/// <summary>The etcd cluster that is wanted.</summary>
public sealed record EtcdSpec
{
    /// <summary>Prefix of every member's name: with it a member is called prefix-pod, without it like its pod. Cannot be changed. Member names are also lease names, so prefix and pod name together, with the dash between them, fit into 253 characters.</summary>
    [MaxLength(63), Pattern(Patterns.DnsLabel)]
    public string? MemberNamePrefix { get; init; }

    /// <summary>Deprecated and without effect: pods are selected by the labels that the operator sets itself. Accepted so that existing manifests keep working.</summary>
    public LabelSelector? Selector { get; init; }

    /// <summary>Labels of the etcd pods, in addition to the operator's own, which win over equal keys.</summary>
    [Required]
    public IReadOnlyDictionary<string, string> Labels { get; init => field = value ?? Empty.Map; } = Empty.Map;

    /// <summary>Annotations of the etcd pods, in addition to the operator's own, which win over equal keys.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init => field = value ?? Empty.Map; } = Empty.Map;

    /// <summary>How etcd itself is run.</summary>
    [Required]
    public EtcdConfig Etcd { get; init => field = value ?? new(); } = new();

    /// <summary>How the cluster is backed up, and how the backup-restore sidecar is run.</summary>
    [Required]
    public BackupSpec Backup { get; init => field = value ?? new(); } = new();

    /// <summary>Settings that etcd and the sidecar's embedded etcd share.</summary>
    public SharedConfig SharedConfig { get; init => field = value ?? new(); } = new();

    /// <summary>Where the pods may run.</summary>
    public SchedulingConstraints SchedulingConstraints { get; init => field = value ?? new(); } = new();

    /// <summary>Number of members. 0 hibernates the cluster: its pods go, its volumes stay, and a later number wakes it with its data. May be raised and lowered; members are added and removed one at a time without losing quorum. An odd number is best: an even one tolerates no more failures than the odd one below it.</summary>
    [Required, Minimum(0)]
    public int Replicas { get; init; }

    /// <summary>Priority class of the etcd pods.</summary>
    public string? PriorityClassName { get; init; }

    /// <summary>Storage class of the members' volumes; the cluster's default class if absent. Cannot be changed.</summary>
    public string? StorageClass { get; init; }

    /// <summary>Size of each member's volume, 16Gi if absent.</summary>
    public Quantity? StorageCapacity { get; init; }

    /// <summary>Name of the StatefulSet's volume claim template, and so the first part of each claim's name; the Etcd's name if absent. Cannot be changed.</summary>
    public string? VolumeClaimTemplate { get; init; }

    /// <summary>Run the containers as root instead of user 65532.</summary>
    public bool? RunAsRoot { get; init; }

    /// <summary>What the operator does where it has a choice that can cost data.</summary>
    public PolicySpec Policies { get; init => field = value ?? new(); } = new();
}
