using Druid.Member.Etcd;
using Druid.Member.Stores;

namespace Druid.Member.Snapshots;

/// <summary>Streams the database of an etcd into a store, its hash checked on the way.</summary>
static class FullSnapshot
{
    /// <summary>Takes a full snapshot.</summary>
    /// <param name="etcd">The member that gives its database.</param>
    /// <param name="store">Where to.</param>
    /// <param name="named">What it will be called. Its last revision must be one that this member has applied.</param>
    /// <param name="cancel">Ends it; nothing is left in the store.</param>
    /// <returns>The snapshot with its size, and the bytes of the database.</returns>
    /// <exception cref="StoreException">It could not be stored.</exception>
    /// <exception cref="EtcdException">etcd did not give it.</exception>
    /// <exception cref="InvalidDataException">What etcd gave has another hash than it says.</exception>
    public static async Task<(Snapshot Snapshot, long Bytes)> Take(EtcdClient etcd, IObjectStore store, Snapshot named, CancellationToken cancel)
    {
        await using var content = new HashedStream(new EtcdSnapshotStream(etcd, cancel), "etcd's snapshot", withHash: true);
        var taken = await SnapshotUpload.Upload(store, named, content, cancel);
        return (taken, content.Count);
    }
}
