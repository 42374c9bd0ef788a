using System.Collections.Concurrent;
using System.Security.Cryptography;
using Amazon.S3.Model;
using Druid.Member.Stores.Transfer;

namespace Druid.Member.Stores.S3;

/// <summary>Uploads of objects: at once where they fit into one part, else as multipart uploads, which nobody sees before they are completed.</summary>
sealed class S3Upload(S3Bucket bucket, StoreOptions options, TimeProvider time)
{
    const int MostParts = 10_000;

    // An upload of this age belongs to an agent that was killed; its parts cost money and show nowhere.
    static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);

    bool _cleaned;

    /// <summary>Uploads an object.</summary>
    /// <param name="prefix">The store's prefix, in which uploads left behind by others are ended.</param>
    /// <param name="key">The object.</param>
    /// <param name="content">Its bytes.</param>
    /// <param name="cancel">Ends it.</param>
    /// <returns>The number of bytes.</returns>
    public async Task<long> Run(string prefix, string key, Stream content, CancellationToken cancel)
    {
        var parts = new Parts(content, options.PartSize);
        var first = await parts.Next(null, cancel);
        if (first.Last)
        {
            await Put(key, first, cancel);
            return first.Bytes.Count;
        }
        await EndAbandoned(prefix, cancel);
        var upload = await bucket.Call($"begin the upload of '{key}'", S3Bucket.ShortLimit, async (client, encryption, stop) => (await client.InitiateMultipartUploadAsync(
            new InitiateMultipartUploadRequest
            {
                BucketName = bucket.Name,
                Key = key,
                ServerSideEncryptionCustomerMethod = encryption?.Algorithm,
                ServerSideEncryptionCustomerProvidedKey = encryption?.Key,
                ServerSideEncryptionCustomerProvidedKeyMD5 = encryption?.Digest,
            }, stop)).UploadId, cancel);
        try
        {
            var done = new ConcurrentBag<PartETag>();
            var written = await parts.Upload(first, options.ParallelParts, async (part, stop) => done.Add(await PutPart(key, upload, part, stop)), cancel);
            await Complete(key, upload, [.. done.OrderBy(part => part.PartNumber)], written, cancel);
            return written;
        }
        catch
        {
            await Abort(key, upload);
            throw;
        }
    }

    async Task Put(string key, Part part, CancellationToken cancel) => await bucket.Call($"write '{key}'", S3Bucket.PartLimit, (client, encryption, stop) => client.PutObjectAsync(
        new PutObjectRequest
        {
            BucketName = bucket.Name,
            Key = key,
            InputStream = Content(part),
            MD5Digest = Digest(part),
            UseChunkEncoding = false,
            ServerSideEncryptionCustomerMethod = encryption?.Algorithm,
            ServerSideEncryptionCustomerProvidedKey = encryption?.Key,
            ServerSideEncryptionCustomerProvidedKeyMD5 = encryption?.Digest,
        }, stop), cancel);

    async Task<PartETag> PutPart(string key, string upload, Part part, CancellationToken cancel)
    {
        if (part.Number > MostParts)
            throw new StoreException(StoreError.Other, $"'{key}' is larger than {MostParts} parts of {options.PartSize} bytes: raise --min-chunk-size");
        var answer = await bucket.Call($"write part {part.Number} of '{key}'", S3Bucket.PartLimit, (client, encryption, stop) => client.UploadPartAsync(
            new UploadPartRequest
            {
                BucketName = bucket.Name,
                Key = key,
                UploadId = upload,
                PartNumber = part.Number,
                PartSize = part.Bytes.Count,
                InputStream = Content(part),
                MD5Digest = Digest(part),
                UseChunkEncoding = false,
                ServerSideEncryptionCustomerMethod = encryption?.Algorithm,
                ServerSideEncryptionCustomerProvidedKey = encryption?.Key,
                ServerSideEncryptionCustomerProvidedKeyMD5 = encryption?.Digest,
            }, stop), cancel);
        return new(answer);
    }

    async Task Complete(string key, string upload, List<PartETag> parts, long size, CancellationToken cancel)
    {
        var attempts = 0;
        await bucket.Retry.Run($"complete the upload of '{key}'", S3Bucket.PartLimit, async stop =>
        {
            try
            {
                await bucket.Once($"complete the upload of '{key}'", (client, _, token) => client.CompleteMultipartUploadAsync(
                    new CompleteMultipartUploadRequest { BucketName = bucket.Name, Key = key, UploadId = upload, PartETags = parts }, token), stop);
            }
            // An attempt whose answer was lost may have completed it.
            catch (StoreException gone) when (gone.Error == StoreError.NotFound && attempts > 0)
            {
                if (await Size(key, stop) != size) throw;
            }
            finally
            {
                attempts++;
            }
        }, cancel);
    }

    Task<long> Size(string key, CancellationToken cancel) => bucket.Once($"look at '{key}'", async (client, encryption, stop) => (await client.GetObjectMetadataAsync(
        new GetObjectMetadataRequest
        {
            BucketName = bucket.Name,
            Key = key,
            ServerSideEncryptionCustomerMethod = encryption?.Algorithm,
            ServerSideEncryptionCustomerProvidedKey = encryption?.Key,
            ServerSideEncryptionCustomerProvidedKeyMD5 = encryption?.Digest,
        }, stop)).ContentLength, cancel);

    // Whoever cancelled the upload still wants it gone.
    async Task Abort(string key, string upload)
    {
        try
        {
            await bucket.Call($"end the upload of '{key}'", S3Bucket.ShortLimit, (client, _, stop) => client.AbortMultipartUploadAsync(
                new AbortMultipartUploadRequest { BucketName = bucket.Name, Key = key, UploadId = upload }, stop), CancellationToken.None);
        }
        catch (StoreException)
        {
            // What broke the upload breaks this too; the next agent ends it.
        }
    }

    async Task EndAbandoned(string prefix, CancellationToken cancel)
    {
        if (_cleaned) return;
        _cleaned = true;
        try
        {
            var limit = time.GetUtcNow() - Abandoned;
            var uploads = await bucket.Once("list uploads", (client, _, stop) => client.ListMultipartUploadsAsync(
                new ListMultipartUploadsRequest { BucketName = bucket.Name, Prefix = prefix }, stop), cancel);
            foreach (var left in uploads.MultipartUploads ?? [])
                if (left.Initiated is { } since && since.ToUniversalTime() < limit.UtcDateTime) await Abort(left.Key, left.UploadId);
        }
        catch (StoreException)
        {
            // Not every implementation lists them, and not everybody may.
        }
    }

    static MemoryStream Content(Part part) => new(part.Bytes.Array!, part.Bytes.Offset, part.Bytes.Count, writable: false);

#pragma warning disable CA5351 // Guards against damage on the way, as every implementation of the protocol understands; nobody trusts it.
    static string Digest(Part part) => Convert.ToBase64String(MD5.HashData(part.Bytes));
#pragma warning restore CA5351
}
