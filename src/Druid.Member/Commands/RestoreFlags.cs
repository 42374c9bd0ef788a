namespace Druid.Member.Commands;

/// <summary>Flags of the data directory and of the private etcd that restores one.</summary>
sealed class RestoreFlags : FlagGroup
{
    public RestoreFlags()
    {
        Text("data-dir", "default.etcd", "etcd's data directory.", "d");
        Text("restoration-temp-snapshots-dir", "default.restoration.tmp", "Directory for snapshots while they are restored.");
        Text("initial-cluster", "default=http://localhost:2380", "Initial cluster of a restored data directory.");
        Text("initial-cluster-token", "etcd-cluster", "Initial cluster token of a restored data directory.");
        List("initial-advertise-peer-urls", ["http://localhost:2380"], "Peer URLs of the member of a restored data directory.");
        Text("name", "default", "Name of the member of a restored data directory.");
        Switch("skip-hash-check", false, "Restore a full snapshot without checking its hash.");
        Number("max-fetchers", 6, 1, "Delta snapshots that are fetched at a time.");
        Number("max-call-send-message-size", 10 << 20, 1, "Largest message to the private etcd in bytes.");
        Number("max-request-bytes", 10 << 20, 1, "Largest request that the private etcd takes in bytes.");
        Number("max-txn-ops", 10 << 10, 1, "Operations in a transaction that the private etcd takes.");
        Number("embedded-etcd-quota-bytes", 8L << 30, 0, "Quota of the private etcd in bytes.");
        Choice("auto-compaction-mode", "periodic", "How the private etcd compacts.", "periodic", "revision");
        Text("auto-compaction-retention", "30m", "What the private etcd's compaction leaves.");
    }
}
