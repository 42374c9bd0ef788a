using System.Text.Json.Serialization;
using Druid.Api.Schemas;
using Druid.Kubernetes.Resources;

namespace Druid.Api;

/// <summary>The cluster as the operator last saw it.</summary>
public sealed record EtcdStatus
{
    /// <summary>The last generation of the spec for which every action has been applied.</summary>
    public long? ObservedGeneration { get; init; }

    /// <summary>The object that runs the members.</summary>
    public WorkloadReference? Etcd { get; init; }

    /// <summary>What is known about the cluster's health, one entry a type.</summary>
    public IReadOnlyList<EtcdCondition> Conditions { get; init => field = value ?? []; } = [];

    /// <summary>What went wrong in the last operation; empty once it succeeded.</summary>
    public IReadOnlyList<LastError> LastErrors { get; init => field = value ?? []; } = [];

    /// <summary>The last operation on this cluster and how far it got.</summary>
    public LastOperation? LastOperation { get; init; }

    /// <summary>Number of members of the current revision.</summary>
    public int? CurrentReplicas { get; init; }

    /// <summary>Number of members.</summary>
    public int? Replicas { get; init; }

    /// <summary>Number of members whose pod is ready.</summary>
    public int? ReadyReplicas { get; init; }

    /// <summary>Whether all members are ready.</summary>
    public bool? Ready { get; init; }

    /// <summary>Deprecated: selector holds the same. Kept for readers of older versions.</summary>
    public LabelSelector? LabelSelector { get; init; }

    /// <summary>The members, by name.</summary>
    public IReadOnlyList<MemberStatus> Members { get; init => field = value ?? []; } = [];

    /// <summary>Whether all members talk to each other with TLS.</summary>
    [JsonPropertyName("peerUrlTLSEnabled")]
    public bool? PeerUrlTlsEnabled { get; init; }

    /// <summary>Label selector of the members' pods, for autoscalers and kubectl.</summary>
    public string? Selector { get; init; }

    /// <summary>The cluster that was joined when this one was bootstrapped. Written once.</summary>
    public BootstrapStatus? BootstrapWithExistingCluster { get; init; }

    /// <summary>Where the machines that drive this cluster stand. Not part of other implementations of this API; when lost, it is derived anew from the cluster.</summary>
    public LifecycleStatus? Lifecycle { get; init; }
}

/// <summary>The object that runs the members, in the Etcd's namespace.</summary>
public sealed record WorkloadReference
{
    /// <summary>Kind of the object.</summary>
    [Required]
    public string Kind { get; init => field = value ?? ""; } = "";

    /// <summary>Name of the object.</summary>
    [Required]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>API group and version of the object.</summary>
    public string? ApiVersion { get; init; }
}
