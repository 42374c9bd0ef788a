using System.Collections.Concurrent;
using Druid.Api;
using Druid.Kubernetes.Resources;
using Druid.Operator.Health;
using Serilog;

namespace Druid.Operator.Controllers;

/// <summary>
/// Statuses that were made and not written yet. What happens to a cluster within a moment is written at once: while members
/// come up, every pod and lease tells something new. Reconciles go on from what is held here; a process that ends meanwhile
/// leaves a status that is a moment old, from which the next one converges as from any other. What is held rests on the status
/// that the server had: where another process has written one since, it is void.
/// </summary>
sealed class PendingStatuses(TimeProvider time, ILogger log)
{
    /// <summary>How long news are held.</summary>
    public static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(500);

    readonly ConcurrentDictionary<ObjectKey, Held> held = new();

    /// <summary>The Etcd, as the server has it, with the status that was made last.</summary>
    public Etcd Complete(Etcd etcd)
    {
        if (!held.TryGetValue(etcd.Key, out var entry))
        {
            return etcd;
        }
        if (entry.RestsOn(etcd))
        {
            return etcd with { Status = entry.Status };
        }
        if (held.TryRemove(new(etcd.Key, entry)))
        {
            // Whoever reads the log is to know why the steps that it told of are taken again.
            log.Information("reconcile of {Key} counts for nothing: another status was written than the one that its news rest on", etcd.Key.ToString());
        }
        return etcd;
    }

    /// <summary>Holds a status of an Etcd as the server has it; returns when it is to be written: a moment after the first news that it tells.</summary>
    public DateTimeOffset Hold(Etcd etcd, EtcdStatus status)
    {
        var since = held.TryGetValue(etcd.Key, out var entry) && entry.RestsOn(etcd) ? entry.Since : time.GetUtcNow();
        held[etcd.Key] = new(etcd.Metadata.Uid, etcd.Status, status, since);
        return since + Moment;
    }

    /// <summary>Forgets what is held: it was written, or there is nothing to write it to.</summary>
    public void Forget(ObjectKey etcd) => held.TryRemove(etcd, out _);

    sealed record Held(string? Uid, EtcdStatus Basis, EtcdStatus Status, DateTimeOffset Since)
    {
        public bool RestsOn(Etcd etcd) => Uid == etcd.Metadata.Uid && StatusPatch.AreSame(Basis, etcd.Status);
    }
}
