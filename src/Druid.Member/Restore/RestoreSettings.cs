namespace Druid.Member.Restore;

/// <summary>What flags say of restores, whatever is restored.</summary>
sealed record RestoreSettings
{
    /// <summary>Directory for work.</summary>
    public required string WorkDirectory { get; init; }

    /// <summary>Whether full snapshots are used without looking at their hash.</summary>
    public bool SkipHashCheck { get; init; }

    /// <summary>How many snapshots are fetched at a time.</summary>
    public int Fetchers { get; init; } = 6;

    /// <summary>Quota of the private etcd in bytes.</summary>
    public long Quota { get; init; } = 8L << 30;

    /// <summary>The options for a data directory; name and cluster are those of nobody.</summary>
    public RestoreOptions For(string dataDirectory) => new()
    {
        DataDirectory = dataDirectory,
        WorkDirectory = WorkDirectory,
        SkipHashCheck = SkipHashCheck,
        Fetchers = Fetchers,
        Quota = Quota,
        Name = "default",
        PeerUrls = ["http://localhost:2380"],
        InitialCluster = [new("default", "http://localhost:2380")],
    };
}
