using Druid.Member.Snapshots;

namespace Druid.Member.Metrics;

/// <summary>Metrics of backups: those of the reference under its names, and what it does not count: bytes and lag.</summary>
sealed class BackupMetrics
{
    static readonly double[] Seconds = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1200];

    readonly Family _latestRevision;
    readonly Family _latestTime;
    readonly Family _required;
    readonly Family _collected;
    readonly Family _failures;
    readonly Family _bytes;
    readonly Family _storedBytes;
    readonly Histogram _duration;
    long _deltas;
    long _deltaRevisions;
    long _stored;

    /// <param name="page">Where they are shown.</param>
    /// <param name="head">The revision that etcd is at; null while it does not say.</param>
    /// <param name="trouble">Whether backups fail.</param>
    public BackupMetrics(MetricsPage page, Func<long?> head, Func<bool> trouble)
    {
        _latestRevision = page.Add(new Family("etcdbr_snapshot_latest_revision", "gauge", "Revision of the latest snapshot."));
        _latestTime = page.Add(new Family("etcdbr_snapshot_latest_timestamp", "gauge", "When the latest snapshot was taken, in seconds since the epoch."));
        _required = page.Add(new Family("etcdbr_snapshot_required", "gauge", "Whether there are changes that a snapshot has yet to be taken of: 1 if there are, 0 otherwise."));
        _collected = page.Add(new Family("etcdbr_snapshot_gc_total", "counter", "Snapshots that garbage collection tried to remove."));
        _duration = page.Add(new Histogram("etcdbr_snapshot_duration_seconds", "Time to take a snapshot and store it.", Seconds));
        _failures = page.Add(new Family("etcdbr_snapshotter_failure", "counter", "Attempts to take or collect snapshots that failed."));
        page.Add(new Gauge("etcdbr_snapstore_latest_deltas_total", "Deltas since the latest full snapshot.", () => Interlocked.Read(ref _deltas)));
        page.Add(new Gauge("etcdbr_snapstore_latest_deltas_revisions_total", "Revisions in the deltas since the latest full snapshot.", () => Interlocked.Read(ref _deltaRevisions)));
        Validation = page.Add(new Histogram("etcdbr_validation_duration_seconds", "Time to validate the data directory.", Seconds));
        Restoration = page.Add(new Histogram("etcdbr_restoration_duration_seconds", "Time to restore the data directory.", Seconds));
        Defragmentation = page.Add(new Histogram("etcdbr_defragmentation_duration_seconds", "Time to defragment the database of a member.", Seconds));
        _bytes = page.Add(new Family("etcdbr_snapshot_bytes_total", "counter", "Bytes of snapshots before compression."));
        _storedBytes = page.Add(new Family("etcdbr_snapshot_stored_bytes_total", "counter", "Bytes of snapshots in the store."));
        page.Add(new Gauge("etcdbr_snapshot_lag_revisions", "Revisions that etcd is ahead of the latest snapshot.", () =>
            Interlocked.Read(ref _stored) is > 0 and var stored && head() is { } revision ? Math.Max(0, revision - stored) : null));
        page.Add(new Gauge("etcdbr_backup_failing", "Whether backups fail: 1 if they do, 0 otherwise.", () => trouble() ? 1 : 0));
    }

    /// <summary>Time of validations.</summary>
    public Histogram Validation { get; }

    /// <summary>Time of restores.</summary>
    public Histogram Restoration { get; }

    /// <summary>Time of defragmentations.</summary>
    public Histogram Defragmentation { get; }

    /// <summary>Notes a snapshot that was stored.</summary>
    /// <param name="latest">The snapshot.</param>
    /// <param name="deltas">All deltas since the latest full snapshot.</param>
    /// <param name="bytes">Its bytes before compression.</param>
    public void Stored(Snapshot latest, IReadOnlyList<Snapshot> deltas, long bytes)
    {
        Latest(latest);
        Count(deltas);
        _bytes.Add(Kind(latest.Kind), bytes);
        _storedBytes.Add(Kind(latest.Kind), latest.Size);
    }

    /// <summary>Notes what was found in the store.</summary>
    public void Stored(Snapshot full, IReadOnlyList<Snapshot> deltas)
    {
        Latest(full);
        if (deltas.Count > 0) Latest(deltas[^1]);
        Count(deltas);
    }

    /// <summary>Notes whether there are changes without a snapshot.</summary>
    public void Required(SnapshotKind kind, bool required) => _required.Set(Kind(kind), required ? 1 : 0);

    /// <summary>Notes how long a snapshot took.</summary>
    public void Took(SnapshotKind kind, TimeSpan duration, bool succeeded) => _duration.Record(duration, succeeded, Kind(kind));

    /// <summary>Counts a failure.</summary>
    public void Failure() => _failures.Add("", 1);

    /// <summary>Counts a snapshot, or a part of one, that was collected or could not be.</summary>
    public void Collected(string kind, bool succeeded) => _collected.Add($"kind=\"{kind}\",{Sample.Succeeded(succeeded)}", 1);

    void Latest(Snapshot snapshot)
    {
        _latestRevision.Set(Kind(snapshot.Kind), snapshot.LastRevision);
        _latestTime.Set(Kind(snapshot.Kind), snapshot.CreatedOn.ToUnixTimeSeconds());
        Required(snapshot.Kind, false);
        Interlocked.Exchange(ref _stored, snapshot.LastRevision);
    }

    void Count(IReadOnlyList<Snapshot> deltas)
    {
        Interlocked.Exchange(ref _deltas, deltas.Count);
        Interlocked.Exchange(ref _deltaRevisions, deltas.Count == 0 ? 0 : deltas[^1].LastRevision - deltas[0].StartRevision + 1);
    }

    static string Kind(SnapshotKind kind) => kind == SnapshotKind.Full ? "kind=\"Full\"" : "kind=\"Incr\"";
}
