using Druid.Api.Schemas;

namespace Druid.Api;

/// <summary>Settings that etcd and the sidecar's embedded etcd share.</summary>
public sealed record SharedConfig
{
    /// <summary>How etcd discards old revisions: periodic, the default, by age; revision by number.</summary>
    [Enum(CompactionMode.Periodic, CompactionMode.Revision)]
    public string? AutoCompactionMode { get; init; }

    /// <summary>What auto-compaction keeps: with periodic a duration such as 30m, the default, or a number of hours; with revision a number of revisions.</summary>
    public string? AutoCompactionRetention { get; init; }
}

/// <summary>Values of <see cref="SharedConfig.AutoCompactionMode"/>.</summary>
public static class CompactionMode
{
    /// <summary>By age.</summary>
    public const string Periodic = "periodic";

    /// <summary>By number of revisions.</summary>
    public const string Revision = "revision";
}
