using System.CommandLine;
using Druid.Member.Configuration;
using Druid.Member.Restore;

namespace Druid.Member.Commands;

/// <summary>Flags of the data directory and of the private etcd that restores one.</summary>
sealed class RestoreFlags : FlagGroup
{
    readonly Option<string> _data;
    readonly Option<string> _work;
    readonly Option<string> _cluster;
    readonly Option<string> _token;
    readonly Option<string[]> _peerUrls;
    readonly Option<string> _name;
    readonly Option<Toggle> _skipHash;
    readonly Option<long> _fetchers;
    readonly Option<long> _quota;

    public RestoreFlags()
    {
        _data = Text("data-dir", "default.etcd", "etcd's data directory.", "d");
        _work = Text("restoration-temp-snapshots-dir", "default.restoration.tmp", "Directory for snapshots while they are restored.");
        _cluster = Text("initial-cluster", "default=http://localhost:2380", "Initial cluster of a restored data directory.");
        _token = Text("initial-cluster-token", "etcd-cluster", "Initial cluster token of a restored data directory.");
        _peerUrls = List("initial-advertise-peer-urls", ["http://localhost:2380"], "Peer URLs of the member of a restored data directory.");
        _name = Text("name", "default", "Name of the member of a restored data directory.");
        _skipHash = Switch("skip-hash-check", false, "Restore a full snapshot without checking its hash.");
        _fetchers = Number("max-fetchers", 6, 1, "Delta snapshots that are fetched at a time.");
        _quota = Number("embedded-etcd-quota-bytes", 8L << 30, 0, "Quota of the private etcd in bytes.");
        // Requests reach the private etcd through its log, where no limit of a connection applies, and it compacts nothing by itself.
        Number("max-call-send-message-size", 10 << 20, 1, "Accepted for compatibility: deltas of any size are applied.");
        Number("max-request-bytes", 10 << 20, 1, "Accepted for compatibility: requests of any size are applied.");
        Number("max-txn-ops", 10 << 10, 1, "Accepted for compatibility: transactions of any size are applied.");
        Choice("auto-compaction-mode", "periodic", "Accepted for compatibility: a restore compacts nothing.", "periodic", "revision");
        Text("auto-compaction-retention", "30m", "Accepted for compatibility: a restore compacts nothing.");
    }

    /// <summary>What the flags say of every restore.</summary>
    public RestoreSettings Settings(ParseResult parsed) => new()
    {
        WorkDirectory = Path.GetFullPath(parsed.GetValue(_work)!),
        SkipHashCheck = parsed.GetValue(_skipHash),
        Fetchers = (int)Math.Min(parsed.GetValue(_fetchers), 100),
        Quota = parsed.GetValue(_quota),
    };

    /// <summary>What the flags say of a restore by hand.</summary>
    /// <exception cref="FormatException">The initial cluster is none.</exception>
    public RestoreOptions Read(ParseResult parsed) => Settings(parsed).For(Path.GetFullPath(parsed.GetValue(_data)!)) with
    {
        Name = parsed.GetValue(_name)!,
        PeerUrls = parsed.GetValue(_peerUrls)!,
        Token = parsed.GetValue(_token)!,
        InitialCluster = [.. parsed.GetValue(_cluster)!.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Member)],
    };

    static MemberUrl Member(string entry) => entry.IndexOf('=', StringComparison.Ordinal) is > 0 and var split
        ? new(entry[..split], entry[(split + 1)..])
        : throw new FormatException($"--initial-cluster has '{entry}'; expected name=peerURL");
}
