using System.Collections.Concurrent;
using System.Globalization;
using Druid.Kubernetes.Resources;

namespace Druid.Operator.Actions;

/// <summary>
/// What this process wrote and its caches may not show yet, so that a reconcile sees its own writes and does not repeat
/// them. An entry goes when the cache has caught up, when the object is seen to be deleted, or after half a minute.
/// </summary>
public sealed class RecentWrites(TimeProvider time)
{
    static readonly TimeSpan Kept = TimeSpan.FromSeconds(30);

    readonly ConcurrentDictionary<(string Kind, ObjectKey Key), (IResource Written, DateTimeOffset At, bool Gone)> writes = new();

    /// <summary>Remembers an object as the server answered it.</summary>
    public void Remember(IResource written) => writes[(written.Kind, written.Key)] = (written, time.GetUtcNow(), Gone: false);

    /// <summary>Remembers that an object is there no more, though the cache may show it for a while.</summary>
    public void RememberGone(IResource deleted) => writes[(deleted.Kind, deleted.Key)] = (deleted, time.GetUtcNow(), Gone: true);

    /// <summary>Forgets an object: it was deleted.</summary>
    public void Forget(string kind, ObjectKey key) => writes.TryRemove((kind, key), out _);

    /// <summary>The newer of what the cache has and what was written.</summary>
    public T? Newer<T>(T? cached, ObjectKey key) where T : class, IResource<T>
    {
        var id = (T.Type.Kind, key);
        if (!writes.TryGetValue(id, out var entry))
        {
            return cached;
        }
        if (entry.Gone && cached is not null && cached.Metadata.Uid == entry.Written.Metadata.Uid && time.GetUtcNow() - entry.At <= Kept)
        {
            return null;
        }
        if (entry.Gone || entry.Written is not T written || time.GetUtcNow() - entry.At > Kept || (cached is not null && HasCaughtUp(cached, written)))
        {
            writes.TryRemove(id, out _);
            return cached;
        }
        return written;
    }

    /// <summary>Objects of a kind in a namespace that were written and that the cache does not have at all.</summary>
    public IEnumerable<IResource> In(string ns) => writes.Where(w => !w.Value.Gone && w.Key.Key.Namespace == ns).Select(w => w.Value.Written);

    // Of an object whose deletion was asked for, the version that was deleted is not the last word.
    static bool HasCaughtUp(IResource cached, IResource written) =>
        Version(cached) > Version(written) || (Version(cached) == Version(written) && !written.IsBeingDeleted);

    // Opaque by the letter of the API, a revision of etcd in every server there is; one that is none never wins.
    static long Version(IResource resource) =>
        long.TryParse(resource.Metadata.ResourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : 0;
}
