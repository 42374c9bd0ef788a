using Amazon.S3;
using Amazon.S3.Model;

namespace Druid.Member.Stores.S3;

/// <summary>What a bucket does with objects that are written again or deleted.</summary>
/// <param name="Keeps">Whether it keeps versions. Then the oldest version of a name is the snapshot: what came later may be an attack.</param>
/// <param name="Retention">How long it refuses to remove a version; null where it does not.</param>
sealed record S3Versioning(bool Keeps, TimeSpan? Retention);

/// <summary>Requests that buckets with versions need.</summary>
sealed class S3Versions(S3Bucket bucket, TimeProvider time)
{
    // Long enough to cost nothing, short enough to notice a retention that was set up by hand.
    static readonly TimeSpan Remembered = TimeSpan.FromMinutes(10);

    const string ExcludeTag = "x-etcd-snapshot-exclude";

    S3Versioning? _versioning;
    long _asked;

    /// <summary>The bucket's ways.</summary>
    public async Task<S3Versioning> Versioning(CancellationToken cancel)
    {
        if (_versioning is { } known && time.GetElapsedTime(_asked) < Remembered) return known;
        var status = await bucket.Call("read the versioning", S3Bucket.ShortLimit, async (client, _, stop) =>
        {
            try
            {
                return (await client.GetBucketVersioningAsync(new GetBucketVersioningRequest { BucketName = bucket.Name }, stop)).VersioningConfig?.Status;
            }
            catch (AmazonS3Exception unknown) when (unknown.ErrorCode is "NotImplemented" or "MethodNotAllowed")
            {
                return VersionStatus.Off;
            }
        }, cancel);
        var keeps = status == VersionStatus.Enabled;
        _versioning = new(keeps, keeps ? await Retention(cancel) : null);
        _asked = time.GetTimestamp();
        return _versioning;
    }

    Task<TimeSpan?> Retention(CancellationToken cancel) => bucket.Call("read the object lock", S3Bucket.ShortLimit, async (client, _, stop) =>
    {
        try
        {
            var answer = await client.GetObjectLockConfigurationAsync(new GetObjectLockConfigurationRequest { BucketName = bucket.Name }, stop);
            var retention = answer.ObjectLockConfiguration?.Rule?.DefaultRetention;
            var days = retention?.Days is > 0 ? retention.Days : retention?.Years is > 0 ? retention.Years * 365 : null;
            return days is null ? (TimeSpan?)null : TimeSpan.FromDays(days.Value);
        }
        catch (AmazonS3Exception none) when (none.ErrorCode is "ObjectLockConfigurationNotFoundError" or "NotImplemented" or "MethodNotAllowed" or "AccessDenied")
        {
            return null;
        }
    }, cancel);

    /// <summary>All versions and delete markers of keys with a prefix: by key, the newest of a key first.</summary>
    public async IAsyncEnumerable<S3ObjectVersion> All(string prefix, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        string? key = null, version = null;
        do
        {
            var page = await bucket.Call("list", S3Bucket.ShortLimit, (client, _, stop) => client.ListVersionsAsync(
                new ListVersionsRequest { BucketName = bucket.Name, Prefix = prefix, KeyMarker = key, VersionIdMarker = version }, stop), cancel);
            foreach (var found in page.Versions ?? []) yield return found;
            (key, version) = page.IsTruncated == true ? (page.NextKeyMarker, page.NextVersionIdMarker) : (null, null);
        } while (key is not null);
    }

    /// <summary>The versions and delete markers of one key, the newest first.</summary>
    public async Task<List<S3ObjectVersion>> Of(string key, CancellationToken cancel)
    {
        var versions = new List<S3ObjectVersion>();
        await foreach (var found in All(key, cancel))
        {
            if (found.Key == key) versions.Add(found);
            else if (versions.Count > 0) break;
        }
        return versions;
    }

    /// <summary>The version that counts: the oldest; null if there is none.</summary>
    public async Task<S3ObjectVersion?> Oldest(string key, CancellationToken cancel) => Oldest(await Of(key, cancel));

    /// <inheritdoc cref="Oldest(string,CancellationToken)"/>
    public static S3ObjectVersion? Oldest(IEnumerable<S3ObjectVersion> versions) =>
        versions.LastOrDefault(version => version.IsDeleteMarker != true);

    /// <summary>Until when the bucket holds a version.</summary>
    public static DateTimeOffset? Until(S3Versioning versioning, S3ObjectVersion version) =>
        versioning.Retention is { } retention && version.LastModified is { } written ? new DateTimeOffset(written.ToUniversalTime(), TimeSpan.Zero) + retention : null;

    /// <summary>Removes a version or a delete marker for good.</summary>
    public Task Remove(S3ObjectVersion version, CancellationToken cancel) => bucket.Call($"delete '{version.Key}'", S3Bucket.ShortLimit, (client, _, stop) =>
        client.DeleteObjectAsync(new DeleteObjectRequest { BucketName = bucket.Name, Key = version.Key, VersionId = version.VersionId }, stop), cancel);

    /// <summary>Whether a version that has been marked deleted carries the tag that excludes it. Others are not asked: it would cost a request for each object.</summary>
    public Task<bool> Excluded(S3ObjectVersion version, CancellationToken cancel) => bucket.Call($"read the tags of '{version.Key}'", S3Bucket.ShortLimit, async (client, _, stop) =>
    {
        var tags = await client.GetObjectTaggingAsync(new GetObjectTaggingRequest { BucketName = bucket.Name, Key = version.Key, VersionId = version.VersionId }, stop);
        return tags.Tagging?.Exists(tag => tag is { Key: ExcludeTag, Value: "true" }) ?? false;
    }, cancel);
}
