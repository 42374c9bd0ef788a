using System.Text.Json;
using System.Text.Json.Serialization;

namespace Druid.Member.Snapshots;

/// <summary>A snapshot as the HTTP API prints it, under the reference's names.</summary>
sealed record SnapshotDocument
{
    /// <summary>When it was taken.</summary>
    public required DateTime CreatedOn { get; init; }

    /// <summary>Until when it cannot be removed; the year 1 where it can. The name is misspelt since its beginning.</summary>
    [JsonPropertyName("immutabilityExpriyTime")]
    public required DateTime ImmutabilityExpiryTime { get; init; }

    /// <summary>The version of its object; nobody here needs one.</summary>
    [JsonPropertyName("versionID")]
    public string? VersionId { get; init; }

    /// <summary><c>Full</c> or <c>Incr</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Its directory in the older layout.</summary>
    public required string SnapDir { get; init; }

    /// <summary>Its name.</summary>
    public required string SnapName { get; init; }

    /// <summary>Where its name is relative to, inside of the container.</summary>
    public required string Prefix { get; init; }

    /// <summary>How it is compressed.</summary>
    public required string CompressionSuffix { get; init; }

    /// <summary>First revision of a delta.</summary>
    public required long StartRevision { get; init; }

    /// <summary>Last revision.</summary>
    public required long LastRevision { get; init; }

    /// <summary>Whether it is only a part.</summary>
    public bool IsChunk { get; init; }

    /// <summary>Whether it is the final one.</summary>
    public required bool IsFinal { get; init; }

    /// <summary>Describes a snapshot.</summary>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="prefix">The store's prefix in its container.</param>
    public static SnapshotDocument Of(Snapshot snapshot, string prefix)
    {
        var older = snapshot.Directory.StartsWith(Snapshot.Older + "/", StringComparison.Ordinal);
        return new()
        {
            CreatedOn = snapshot.CreatedOn.UtcDateTime,
            ImmutabilityExpiryTime = snapshot.ImmutableUntil?.UtcDateTime ?? DateTime.SpecifyKind(default, DateTimeKind.Utc),
            Kind = snapshot.Kind == SnapshotKind.Full ? "Full" : "Incr",
            SnapDir = older ? snapshot.Directory[(Snapshot.Older.Length + 1)..] : "",
            SnapName = snapshot.Name,
            Prefix = $"{(prefix.Length > 0 ? prefix + "/" : "")}{(older ? Snapshot.Older : Snapshot.Current)}/",
            CompressionSuffix = snapshot.Compression.Suffix(),
            StartRevision = snapshot.StartRevision,
            LastRevision = snapshot.LastRevision,
            IsFinal = snapshot.IsFinal,
        };
    }
}

/// <summary>The latest full snapshot and the deltas that follow it, as the HTTP API prints them.</summary>
/// <param name="FullSnapshot">The full snapshot; null when there is none.</param>
/// <param name="DeltaSnapshots">The deltas in their order.</param>
sealed record LatestSnapshotsDocument(SnapshotDocument? FullSnapshot, IReadOnlyList<SnapshotDocument> DeltaSnapshots);

/// <summary>Writes these documents.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(SnapshotDocument))]
[JsonSerializable(typeof(LatestSnapshotsDocument))]
sealed partial class SnapshotJson : JsonSerializerContext;
