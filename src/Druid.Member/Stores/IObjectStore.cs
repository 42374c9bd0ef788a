namespace Druid.Member.Stores;

/// <summary>
/// Where backups lie: a flat set of named objects, as a bucket, a container or a directory has them. Nothing here knows of
/// snapshots. Names are relative to the store's prefix and use <c>/</c>, whatever the provider does.
/// </summary>
/// <remarks>
/// Every method may be repeated: the ones that read and <see cref="Delete"/> retry by themselves what can be retried;
/// <see cref="Write"/> retries parts, and its caller the whole. All throw <see cref="StoreException"/> for what the provider
/// refuses or cannot do, with the object's name, the provider's answer and the remedy.
/// </remarks>
public interface IObjectStore : IAsyncDisposable
{
    /// <summary>The store in a log line: provider, container and prefix, without credentials.</summary>
    string Description { get; }

    /// <summary>All objects whose name begins with <paramref name="prefix"/>, ordered by name (ordinal), page by page.</summary>
    /// <param name="prefix">Empty for all.</param>
    /// <param name="cancel">Ends it.</param>
    IAsyncEnumerable<StoredObject> List(string prefix, CancellationToken cancel);

    /// <summary>Opens an object for reading from its beginning to its end.</summary>
    /// <param name="name">The object.</param>
    /// <param name="cancel">Ends opening; reads take their own token.</param>
    /// <exception cref="StoreException">Among others <see cref="StoreError.NotFound"/>.</exception>
    Task<Stream> Read(string name, CancellationToken cancel);

    /// <summary>
    /// Writes an object whole or not at all: until it returns nobody sees the name, and an interrupted upload leaves nothing
    /// that looks like an object. An object of that name is replaced, unless the store's retention forbids it.
    /// </summary>
    /// <param name="name">The object.</param>
    /// <param name="content">Its bytes, read once from the current position to the end; need not be seekable.</param>
    /// <param name="cancel">Ends it; what was uploaded is removed.</param>
    /// <returns>The number of bytes written.</returns>
    Task<long> Write(string name, Stream content, CancellationToken cancel);

    /// <summary>Removes an object; one that is not there is no error.</summary>
    /// <param name="name">The object.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="StoreException">Among others <see cref="StoreError.Immutable"/> while a retention holds it.</exception>
    Task Delete(string name, CancellationToken cancel);
}

/// <summary>An object that a store lists.</summary>
/// <param name="Name">Relative to the store's prefix.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Modified">When it was written, by the provider's clock.</param>
/// <param name="ImmutableUntil">Until when the provider refuses to remove it; null where it does not.</param>
/// <param name="Excluded">Tagged <c>x-etcd-snapshot-exclude</c>: kept, but not to be restored from.</param>
public sealed record StoredObject(string Name, long Size, DateTimeOffset Modified, DateTimeOffset? ImmutableUntil = null, bool Excluded = false);
