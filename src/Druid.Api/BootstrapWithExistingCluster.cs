using Druid.Api.Schemas;

namespace Druid.Api;

/// <summary>A running cluster that this Etcd's members join. Its certificates must be signed by an authority that clientUrlTls trusts.</summary>
public sealed record BootstrapWithExistingCluster
{
    /// <summary>The members of the running cluster, at most ten.</summary>
    [Required, MinItems(1), MaxItems(10), ListType("atomic")]
    public IReadOnlyList<ExistingMember> Members { get; init => field = value ?? []; } = [];

    /// <summary>Client URLs of the running cluster, with which members are added: one to ten URLs with scheme and host, such as https://etcd-source-client.source.svc:2379; https exactly if clientUrlTls is set.</summary>
    [Required, MinItems(1), MaxItems(10), ListType("set"), MaxLength(2048, OfItems = true)]
    public IReadOnlyList<string> ClientEndpoints { get; init => field = value ?? []; } = [];
}

/// <summary>One member of a running cluster that is joined.</summary>
public sealed record ExistingMember
{
    /// <summary>The member's name in the running cluster.</summary>
    [Required, MinLength(1), MaxLength(253), Pattern(Patterns.DnsLabel)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The member's peer URLs: one to five, with scheme and host, such as https://10.0.0.1:2380; https exactly if peerUrlTls is set.</summary>
    [Required, MinItems(1), MaxItems(5), ListType("set"), MaxLength(2048, OfItems = true)]
    public IReadOnlyList<string> PeerUrls { get; init => field = value ?? []; } = [];
}
