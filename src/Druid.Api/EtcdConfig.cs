using System.Text.Json.Serialization;
using Druid.Api.Schemas;
using Druid.Kubernetes.Resources;

namespace Druid.Api;

/// <summary>How etcd itself is run.</summary>
public sealed record EtcdConfig
{
    /// <summary>Size up to which etcd's database may grow before etcd refuses writes, 8Gi if absent.</summary>
    public Quantity? Quota { get; init; }

    /// <summary>Number of applied Raft entries that etcd keeps in memory for slow followers before it compacts its log, 10000 if absent.</summary>
    [Minimum(1)]
    public long? SnapshotCount { get; init; }

    /// <summary>Serve etcd's HTTP/JSON gateway to its gRPC API on the client port.</summary>
    [JsonPropertyName("enableGRPCGateway")]
    public bool? EnableGrpcGateway { get; init; }

    /// <summary>When the members are defragmented one after the other: a cron schedule of five fields, in UTC; every third midnight if absent.</summary>
    [Pattern(Patterns.Cron)]
    public string? DefragmentationSchedule { get; init; }

    /// <summary>Port on which members talk to each other, 2380 if absent.</summary>
    [Port]
    public int? ServerPort { get; init; }

    /// <summary>Port on which clients are served, 2379 if absent.</summary>
    [Port]
    public int? ClientPort { get; init; }

    /// <summary>Port of the etcd container's own HTTP server (readiness and stop), 9095 if absent.</summary>
    [Port]
    public int? WrapperPort { get; init; }

    /// <summary>Image of the etcd container; the operator's image vector decides if absent.</summary>
    public string? Image { get; init; }

    /// <summary>Secret with the user name and password (keys username and password) with which operator and sidecar log in where etcd's authentication is enabled.</summary>
    public SecretReference? AuthSecretRef { get; init; }

    /// <summary>Detail of etcd's metrics: extensive adds histograms; basic if absent.</summary>
    [Enum(MetricsLevel.Basic, MetricsLevel.Extensive)]
    public string? Metrics { get; init; }

    /// <summary>Resources of the etcd container; requests of 50m CPU and 128Mi memory, without limits, if absent.</summary>
    public ResourceRequirements? Resources { get; init; }

    /// <summary>TLS between clients and etcd; plain HTTP if absent.</summary>
    public TlsConfig? ClientUrlTls { get; init; }

    /// <summary>Peer URLs that members advertise in addition to their name in the peer Service, for peers outside the cluster network. A change rolls the pods.</summary>
    [MaxItems(10), JsonPropertyName("additionalAdvertisePeerURLs")]
    public IReadOnlyList<MemberPeerUrls> AdditionalAdvertisePeerUrls { get; init => field = value ?? []; } = [];

    /// <summary>TLS between members; plain HTTP if absent.</summary>
    public PeerTlsConfig? PeerUrlTls { get; init; }

    /// <summary>How long defragmenting one member may take, 15m if absent.</summary>
    public Duration? EtcdDefragTimeout { get; init; }

    /// <summary>How often a member renews its lease, 10s if absent.</summary>
    public Duration? HeartbeatDuration { get; init; }

    /// <summary>What the client Service carries in addition to the operator's own settings.</summary>
    public ClientService? ClientService { get; init; }

    /// <summary>How etcd's storage engine remembers free pages: array, the default, is compact for databases of a few GB; map is faster for larger ones. Needs etcd 3.5 or newer.</summary>
    [Enum(FreelistType.Array, FreelistType.Map)]
    public string? BackendBboltFreelistType { get; init; }

    /// <summary>Makes the members join a cluster that already runs elsewhere instead of founding their own. Only possible when the Etcd is created.</summary>
    public BootstrapWithExistingCluster? BootstrapWithExistingCluster { get; init; }
}

/// <summary>Values of <see cref="EtcdConfig.Metrics"/>.</summary>
public static class MetricsLevel
{
    /// <summary>Counters and gauges only.</summary>
    public const string Basic = "basic";

    /// <summary>Histograms too.</summary>
    public const string Extensive = "extensive";
}

/// <summary>Values of <see cref="EtcdConfig.BackendBboltFreelistType"/>.</summary>
public static class FreelistType
{
    /// <summary>A sorted array of free pages.</summary>
    public const string Array = "array";

    /// <summary>A hash map of free spans.</summary>
    public const string Map = "map";
}
