using System.Globalization;
using System.Text.RegularExpressions;

namespace Druid.Member.Snapshots;

/// <summary>What a snapshot holds.</summary>
public enum SnapshotKind
{
    /// <summary>The whole database at a revision.</summary>
    Full,

    /// <summary>The events between two revisions.</summary>
    Delta,
}

/// <summary>
/// A snapshot in a store. Everything that is known of it is its name: <c>Full-00000000-00000042-1700000000.gz</c> is the
/// database at revision 42, <c>Incr-00000043-00000050-1700000060.gz</c> the events from revision 43 to 50.
/// </summary>
public sealed partial record Snapshot
{
    const string FinalSuffix = ".final";

    /// <summary>What it holds.</summary>
    public required SnapshotKind Kind { get; init; }

    /// <summary>The first revision of a delta; 0 for a full snapshot.</summary>
    public required long StartRevision { get; init; }

    /// <summary>The last revision that it is known to hold. A full snapshot may hold a few more, which a delta then repeats.</summary>
    public required long LastRevision { get; init; }

    /// <summary>When it was taken, to the second.</summary>
    public required DateTimeOffset CreatedOn { get; init; }

    /// <summary>How it is compressed.</summary>
    public Compression Compression { get; init; }

    /// <summary>Whether it was taken as the last one before the cluster goes away.</summary>
    public bool IsFinal { get; init; }

    /// <summary>The directory that it is in: <c>v2</c>, or <c>v1/Backup-&lt;unix&gt;</c> in the older layout.</summary>
    public string Directory { get; init; } = Current;

    /// <summary>Bytes in the store; 0 for one that was not listed.</summary>
    public long Size { get; init; }

    /// <summary>Until when the store refuses to remove it; null where it does not.</summary>
    public DateTimeOffset? ImmutableUntil { get; init; }

    /// <summary>Whether its owner wants it passed over: it is kept, but not restored from.</summary>
    public bool IsExcluded { get; init; }

    /// <summary>The layout that snapshots are written in.</summary>
    public const string Current = "v2";

    /// <summary>The layout that is still read.</summary>
    public const string Older = "v1";

    /// <summary>Its name without the directory.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture,
        $"{(Kind == SnapshotKind.Full ? "Full" : "Incr")}-{StartRevision:D8}-{LastRevision:D8}-{CreatedOn.ToUnixTimeSeconds()}{Compression.Suffix()}{(IsFinal ? FinalSuffix : "")}");

    /// <summary>The name of its object in the store.</summary>
    public string Path => $"{Directory}/{Name}";

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>Reads what an object's name says; null when it is not the name of a snapshot.</summary>
    /// <param name="path">The object's name, relative to the store's prefix.</param>
    public static Snapshot? Parse(string path) =>
        PathPattern.Match(path) is { Success: true } match
        && CompressionNames.FromSuffix(match.Groups["suffix"].Value) is { } compression
        && long.TryParse(match.Groups["start"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var start)
        && long.TryParse(match.Groups["last"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var last)
        && long.TryParse(match.Groups["unix"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var unix)
        && start <= last && unix <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? new()
            {
                Kind = match.Groups["kind"].Value == "Full" ? SnapshotKind.Full : SnapshotKind.Delta,
                StartRevision = start,
                LastRevision = last,
                CreatedOn = DateTimeOffset.FromUnixTimeSeconds(unix),
                Compression = compression,
                IsFinal = match.Groups["final"].Success,
                Directory = match.Groups["directory"].Value,
            }
            : null;

    /// <summary>Whether an object is a part of a snapshot whose upload never ended: parts lie below the name of the whole.</summary>
    public static Snapshot? ParseChunk(string path) =>
        path.LastIndexOf('/') is > 0 and var split && Parse(path[..split]) is { } whole && split + 1 < path.Length ? whole : null;

    [GeneratedRegex(@"^(?<directory>v2|v1/Backup-\d+)/(?<kind>Full|Incr)-(?<start>\d+)-(?<last>\d+)-(?<unix>\d+)(?<suffix>\.(?!final$)[A-Za-z]+)?(?<final>\.final)?$", RegexOptions.CultureInvariant)]
    private static partial Regex PathPattern { get; }
}
