using Druid.Kubernetes.Resources;

namespace Druid.Kubernetes.Runtime;

/// <summary>The objects of a <see cref="Store{T}"/> by some value of theirs, as the uid of an owner.</summary>
public sealed class StoreIndex<T> where T : class, IResource
{
    readonly Func<T, IEnumerable<string>> _values;
    readonly Lock _lock;
    // Arrays that are replaced, never changed: an answer stays as it is, and few objects share a value.
    readonly Dictionary<string, T[]> _objects = [];

    internal StoreIndex(Func<T, IEnumerable<string>> values, Lock @lock) => (_values, _lock) = (values, @lock);

    /// <summary>The objects that have the value.</summary>
    public IReadOnlyList<T> this[string value]
    {
        get { lock (_lock) return _objects.GetValueOrDefault(value, []); }
    }

    internal void Change(T? old, T? now)
    {
        if (old is not null)
        {
            foreach (var value in _values(old)) Remove(value, old);
        }
        if (now is not null)
        {
            foreach (var value in _values(now)) _objects[value] = [.. _objects.GetValueOrDefault(value, []), now];
        }
    }

    void Remove(string value, T old)
    {
        var rest = _objects.GetValueOrDefault(value, []).Where(o => !ReferenceEquals(o, old)).ToArray();
        if (rest.Length == 0) _objects.Remove(value);
        else _objects[value] = rest;
    }
}

/// <summary>The usual values to index by.</summary>
public static class Indexes
{
    /// <summary>The uids of all owners.</summary>
    public static IEnumerable<string> OwnerUids(IResource resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        return resource.Metadata.OwnerReferences?.Select(o => o.Uid) ?? [];
    }

    /// <summary>The namespace.</summary>
    public static IEnumerable<string> Namespaces(IResource resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        return resource.Metadata.Namespace is { } ns ? [ns] : [];
    }

    /// <summary>The value of a label, behind the namespace and a slash: selectors end at the namespace.</summary>
    public static Func<IResource, IEnumerable<string>> Label(string label) =>
        resource => resource.Label(label) is { } value ? [$"{resource.Metadata.Namespace}/{value}"] : [];
}
