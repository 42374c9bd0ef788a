using System.Collections.Concurrent;
using System.Globalization;
using System.Security;
using System.Security.Cryptography;
using System.Text;
using Druid.Http;
using Druid.Member.Http;
using Druid.Member.Tls;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Druid.MemberTests.Stores;

/// <summary>
/// As much of S3's protocol as shows what no server to install has: a bucket with versions under an object lock, keys of
/// customers, certificates of an authority of one's own. Objects are in memory, and every request can be looked at.
/// </summary>
sealed class S3Stand : IAsyncDisposable
{
    readonly ConcurrentQueue<(string Method, string Target, IHeaderDictionary Headers)> _requests = new();
    readonly List<(string Key, string Id, byte[] Content, DateTimeOffset Modified, string? CustomerKey)> _versions = [];
    HttpServer? _server;

    /// <summary>Days for which the lock holds each version; 0 for a bucket without versions and without a lock.</summary>
    public int LockDays { get; init; }

    /// <summary>When objects are said to have been written.</summary>
    public DateTimeOffset Now { get; set; } = DateTimeOffset.UtcNow;

    public Uri Address => new($"{(IsEncrypted ? "https" : "http")}://localhost:{_server!.Port}");

    public IReadOnlyList<(string Method, string Target, IHeaderDictionary Headers)> Requests => [.. _requests];

    bool IsEncrypted { get; set; }

    public async Task<S3Stand> Start(PemKeyPair? identity = null)
    {
        IsEncrypted = identity is not null;
        _server = await HttpServer.Start([AgentHttp.Endpoint(0, identity)], Handle, default);
        return this;
    }

    public ValueTask DisposeAsync() => _server!.DisposeAsync();

    async Task Handle(HttpContext context)
    {
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        _requests.Enqueue((context.Request.Method, target, new HeaderDictionary(context.Request.Headers.ToDictionary(h => h.Key, h => h.Value))));
        var parts = context.Request.Path.Value!.TrimStart('/').Split('/', 2);
        var key = parts.Length > 1 ? parts[1] : "";
        var query = context.Request.Query;
        if (query.ContainsKey("versioning")) await Xml(context, $"<VersioningConfiguration>{(LockDays > 0 ? "<Status>Enabled</Status>" : "")}</VersioningConfiguration>");
        else if (query.ContainsKey("object-lock")) await Xml(context, $"<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>COMPLIANCE</Mode><Days>{LockDays}</Days></DefaultRetention></Rule></ObjectLockConfiguration>");
        else if (query.ContainsKey("tagging")) await Xml(context, "<Tagging><TagSet/></Tagging>");
        else if (query.ContainsKey("uploads")) await Xml(context, "<ListMultipartUploadsResult/>");
        else if (query.ContainsKey("versions")) await Xml(context, $"<ListVersionsResult><IsTruncated>false</IsTruncated>{string.Concat(Of(query["prefix"].ToString()).Select(Version))}</ListVersionsResult>");
        else if (query.ContainsKey("list-type")) await Xml(context, $"<ListBucketResult><IsTruncated>false</IsTruncated>{string.Concat(Of(query["prefix"].ToString()).DistinctBy(v => v.Key).Select(Contents))}</ListBucketResult>");
        else if (HttpMethods.IsPut(context.Request.Method)) await Put(context, key);
        else if (HttpMethods.IsDelete(context.Request.Method)) Delete(context, key, query["versionId"]);
        else await Get(context, key, query["versionId"]);
    }

    async Task Put(HttpContext context, string key)
    {
        using var content = new MemoryStream();
        await context.Request.Body.CopyToAsync(content);
        var id = Guid.NewGuid().ToString("N");
        lock (_versions) _versions.Add((key, id, content.ToArray(), Now, context.Request.Headers["x-amz-server-side-encryption-customer-key"]));
        context.Response.Headers.ETag = Tag(content.ToArray());
        context.Response.Headers["x-amz-version-id"] = id;
    }

    async Task Get(HttpContext context, string key, string? id)
    {
        var found = Of(key).FirstOrDefault(v => v.Key == key && (id is null || v.Id == id));
        if (found.Key is null)
        {
            context.Response.StatusCode = 404;
            await Xml(context, "<Error><Code>NoSuchKey</Code><Message>The key does not exist.</Message></Error>");
            return;
        }
        if (found.CustomerKey != (string?)context.Request.Headers["x-amz-server-side-encryption-customer-key"])
        {
            context.Response.StatusCode = 400;
            await Xml(context, "<Error><Code>InvalidArgument</Code><Message>The object was stored with another key.</Message></Error>");
            return;
        }
        context.Response.Headers.ETag = Tag(found.Content);
        context.Response.ContentLength = found.Content.Length;
        if (!HttpMethods.IsHead(context.Request.Method)) await context.Response.Body.WriteAsync(found.Content);
    }

    void Delete(HttpContext context, string key, string? id)
    {
        lock (_versions)
        {
            var held = _versions.Where(v => v.Key == key && (id is null || v.Id == id)).ToList();
            if (LockDays > 0 && held.Any(v => v.Modified.AddDays(LockDays) > Now)) context.Response.StatusCode = 403;
            else _versions.RemoveAll(held.Contains);
        }
        if (context.Response.StatusCode != 403) context.Response.StatusCode = 204;
    }

    // By key, the newest first.
    List<(string Key, string Id, byte[] Content, DateTimeOffset Modified, string? CustomerKey)> Of(string prefix)
    {
        lock (_versions) return [.. _versions.AsEnumerable().Reverse().Where(v => v.Key.StartsWith(prefix, StringComparison.Ordinal)).OrderBy(v => v.Key, StringComparer.Ordinal)];
    }

    static string Version((string Key, string Id, byte[] Content, DateTimeOffset Modified, string? CustomerKey) v) =>
        $"<Version><Key>{SecurityElement.Escape(v.Key)}</Key><VersionId>{v.Id}</VersionId><LastModified>{Time(v.Modified)}</LastModified><Size>{v.Content.Length}</Size></Version>";

    static string Contents((string Key, string Id, byte[] Content, DateTimeOffset Modified, string? CustomerKey) v) =>
        $"<Contents><Key>{SecurityElement.Escape(v.Key)}</Key><LastModified>{Time(v.Modified)}</LastModified><Size>{v.Content.Length}</Size></Contents>";

    static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

#pragma warning disable CA5351 // As S3 does.
    static string Tag(byte[] content) => $"\"{Convert.ToHexStringLower(MD5.HashData(content))}\"";
#pragma warning restore CA5351

    static Task Xml(HttpContext context, string body)
    {
        context.Response.ContentType = "application/xml";
        return context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes($"<?xml version=\"1.0\" encoding=\"UTF-8\"?>{body}")).AsTask();
    }
}
