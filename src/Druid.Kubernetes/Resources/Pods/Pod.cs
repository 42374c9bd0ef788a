using System.Text.Json;
using Druid.Kubernetes.Json;

namespace Druid.Kubernetes.Resources;

/// <summary>A group of containers on one node.</summary>
public sealed record Pod : IResource<Pod>
{
    /// <inheritdoc/>
    public static ResourceType<Pod> Type { get; } = new("", "v1", "Pod", "pods", namespaced: true, KubernetesJson.Default.Pod);

    /// <inheritdoc/>
    public required ObjectMeta Metadata { get; init; }

    /// <summary>What is to run.</summary>
    public PodSpec? Spec { get; init; }

    /// <summary>What runs.</summary>
    public PodStatus? Status { get; init; }
}

/// <summary>The pods that a controller makes.</summary>
public sealed record PodTemplateSpec
{
    /// <summary>Labels and annotations of the pods.</summary>
    public TemplateMeta? Metadata { get; init; }

    /// <summary>What the pods run.</summary>
    public PodSpec? Spec { get; init; }
}

/// <summary>What a pod runs, where, and as whom.</summary>
public sealed record PodSpec
{
    /// <summary>Run one after the other before the containers start.</summary>
    public IReadOnlyList<Container>? InitContainers { get; init; }

    /// <summary>What runs.</summary>
    public IReadOnlyList<Container>? Containers { get; init; }

    /// <summary>What containers can mount.</summary>
    public IReadOnlyList<Volume>? Volumes { get; init; }

    /// <summary><c>Always</c>, <c>OnFailure</c> or <c>Never</c>.</summary>
    public string? RestartPolicy { get; init; }

    /// <summary>Seconds between the request to end and the kill.</summary>
    public long? TerminationGracePeriodSeconds { get; init; }

    /// <summary>Seconds the pod may run at all.</summary>
    public long? ActiveDeadlineSeconds { get; init; }

    /// <summary>The node it runs on, once scheduled.</summary>
    public string? NodeName { get; init; }

    /// <summary>Labels a node must have.</summary>
    public IReadOnlyDictionary<string, string>? NodeSelector { get; init; }

    /// <summary>Who it is to the API.</summary>
    public string? ServiceAccountName { get; init; }

    /// <summary>Whether the account's token is mounted.</summary>
    public bool? AutomountServiceAccountToken { get; init; }

    /// <summary>Whether it uses the node's network.</summary>
    public bool? HostNetwork { get; init; }

    /// <summary>Whether its containers see each other's processes.</summary>
    public bool? ShareProcessNamespace { get; init; }

    /// <summary>Users and groups of all containers.</summary>
    public PodSecurityContext? SecurityContext { get; init; }

    /// <summary>Secrets for pulling images.</summary>
    public IReadOnlyList<LocalObjectReference>? ImagePullSecrets { get; init; }

    /// <summary>Preferences among nodes and beside other pods, passed through as given.</summary>
    public JsonElement? Affinity { get; init; }

    /// <summary>How pods spread over zones and nodes, passed through as given.</summary>
    public IReadOnlyList<JsonElement>? TopologySpreadConstraints { get; init; }

    /// <summary>Taints it may run in spite of.</summary>
    public IReadOnlyList<Toleration>? Tolerations { get; init; }

    /// <summary>Additional names in its hosts file.</summary>
    public IReadOnlyList<HostAlias>? HostAliases { get; init; }

    /// <summary>How important it is to the scheduler.</summary>
    public string? PriorityClassName { get; init; }

    /// <summary>Who schedules it.</summary>
    public string? SchedulerName { get; init; }

    /// <summary>How names are resolved, as in <c>ClusterFirst</c>.</summary>
    public string? DnsPolicy { get; init; }

    /// <summary>Its host name.</summary>
    public string? Hostname { get; init; }

    /// <summary>The headless service whose names it has.</summary>
    public string? Subdomain { get; init; }
}

/// <summary>Additional names of an address.</summary>
public sealed record HostAlias
{
    /// <summary>The address.</summary>
    public required string Ip { get; init; }

    /// <summary>Its names.</summary>
    public IReadOnlyList<string>? Hostnames { get; init; }
}

/// <summary>A taint that a pod puts up with.</summary>
public sealed record Toleration
{
    /// <summary>The taint's key; null for all.</summary>
    public string? Key { get; init; }

    /// <summary><c>Equal</c> or <c>Exists</c>.</summary>
    public string? Operator { get; init; }

    /// <summary>The taint's value.</summary>
    public string? Value { get; init; }

    /// <summary><c>NoSchedule</c>, <c>PreferNoSchedule</c> or <c>NoExecute</c>; null for all.</summary>
    public string? Effect { get; init; }

    /// <summary>Seconds it puts up with <c>NoExecute</c>.</summary>
    public long? TolerationSeconds { get; init; }
}

/// <summary>Names an object of a known kind in the same namespace.</summary>
public sealed record LocalObjectReference
{
    /// <summary>The name.</summary>
    public string? Name { get; init; }
}

/// <summary>Users and groups of a pod.</summary>
public sealed record PodSecurityContext
{
    /// <summary>User that containers run as.</summary>
    public long? RunAsUser { get; init; }

    /// <summary>Group that containers run as.</summary>
    public long? RunAsGroup { get; init; }

    /// <summary>Whether root is refused.</summary>
    public bool? RunAsNonRoot { get; init; }

    /// <summary>Group that owns volumes.</summary>
    public long? FsGroup { get; init; }

    /// <summary>When volumes change hands: <c>OnRootMismatch</c> or <c>Always</c>.</summary>
    public string? FsGroupChangePolicy { get; init; }

    /// <summary>More groups of the first process.</summary>
    public IReadOnlyList<long>? SupplementalGroups { get; init; }

    /// <summary>System calls that are allowed.</summary>
    public SeccompProfile? SeccompProfile { get; init; }
}

/// <summary>System calls that a container may make.</summary>
public sealed record SeccompProfile
{
    /// <summary><c>RuntimeDefault</c>, <c>Unconfined</c> or <c>Localhost</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The profile's file, for <c>Localhost</c>.</summary>
    public string? LocalhostProfile { get; init; }
}
