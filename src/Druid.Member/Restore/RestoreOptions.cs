using Druid.Member.Configuration;

namespace Druid.Member.Restore;

/// <summary>What to restore a data directory as.</summary>
sealed record RestoreOptions
{
    /// <summary>The directory to create. Nothing may be there.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Directory for work; on the same volume, so that the result can be moved. What an interrupted restore left there is taken up.</summary>
    public required string WorkDirectory { get; init; }

    /// <summary>The member's name.</summary>
    public required string Name { get; init; }

    /// <summary>The peer URLs that the member advertises.</summary>
    public required IReadOnlyList<string> PeerUrls { get; init; }

    /// <summary>The members of the cluster that begins with the restored data.</summary>
    public required IReadOnlyList<MemberUrl> InitialCluster { get; init; }

    /// <summary>That cluster's token.</summary>
    public string Token { get; init; } = "etcd-cluster";

    /// <summary>The last revision to restore; null for all there is.</summary>
    public long? UpTo { get; init; }

    /// <summary>Whether full snapshots are used without looking at their hash.</summary>
    public bool SkipHashCheck { get; init; }

    /// <summary>How many snapshots are fetched at a time.</summary>
    public int Fetchers { get; init; } = 6;

    /// <summary>Quota of the private etcd in bytes.</summary>
    public long Quota { get; init; } = 8L << 30;

    /// <summary>The agent's own program, which keeps the private etcd on its leash.</summary>
    public string AgentProgram { get; init; } = Environment.ProcessPath ?? "druid-member";

    /// <summary>etcd, looked up in PATH.</summary>
    public string EtcdProgram { get; init; } = "etcd";
}
