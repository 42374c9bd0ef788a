namespace Druid.Member.Commands;

/// <summary>Flags of snapshots: when they are taken, how they are packed, how long they are kept.</summary>
sealed class SnapshotFlags : FlagGroup
{
    public SnapshotFlags()
    {
        Text("schedule", "0 */1 * * *", "When full snapshots are taken, in cron notation and UTC.", "s");
        Span("delta-snapshot-period", TimeSpan.FromSeconds(20), "Time between two delta snapshots; less than 1s takes none.");
        Number("delta-snapshot-memory-limit", 10 << 20, 0, "Bytes of events after which a delta snapshot is taken early.");
        Span("delta-snapshot-retention-period", TimeSpan.Zero, "How long delta snapshots are kept that a newer full snapshot covers.");
        Choice("garbage-collection-policy", "Exponential", "Which older snapshots are kept.", "Exponential", "LimitBased");
        Span("garbage-collection-period", TimeSpan.FromMinutes(1), "Time between two collections.");
        Number("max-backups", 7, 1, "Full snapshots that LimitBased keeps.", "m");
        Switch("compress-snapshots", true, "Whether snapshots are compressed.");
        Choice("compression-policy", "gzip", "How they are compressed.", "gzip", "lzw", "zlib");
        Span("etcd-snapshot-timeout", TimeSpan.FromMinutes(15), "Time that a full snapshot may take.");
        Span("etcd-connection-timeout", TimeSpan.FromMinutes(5), "Time that a connection of the snapshotter to etcd may take.");
        Switch("enable-snapshot-lease-renewal", false, "Report snapshots in the snapshot leases.");
        Text("full-snapshot-lease-name", "full-snapshot-revisions", "Lease for full snapshots.");
        Text("delta-snapshot-lease-name", "delta-snapshot-revisions", "Lease for delta snapshots.");
        Number("backoff-multiplier", 2, 1, "How the wait grows after each failed attempt.");
        Number("backoff-attempt-limit", 6, 1, "Attempts over which it grows.");
        Span("backoff-threshold-time", TimeSpan.FromSeconds(128), "The longest wait.");
        Switch("secondary-backup-sync-enabled", false, "Copy backups to a second store.");
        Span("secondary-backup-sync-period", TimeSpan.FromHours(1), "Time between two such copies.");
        Text("defragmentation-schedule", "0 0 */3 * *", "When etcd's databases are defragmented, in cron notation and UTC.");
        Span("etcd-defrag-timeout", TimeSpan.FromMinutes(15), "Time that a defragmentation may take.");
    }
}
