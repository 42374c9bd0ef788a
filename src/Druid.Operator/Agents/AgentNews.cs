using Druid.StateMachine.Etcd;

namespace Druid.Operator.Agents;

/// <summary>What a snapshot request is for. A request belongs to the state that made it: once that is left, its answer does not count.</summary>
public enum RequestPurpose
{
    /// <summary>A full snapshot before the members stop.</summary>
    BeforeStop,

    /// <summary>A full snapshot before the members run another version of etcd.</summary>
    BeforeUpgrade,

    /// <summary>A full snapshot because a compaction job would take too long.</summary>
    InsteadOfJob,

    /// <summary>A restorable snapshot found and verified, before a cluster is founded anew from it.</summary>
    Verification,
}

/// <summary>Where a request stands.</summary>
/// <param name="State">Asked, done or failed.</param>
/// <param name="Error">Why it failed, in words; null when it did not.</param>
/// <param name="RetryAt">When a failed one may be made again.</param>
public sealed record RequestNews(SnapshotRequest State, string? Error = null, DateTimeOffset? RetryAt = null)
{
    /// <summary>It was not made.</summary>
    public static RequestNews None { get; } = new(SnapshotRequest.NotAsked);
}

/// <summary>What this process knows of one cluster from its agents themselves, and not from objects of the API server.</summary>
public sealed record AgentNews
{
    /// <summary>Nothing.</summary>
    public static AgentNews None { get; } = new();

    /// <summary>The requests by what they are for.</summary>
    public IReadOnlyDictionary<RequestPurpose, RequestNews> Requests { get; init; } = new Dictionary<RequestPurpose, RequestNews>();

    /// <summary>The last revision of the latest full snapshot that an agent was asked for. The snapshot's lease tells it too, but later.</summary>
    public long FullSnapshotRevision { get; init; }

    /// <summary>Uids of pods whose agent cannot hand leadership over.</summary>
    public IReadOnlySet<string> WithoutHandover { get; init; } = new HashSet<string>();

    /// <summary>Where the request for a purpose stands.</summary>
    public RequestNews Of(RequestPurpose purpose) => Requests.GetValueOrDefault(purpose, RequestNews.None);
}
