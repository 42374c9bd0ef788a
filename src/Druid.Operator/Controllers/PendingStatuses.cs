using System.Collections.Concurrent;
using Druid.Api;
using Druid.Kubernetes.Resources;

namespace Druid.Operator.Controllers;

/// <summary>
/// Statuses that were made and not written yet. What happens to a cluster within a moment is written at once: while members
/// come up, every pod and lease tells something new. Reconciles go on from what is held here; a process that ends meanwhile
/// leaves a status that is a moment old, from which the next one converges as from any other.
/// </summary>
sealed class PendingStatuses(TimeProvider time)
{
    /// <summary>How long news are held.</summary>
    public static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(500);

    readonly ConcurrentDictionary<ObjectKey, (string? Uid, EtcdStatus Status, DateTimeOffset Since)> held = new();

    /// <summary>The Etcd with the status that was made last.</summary>
    public Etcd Complete(Etcd etcd) =>
        held.TryGetValue(etcd.Key, out var entry) && entry.Uid == etcd.Metadata.Uid ? etcd with { Status = entry.Status } : etcd;

    /// <summary>Holds a status; returns when it is to be written: a moment after the first news that it tells.</summary>
    public DateTimeOffset Hold(Etcd etcd, EtcdStatus status)
    {
        var since = held.TryGetValue(etcd.Key, out var entry) && entry.Uid == etcd.Metadata.Uid ? entry.Since : time.GetUtcNow();
        held[etcd.Key] = (etcd.Metadata.Uid, status, since);
        return since + Moment;
    }

    /// <summary>Forgets what is held: it was written, or there is nothing to write it to.</summary>
    public void Forget(ObjectKey etcd) => held.TryRemove(etcd, out _);
}
