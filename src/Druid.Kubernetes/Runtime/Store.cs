using Druid.Kubernetes.Resources;

namespace Druid.Kubernetes.Runtime;

/// <summary>
/// The objects of a kind as last heard of. Reads take no request; every answer is a snapshot that stays as it is. Filled by a
/// <see cref="Reflector{T}"/>, whose thread also tells subscribers of changes, in their order.
/// </summary>
public sealed class Store<T> where T : class, IResource
{
    // One writer at a time, its subscribers told before the next: changes keep their order.
    readonly Lock _writing = new();
    readonly Lock _reading = new();
    readonly Dictionary<ObjectKey, T> _objects = [];
    readonly List<StoreIndex<T>> _indexes = [];
    readonly List<Action<StoreChange<T>>> _subscribers = [];

    /// <summary>How many objects there are.</summary>
    public int Count
    {
        get { lock (_reading) return _objects.Count; }
    }

    /// <summary>The object; null when there is none.</summary>
    public T? Get(ObjectKey key)
    {
        lock (_reading) return _objects.GetValueOrDefault(key);
    }

    /// <summary>All objects.</summary>
    public IReadOnlyList<T> All()
    {
        lock (_reading) return [.. _objects.Values];
    }

    /// <summary>
    /// An index over the objects by one or more values of each, kept up to date from now on; see <see cref="Indexes"/> for
    /// the usual ones.
    /// </summary>
    public StoreIndex<T> Index(Func<T, IEnumerable<string>> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        lock (_writing)
        {
            lock (_reading)
            {
                var index = new StoreIndex<T>(values, _reading);
                foreach (var resource in _objects.Values) index.Change(null, resource);
                _indexes.Add(index);
                return index;
            }
        }
    }

    /// <summary>
    /// Tells of every object that is there, as new, and of every change from then on, until disposed. The subscriber must
    /// return soon: it holds up the reflector.
    /// </summary>
    public IDisposable Subscribe(Action<StoreChange<T>> subscriber)
    {
        ArgumentNullException.ThrowIfNull(subscriber);
        lock (_writing)
        {
            foreach (var resource in All()) subscriber(new(null, resource));
            _subscribers.Add(subscriber);
        }
        return new Subscription(this, subscriber);
    }

    /// <summary>Puts an object in, or a newer one in its place; false when it is the one that is there.</summary>
    public bool Set(T resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        lock (_writing)
        {
            T? old;
            lock (_reading)
            {
                if (_objects.TryGetValue(resource.Key, out old) && IsSame(old, resource)) return false;
                _objects[resource.Key] = resource;
                foreach (var index in _indexes) index.Change(old, resource);
            }
            Tell(new(old, resource));
            return true;
        }
    }

    /// <summary>Takes an object out; false when there is none.</summary>
    /// <param name="key">The object.</param>
    /// <param name="last">Its last state, if better known than what is here.</param>
    public bool Remove(ObjectKey key, T? last = null)
    {
        lock (_writing)
        {
            T? old;
            lock (_reading)
            {
                if (!_objects.Remove(key, out old)) return false;
                foreach (var index in _indexes) index.Change(old, null);
            }
            Tell(new(last ?? old, null));
            return true;
        }
    }

    /// <summary>Takes out all objects that are not among the keys.</summary>
    public void KeepOnly(IReadOnlySet<ObjectKey> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ObjectKey[] vanished;
        lock (_reading) vanished = [.. _objects.Keys.Where(key => !keys.Contains(key))];
        foreach (var key in vanished) Remove(key);
    }

    static bool IsSame(T one, T other) =>
        one.Metadata.ResourceVersion is { } version && version == other.Metadata.ResourceVersion && one.Metadata.Uid == other.Metadata.Uid;

    void Tell(StoreChange<T> change)
    {
        foreach (var subscriber in _subscribers.ToArray()) subscriber(change);
    }

    sealed class Subscription(Store<T> store, Action<StoreChange<T>> subscriber) : IDisposable
    {
        public void Dispose()
        {
            lock (store._writing) store._subscribers.Remove(subscriber);
        }
    }
}
