using System.Runtime.CompilerServices;
using Amazon.S3.Model;
using Druid.Member.Stores.Transfer;

namespace Druid.Member.Stores.S3;

/// <summary>
/// A bucket of Amazon S3 or of what speaks its protocol. In a bucket that keeps versions the oldest version of a name is the
/// object, so that neither overwriting nor deleting by others makes a backup disappear.
/// </summary>
sealed class S3Store : IObjectStore
{
    readonly S3Bucket _bucket;
    readonly S3Versions _versions;
    readonly S3Upload _upload;
    readonly TimeProvider _time;
    readonly string _prefix;

    public S3Store(StoreOptions options, Func<string, string?> environment, TimeProvider time)
    {
        _bucket = new(options, environment, time);
        _versions = new(_bucket, time);
        _upload = new(_bucket, options, time);
        _time = time;
        _prefix = options.Prefix.Length == 0 ? "" : options.Prefix + "/";
        Description = $"{options.Provider} {options.Container}/{_prefix}";
    }

    /// <inheritdoc/>
    public string Description { get; }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredObject> List(string prefix, [EnumeratorCancellation] CancellationToken cancel)
    {
        var versioning = await _versions.Versioning(cancel);
        var found = versioning.Keeps ? Versioned(versioning, _prefix + prefix, cancel) : Plain(_prefix + prefix, cancel);
        await foreach (var item in found.WithCancellation(cancel)) yield return item;
    }

    /// <inheritdoc/>
    public async Task<Stream> Read(string name, CancellationToken cancel)
    {
        var key = KeyOf(name);
        string? version = null;
        if ((await _versions.Versioning(cancel)).Keeps)
            version = (await _versions.Oldest(key, cancel) ?? throw new StoreException(StoreError.NotFound, $"there is no '{name}' in {Description}")).VersionId;
        var (first, length, etag) = await Open(0, null, cancel);
        return new ResumingStream(name, length, first, async (offset, stop) => (await Open(offset, etag, stop)).Content, _bucket.Retry, _time);

        Task<(Stream Content, long Length, string? Tag)> Open(long offset, string? tag, CancellationToken stop) => _bucket.Call($"read '{name}'", S3Bucket.ShortLimit, async (client, encryption, token) =>
        {
            var answer = await client.GetObjectAsync(new GetObjectRequest
            {
                BucketName = _bucket.Name,
                Key = key,
                VersionId = version,
                EtagToMatch = tag,
                ByteRange = offset > 0 ? new($"bytes={offset}-") : null,
                ServerSideEncryptionCustomerMethod = encryption?.Algorithm,
                ServerSideEncryptionCustomerProvidedKey = encryption?.Key,
                ServerSideEncryptionCustomerProvidedKeyMD5 = encryption?.Digest,
            }, token);
            return ((Stream)answer.ResponseStream, answer.ContentLength, (string?)answer.ETag);
        }, stop);
    }

    /// <inheritdoc/>
    public async Task<long> Write(string name, Stream content, CancellationToken cancel)
    {
        var key = KeyOf(name);
        var versioning = await _versions.Versioning(cancel);
        var older = versioning.Keeps ? await _versions.Of(key, cancel) : [];
        if (S3Versions.Oldest(older) is { } held && S3Versions.Until(versioning, held) is { } until && until > _time.GetUtcNow())
            throw Held(name, until);
        var written = await _upload.Run(_prefix, key, content, cancel);
        foreach (var version in older) await _versions.Remove(version, cancel);
        return written;
    }

    /// <inheritdoc/>
    public async Task Delete(string name, CancellationToken cancel)
    {
        var key = KeyOf(name);
        var versioning = await _versions.Versioning(cancel);
        if (!versioning.Keeps)
        {
            await _bucket.Call($"delete '{name}'", S3Bucket.ShortLimit, (client, _, stop) => client.DeleteObjectAsync(_bucket.Name, key, stop), cancel);
            return;
        }
        // The newest first: while some are left, the oldest is, and with it the snapshot.
        foreach (var version in await _versions.Of(key, cancel))
        {
            if (version.IsDeleteMarker != true && S3Versions.Until(versioning, version) is { } until && until > _time.GetUtcNow()) throw Held(name, until);
            await _versions.Remove(version, cancel);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _bucket.Dispose();
        return ValueTask.CompletedTask;
    }

    async IAsyncEnumerable<StoredObject> Plain(string prefix, [EnumeratorCancellation] CancellationToken cancel)
    {
        string? next = null;
        do
        {
            var page = await _bucket.Call("list", S3Bucket.ShortLimit, (client, _, stop) => client.ListObjectsV2Async(
                new ListObjectsV2Request { BucketName = _bucket.Name, Prefix = prefix, ContinuationToken = next }, stop), cancel);
            foreach (var found in page.S3Objects ?? []) yield return new(found.Key[_prefix.Length..], found.Size ?? 0, Utc(found.LastModified));
            next = page.IsTruncated == true ? page.NextContinuationToken : null;
        } while (next is not null);
    }

    async IAsyncEnumerable<StoredObject> Versioned(S3Versioning versioning, string prefix, [EnumeratorCancellation] CancellationToken cancel)
    {
        S3ObjectVersion? oldest = null;
        var deleted = false;
        await foreach (var version in _versions.All(prefix, cancel))
        {
            if (version.Key != oldest?.Key)
            {
                if (oldest is { IsDeleteMarker: not true }) yield return await Describe(oldest, deleted);
                (oldest, deleted) = (version, false);
            }
            deleted |= version.IsDeleteMarker == true;
            if (version.IsDeleteMarker != true || oldest.IsDeleteMarker == true) oldest = version;
        }
        if (oldest is { IsDeleteMarker: not true }) yield return await Describe(oldest, deleted);

        async Task<StoredObject> Describe(S3ObjectVersion version, bool marked) => new(
            version.Key[_prefix.Length..], version.Size ?? 0, Utc(version.LastModified), S3Versions.Until(versioning, version), marked && await _versions.Excluded(version, cancel));
    }

    StoreException Held(string name, DateTimeOffset until) =>
        new(StoreError.Immutable, $"'{name}' in {Description} is held by the bucket's object lock until {until:yyyy-MM-dd HH:mm} UTC");

    string KeyOf(string name) => _prefix + ObjectName.Check(name);

    static DateTimeOffset Utc(DateTime? time) => time is { } known ? new(known.ToUniversalTime(), TimeSpan.Zero) : default;
}
