using System.Globalization;
using Druid.Api;
using Druid.Kubernetes.Resources;

namespace Druid.Operator.Actions;

/// <summary>
/// What this process wrote and its caches may not show yet, so that a reconcile sees its own writes and does not repeat
/// them. An entry goes when the cache has caught up, when the object is seen to be deleted, or after half a minute.
/// </summary>
public sealed class RecentWrites(TimeProvider time)
{
    static readonly TimeSpan Kept = TimeSpan.FromSeconds(30);

    readonly Lock gate = new();
    readonly Dictionary<(string Kind, ObjectKey Key), Entry> writes = [];
    // So that looking at one cluster costs the same however many others are written to.
    readonly Dictionary<ObjectKey, HashSet<(string Kind, ObjectKey Key)>> byCluster = [];

    /// <summary>Remembers an object as the server answered it.</summary>
    public void Remember(IResource written) => Put(written, gone: false);

    /// <summary>Remembers that an object is there no more, though the cache may show it for a while.</summary>
    public void RememberGone(IResource deleted) => Put(deleted, gone: true);

    /// <summary>Forgets an object: it was deleted.</summary>
    public void Forget(string kind, ObjectKey key)
    {
        lock (gate)
        {
            Drop((kind, key));
        }
    }

    /// <summary>
    /// A cache shows this now. What was written is kept no second time then; that it was written is, until somebody who looks
    /// has the cache's version in hand.
    /// </summary>
    public void Seen<T>(T cached) where T : class, IResource<T>
    {
        var id = (T.Type.Kind, cached.Key);
        lock (gate)
        {
            if (writes.TryGetValue(id, out var entry) && !entry.Gone && entry.Written is T written && !ReferenceEquals(written, cached) && HasCaughtUp(cached, written))
            {
                writes[id] = entry with { Written = cached };
            }
        }
    }

    /// <summary>The newer of what the cache has and what was written.</summary>
    public T? Newer<T>(T? cached, ObjectKey key) where T : class, IResource<T>
    {
        var id = (T.Type.Kind, key);
        lock (gate)
        {
            if (!writes.TryGetValue(id, out var entry))
            {
                return cached;
            }
            var old = time.GetUtcNow() - entry.At > Kept;
            if (entry.Gone && cached is not null && cached.Metadata.Uid == entry.Written.Metadata.Uid && !old)
            {
                return null;
            }
            if (entry.Gone || entry.Written is not T written || old || (cached is not null && HasCaughtUp(cached, written)))
            {
                Drop(id);
                return cached;
            }
            return written;
        }
    }

    /// <summary>Objects that were written and that carry the label of this cluster; the cache may not have them at all.</summary>
    public IReadOnlyList<IResource> Of(ObjectKey cluster)
    {
        lock (gate)
        {
            return byCluster.TryGetValue(cluster, out var ids) ? [.. ids.Select(id => writes[id]).Where(w => !w.Gone).Select(w => w.Written)] : [];
        }
    }

    void Put(IResource resource, bool gone)
    {
        var id = (resource.Kind, resource.Key);
        lock (gate)
        {
            Drop(id);
            var entry = writes[id] = new(resource, time.GetUtcNow(), gone, ClusterOf(resource));
            if (entry.Cluster is { } cluster)
            {
                if (!byCluster.TryGetValue(cluster, out var ids))
                {
                    byCluster[cluster] = ids = [];
                }
                ids.Add(id);
            }
        }
    }

    void Drop((string Kind, ObjectKey Key) id)
    {
        if (writes.Remove(id, out var entry) && entry.Cluster is { } cluster && byCluster.TryGetValue(cluster, out var ids) && ids.Remove(id) && ids.Count == 0)
        {
            byCluster.Remove(cluster);
        }
    }

    static ObjectKey? ClusterOf(IResource resource) => resource.Label(Labels.PartOf) is { } name ? resource.Key with { Name = name } : null;

    // Of an object whose deletion was asked for, the version that was deleted is not the last word.
    static bool HasCaughtUp(IResource cached, IResource written) =>
        Version(cached) > Version(written) || (Version(cached) == Version(written) && !written.IsBeingDeleted);

    // Opaque by the letter of the API, a revision of etcd in every server there is; one that is none never wins.
    static long Version(IResource resource) =>
        long.TryParse(resource.Metadata.ResourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : 0;

    sealed record Entry(IResource Written, DateTimeOffset At, bool Gone, ObjectKey? Cluster);
}
