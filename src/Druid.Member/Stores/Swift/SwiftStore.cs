using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Druid.Member.Stores.Credentials;
using Druid.Member.Stores.Transfer;

namespace Druid.Member.Stores.Swift;

/// <summary>
/// A container of OpenStack Swift. A large object is a static large object: segments below its own name, and a manifest under
/// its name that comes last, so an upload that broke off has no object. Segments of an object are not listed; what is left of
/// an upload that broke off is, as chunks of a snapshot that is not there. Dynamic large objects are read and deleted too.
/// </summary>
sealed class SwiftStore : IObjectStore
{
    // A manifest has a thousand entries. Segments that grow reach sizes that no etcd has.
    const int MostSegments = 1000;
    const int GrowAfter = 500;

    readonly StoreOptions _options;
    readonly TimeProvider _time;
    readonly SocketsHttpHandler _handler;
    readonly HttpClient _http;
    readonly StoreCalls _calls;
    readonly Rotating<Access> _access;
    readonly string _prefix;

    public SwiftStore(StoreOptions options, Func<string, string?> environment, TimeProvider time)
    {
        (_options, _time) = (options, time);
        _handler = StoreHandler.Create(() => _access!.Current.Trust);
        _http = StoreHandler.Client(_handler);
        _calls = new(_http, new(time), Classify, () => _access!.Current.Token.Renew());
        _access = new(CredentialFiles.Find("OPENSTACK", options.VariablePrefix, environment), entries =>
        {
            var login = SwiftLogin.From(options, entries, environment);
            return new(login.Trust, new(new Keystone(login, options.Endpoint, _calls).Fetch, time));
        });
        _prefix = options.Prefix.Length == 0 ? "" : options.Prefix + "/";
        Description = $"Swift {options.Container}/{_prefix}";
    }

    /// <inheritdoc/>
    public string Description { get; }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredObject> List(string prefix, [EnumeratorCancellation] CancellationToken cancel)
    {
        // A manifest comes before its segments, though not always right before them.
        var objects = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var (name, size, modified) in Entries(_prefix + prefix, cancel))
        {
            objects.Add(name);
            if (name.LastIndexOf('/') is > 0 and var slash && objects.Contains(name[..slash])) continue;
            // Manifests of dynamic large objects are empty; only the object itself tells its size.
            yield return new(name[_prefix.Length..], size > 0 ? size : await Size(name, cancel), modified);
        }
    }

    /// <inheritdoc/>
    public Task<Stream> Read(string name, CancellationToken cancel)
    {
        var path = Escaped(_prefix + ObjectName.Check(name));
        return _calls.Read(name, Description, async (offset, tag, stop) =>
        {
            var request = await Request(HttpMethod.Get, path, stop);
            if (offset > 0) request.Headers.Range = new(offset, null);
            if (tag is not null) request.Headers.TryAddWithoutValidation("If-Match", tag);
            return request;
        }, _time, cancel);
    }

    /// <inheritdoc/>
    public async Task<long> Write(string name, Stream content, CancellationToken cancel)
    {
        var path = _prefix + ObjectName.Check(name);
        var parts = new Parts(content, _options.PartSize, GrowAfter);
        var first = await parts.Next(null, cancel);
        var upload = RandomNumberGenerator.GetHexString(8, lowercase: true);
        long written;
        if (first.Last)
        {
            await Put(path, first, $"write '{name}' to {Description}", cancel);
            written = first.Bytes.Count;
        }
        else
        {
            written = await WriteSegments(name, path, upload, parts, first, cancel);
        }
        await DeleteSegments(path, segment => !segment.StartsWith($"{path}/{upload}", StringComparison.Ordinal), cancel);
        return written;
    }

    /// <inheritdoc/>
    public async Task Delete(string name, CancellationToken cancel)
    {
        var path = _prefix + ObjectName.Check(name);
        // The manifest first: without it the segments are no object any more.
        await DeleteOne(path, cancel);
        await DeleteSegments(path, _ => true, cancel);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        _handler.Dispose();
        return ValueTask.CompletedTask;
    }

    async Task<long> WriteSegments(string name, string path, string upload, Parts parts, Part first, CancellationToken cancel)
    {
        var begun = 0;
        try
        {
            var segments = new ConcurrentDictionary<int, JsonObject>();
            var written = await parts.Upload(first, _options.ParallelParts, async (part, stop) =>
            {
                if (part.Number > MostSegments) throw new StoreException(StoreError.Other, $"'{name}' is larger than {MostSegments} segments: raise --min-chunk-size");
                begun = Math.Max(begun, part.Number);
                var segment = Segment(path, upload, part.Number);
                var digest = await Put(segment, part, $"write part {part.Number} of '{name}' to {Description}", stop);
                segments[part.Number] = new() { ["path"] = $"/{_options.Container}/{segment}", ["etag"] = digest, ["size_bytes"] = part.Bytes.Count };
            }, cancel);
            var manifest = System.Text.Encoding.UTF8.GetBytes(new JsonArray([.. segments.OrderBy(segment => segment.Key).Select(segment => segment.Value)]).ToJsonString());
            await _calls.Call($"complete '{name}' in {Description}", StoreCalls.PartLimit, stop =>
                Request(HttpMethod.Put, $"{Escaped(path)}?multipart-manifest=put", stop, new ByteArrayContent(manifest)), cancel);
            return written;
        }
        catch
        {
            await Abandon(path, upload, begun);
            throw;
        }
    }

    // Whoever cancelled the upload still wants it gone. By name, because a list need not have the youngest yet; and a segment
    // that still arrives is older than its deletion, and loses.
    async Task Abandon(string path, string upload, int begun)
    {
        try
        {
            await Parallel.ForEachAsync(Enumerable.Range(1, begun), new ParallelOptions { MaxDegreeOfParallelism = _options.ParallelParts }, async (number, stop) => await DeleteOne(Segment(path, upload, number), stop));
        }
        catch (StoreException)
        {
            // What broke the upload breaks this too; the segments are listed as chunks and collected as such.
        }
    }

    static string Segment(string path, string upload, int number) => string.Create(CultureInfo.InvariantCulture, $"{path}/{upload}{number:D8}");

    /// <summary>Writes one object of Swift's and returns its MD5, by which Swift knows that it arrived unharmed.</summary>
    async Task<string> Put(string path, Part part, string doing, CancellationToken cancel)
    {
#pragma warning disable CA5351 // What Swift calls an etag; nobody trusts it.
        var digest = Convert.ToHexStringLower(MD5.HashData(part.Bytes));
#pragma warning restore CA5351
        await _calls.Call(doing, StoreCalls.PartLimit, async stop =>
        {
            var request = await Request(HttpMethod.Put, Escaped(path), stop, new ByteArrayContent(part.Bytes.Array!, part.Bytes.Offset, part.Bytes.Count));
            request.Headers.TryAddWithoutValidation("ETag", digest);
            return request;
        }, cancel);
        return digest;
    }

    async Task DeleteSegments(string path, Func<string, bool> chosen, CancellationToken cancel)
    {
        var segments = new List<string>();
        await foreach (var (name, _, _) in Entries(path + "/", cancel))
            if (chosen(name)) segments.Add(name);
        await Parallel.ForEachAsync(segments, new ParallelOptions { MaxDegreeOfParallelism = _options.ParallelParts, CancellationToken = cancel }, async (segment, stop) => await DeleteOne(segment, stop));
    }

    async Task DeleteOne(string path, CancellationToken cancel)
    {
        try
        {
            await _calls.Call($"delete '{path}' in {Description}", StoreCalls.ShortLimit, stop => Request(HttpMethod.Delete, Escaped(path), stop), cancel);
        }
        catch (StoreException gone) when (gone.Error == StoreError.NotFound)
        {
        }
    }

    Task<long> Size(string path, CancellationToken cancel) => _calls.Call($"look at '{path}' in {Description}", StoreCalls.ShortLimit, stop => Request(HttpMethod.Head, Escaped(path), stop), (response, _) =>
    {
        using (response) return Task.FromResult(response.Content.Headers.ContentLength ?? 0);
    }, cancel);

    async IAsyncEnumerable<(string Name, long Size, DateTimeOffset Modified)> Entries(string prefix, [EnumeratorCancellation] CancellationToken cancel)
    {
        var marker = "";
        while (true)
        {
            var from = marker;
            using var page = JsonDocument.Parse(await _calls.Ask($"list '{prefix}' in {Description}", stop => Request(
                HttpMethod.Get, $"?format=json&prefix={Uri.EscapeDataString(prefix)}&marker={Uri.EscapeDataString(from)}", stop), cancel));
            if (page.RootElement.GetArrayLength() == 0) yield break;
            foreach (var item in page.RootElement.EnumerateArray())
            {
                marker = item.GetProperty("name").GetString()!;
                yield return (marker, item.GetProperty("bytes").GetInt64(), DateTimeOffset.Parse(item.GetProperty("last_modified").GetString()!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal));
            }
        }
    }

    /// <param name="method">The verb.</param>
    /// <param name="path">Escaped, below the container; or a query of the container.</param>
    /// <param name="cancel">Ends it.</param>
    /// <param name="content">The body.</param>
    async Task<HttpRequestMessage> Request(HttpMethod method, string path, CancellationToken cancel, HttpContent? content = null)
    {
        var token = await _access.Current.Token.Get(cancel);
        var container = $"{token.Storage.AbsoluteUri.TrimEnd('/')}/{Uri.EscapeDataString(_options.Container)}";
        var request = new HttpRequestMessage(method, path.StartsWith('?') ? container + path : $"{container}/{path}") { Content = content };
        request.Headers.Add("X-Auth-Token", token.Text);
        return request;
    }

    static string Escaped(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));

    // A body that did not arrive whole is worth another attempt.
    static StoreError? Classify(HttpStatusCode status, string explanation) => status is HttpStatusCode.UnprocessableEntity or (HttpStatusCode)499 ? StoreError.Unavailable : null;

    sealed record Access(StoreTrust Trust, TokenCache<SwiftToken> Token);
}
