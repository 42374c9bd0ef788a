using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Druid.Member.Stores.Credentials;
using Druid.Member.Stores.Transfer;

namespace Druid.Member.Stores.Gcs;

/// <summary>A bucket of Google Cloud Storage, through its JSON API. Large objects are resumable uploads, which nobody sees before their last byte.</summary>
sealed class GcsStore : IObjectStore
{
    const string ExcludeKey = "x-etcd-snapshot-exclude";
    const int Granule = 256 << 10; // of all chunks but the last
    const string ServicePath = "/storage/v1";

    readonly TimeProvider _time;
    readonly HttpMessageHandler _handler;
    readonly HttpClient _http;
    readonly StoreCalls _calls;
    readonly Rotating<Access> _access;
    readonly string _bucket;
    readonly string _prefix;
    readonly int _chunk;

    /// <param name="options">Which bucket, and how.</param>
    /// <param name="environment">The environment's variables.</param>
    /// <param name="time">The clock of tokens and pauses.</param>
    /// <param name="wrap">Puts something between the store and the network, as where its addresses lead elsewhere; null for nothing.</param>
    public GcsStore(StoreOptions options, Func<string, string?> environment, TimeProvider time, Func<HttpMessageHandler, HttpMessageHandler>? wrap = null)
    {
        (_time, _bucket) = (time, Uri.EscapeDataString(options.Container));
        var connections = StoreHandler.Create(() => new());
        _handler = wrap?.Invoke(connections) ?? connections;
        _http = StoreHandler.Client(_handler);
        _calls = new(_http, new(time), Classify, () => _access!.Current.Token?.Renew() ?? false);
        _access = new(CredentialFiles.Find("GOOGLE", options.VariablePrefix, environment), entries => Open(options, entries, environment));
        _prefix = options.Prefix.Length == 0 ? "" : options.Prefix + "/";
        _chunk = (options.PartSize + Granule - 1) / Granule * Granule;
        Description = $"GCS {options.Container}/{_prefix}";
    }

    /// <inheritdoc/>
    public string Description { get; }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredObject> List(string prefix, [EnumeratorCancellation] CancellationToken cancel)
    {
        string? next = null;
        do
        {
            var from = next;
            using var page = JsonDocument.Parse(await _calls.Ask($"list '{prefix}' in {Description}", stop => Request(
                HttpMethod.Get,
                $"{ServicePath}/b/{_bucket}/o?fields=nextPageToken,items(name,size,updated,retentionExpirationTime,metadata)&prefix={Uri.EscapeDataString(_prefix + prefix)}{(from is null ? "" : $"&pageToken={Uri.EscapeDataString(from)}")}",
                stop), cancel));
            if (page.RootElement.TryGetProperty("items", out var items))
                foreach (var item in items.EnumerateArray()) yield return Describe(item);
            next = Text(page.RootElement, "nextPageToken");
        } while (!string.IsNullOrEmpty(next));
    }

    /// <inheritdoc/>
    public Task<Stream> Read(string name, CancellationToken cancel)
    {
        var path = ObjectPath(name);
        return _calls.Read(name, Description, async (offset, tag, stop) =>
        {
            var request = await Request(HttpMethod.Get, $"{path}?alt=media", stop);
            if (offset > 0) request.Headers.Range = new(offset, null);
            if (tag is not null) request.Headers.IfMatch.ParseAdd(tag);
            return request;
        }, _time, cancel);
    }

    /// <inheritdoc/>
    public async Task<long> Write(string name, Stream content, CancellationToken cancel)
    {
        var path = $"/upload{ServicePath}/b/{_bucket}/o?name={Uri.EscapeDataString(_prefix + ObjectName.Check(name))}";
        var parts = new Parts(content, _chunk);
        var part = await parts.Next(null, cancel);
        if (part.Last)
        {
            await _calls.Call($"write '{name}' to {Description}", StoreCalls.PartLimit, stop => Request(HttpMethod.Post, $"{path}&uploadType=media", stop, Content(part.Bytes)), cancel);
            return part.Bytes.Count;
        }
        var session = await _calls.Call($"begin the upload of '{name}' to {Description}", StoreCalls.ShortLimit, stop => Request(HttpMethod.Post, $"{path}&uploadType=resumable", stop, Content(default)), (response, _) =>
        {
            using (response) return Task.FromResult(response.Headers.Location ?? throw new StoreException(StoreError.Other, $"{Description} began an upload of '{name}' without saying where"));
        }, cancel);
        try
        {
            var upload = new GcsUpload(_http, _calls.Retry, session, $"'{name}' to {Description}", Classify, Authorize);
            for (; ; part = await parts.Next(part.Bytes.Array, cancel))
            {
                await upload.Append(part, cancel);
                if (part.Last) return upload.Written;
            }
        }
        catch
        {
            await End(session);
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task Delete(string name, CancellationToken cancel)
    {
        var path = ObjectPath(name);
        try
        {
            await _calls.Call($"delete '{name}' in {Description}", StoreCalls.ShortLimit, stop => Request(HttpMethod.Delete, path, stop), cancel);
        }
        catch (StoreException gone) when (gone.Error == StoreError.NotFound)
        {
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        _handler.Dispose();
        return ValueTask.CompletedTask;
    }

    // Whoever cancelled the upload still wants it gone. Sessions that are left end after a week.
    async Task End(Uri session)
    {
        try
        {
            using var patience = new CancellationTokenSource(StoreCalls.ShortLimit, _time);
            using var request = new HttpRequestMessage(HttpMethod.Delete, session) { Content = Content(default) };
            await Authorize(request, patience.Token);
            using var response = await _http.SendAsync(request, patience.Token);
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException or OperationCanceledException)
        {
            // What broke the upload breaks this too.
        }
    }

    async Task<HttpRequestMessage> Request(HttpMethod method, string path, CancellationToken cancel, HttpContent? content = null)
    {
        var request = new HttpRequestMessage(method, _access.Current.Endpoint + path) { Content = content };
        await Authorize(request, cancel);
        return request;
    }

    async Task Authorize(HttpRequestMessage request, CancellationToken cancel)
    {
        if (_access.Current.Token is { } token) request.Headers.Authorization = new("Bearer", (await token.Get(cancel)).Text);
    }

    string ObjectPath(string name) => $"{ServicePath}/b/{_bucket}/o/{Uri.EscapeDataString(_prefix + ObjectName.Check(name))}";

    StoredObject Describe(JsonElement item) => new(
        Text(item, "name")![_prefix.Length..],
        long.Parse(Text(item, "size") ?? "0", CultureInfo.InvariantCulture),
        Date(Text(item, "updated")!),
        Text(item, "retentionExpirationTime") is { } until ? Date(until) : null,
        item.TryGetProperty("metadata", out var metadata) && Text(metadata, ExcludeKey) == "true");

    Access Open(StoreOptions options, CredentialEntries? entries, Func<string, string?> environment)
    {
        var text = options.Endpoint?.AbsoluteUri ?? entries?.TextBeside("storageAPIEndpoint")
            ?? (environment("STORAGE_EMULATOR_HOST") is { Length: > 0 } emulator ? emulator.Contains("://", StringComparison.Ordinal) ? emulator : $"http://{emulator}" : "https://storage.googleapis.com");
        var endpoint = text.TrimEnd('/');
        if (endpoint.EndsWith(ServicePath, StringComparison.Ordinal)) endpoint = endpoint[..^ServicePath.Length];
        // Google's API is never without TLS: what is, is an emulator, and gets no token unless it runs on
        // this machine and it was said whose.
        var url = new Uri(endpoint);
        var anonymous = url.Scheme == "http" && (!url.IsLoopback || (entries is null && environment("GCE_METADATA_HOST") is null));
        return new(endpoint, anonymous ? null : new(new GcsCredentials(entries, environment, _calls, _time).Fetch, _time));
    }

    static ByteArrayContent Content(ArraySegment<byte> bytes) => new(bytes.Array ?? [], bytes.Offset, bytes.Count);

    static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() : null;

    static DateTimeOffset Date(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    static StoreError? Classify(HttpStatusCode status, string explanation) => status switch
    {
        HttpStatusCode.Forbidden when explanation.Contains("retentionPolicyNotMet", StringComparison.Ordinal) || explanation.Contains("objectUnderActiveHold", StringComparison.Ordinal) => StoreError.Immutable,
        HttpStatusCode.Forbidden when explanation.Contains("rateLimitExceeded", StringComparison.OrdinalIgnoreCase) => StoreError.Unavailable,
        // What the token service says of a key that is wrong or revoked.
        HttpStatusCode.BadRequest when explanation.Contains("invalid_grant", StringComparison.Ordinal) || explanation.Contains("invalid_client", StringComparison.Ordinal) => StoreError.Denied,
        _ => null,
    };

    sealed record Access(string Endpoint, TokenCache<AccessToken>? Token);
}
