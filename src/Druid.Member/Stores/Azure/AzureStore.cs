using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using Druid.Member.Stores.Credentials;
using Druid.Member.Stores.Transfer;

namespace Druid.Member.Stores.Azure;

/// <summary>
/// A container of Azure Blob Storage. Large objects are block blobs whose blocks are staged first and appear with the
/// commit of their list; staged blocks that are never committed show nowhere and are dropped by the service after a week.
/// </summary>
sealed class AzureStore : IObjectStore
{
    const string ExcludeTag = "x-etcd-snapshot-exclude";
    const int MostBlocks = 50_000;

    readonly StoreOptions _options;
    readonly TimeProvider _time;
    readonly SocketsHttpHandler _handler;
    readonly HttpClient _http;
    readonly StoreCalls _calls;
    readonly Rotating<AzureSettings> _settings;
    readonly string _prefix;

    public AzureStore(StoreOptions options, Func<string, string?> environment, TimeProvider time)
    {
        (_options, _time) = (options, time);
        _handler = StoreHandler.Create(() => new());
        _http = StoreHandler.Client(_handler);
        _calls = new(_http, new(time), Classify, () => _settings!.Current.Token?.Renew() ?? false);
        _settings = new(CredentialFiles.Find("AZURE", options.VariablePrefix, environment), entries => AzureSettings.From(options, entries, environment, _calls, time));
        _prefix = options.Prefix.Length == 0 ? "" : options.Prefix + "/";
        Description = $"ABS {options.Container}/{_prefix}";
    }

    /// <inheritdoc/>
    public string Description { get; }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredObject> List(string prefix, [EnumeratorCancellation] CancellationToken cancel)
    {
        var marker = "";
        do
        {
            var from = marker;
            var page = Parse(await _calls.Ask($"list '{prefix}' in {Description}", stop => Request(HttpMethod.Get, "",
            [
                ("comp", "list"), ("include", "tags,immutabilitypolicy"), ("marker", from), ("prefix", _prefix + prefix), ("restype", "container"),
            ], stop), cancel));
            foreach (var blob in page.Descendants("Blob")) yield return Describe(blob);
            marker = page.Root!.Element("NextMarker")?.Value ?? "";
        } while (marker.Length > 0);
    }

    /// <inheritdoc/>
    public Task<Stream> Read(string name, CancellationToken cancel)
    {
        var blob = BlobOf(name);
        return _calls.Read(name, Description, (offset, tag, stop) => Request(HttpMethod.Get, blob, [], stop, adjust: headers =>
        {
            if (offset > 0) headers.Range = new(offset, null);
            if (tag is not null) headers.IfMatch.ParseAdd(tag);
        }), _time, cancel);
    }

    /// <inheritdoc/>
    public async Task<long> Write(string name, Stream content, CancellationToken cancel)
    {
        var blob = BlobOf(name);
        var parts = new Parts(content, _options.PartSize);
        var first = await parts.Next(null, cancel);
        if (first.Last)
        {
            await _calls.Call($"write '{name}' to {Description}", StoreCalls.PartLimit, stop =>
                Request(HttpMethod.Put, blob, [], stop, Content(first), headers => headers.Add("x-ms-blob-type", "BlockBlob")), cancel);
            return first.Bytes.Count;
        }
        // Blocks of another upload of the same name have other ids, of the same length as the service demands.
        var upload = RandomNumberGenerator.GetHexString(4, lowercase: true);
        var blocks = new ConcurrentDictionary<int, string>();
        var written = await parts.Upload(first, _options.ParallelParts, (part, stop) =>
        {
            if (part.Number > MostBlocks) throw new StoreException(StoreError.Other, $"'{name}' is larger than {MostBlocks} blocks of {_options.PartSize} bytes: raise --min-chunk-size");
            var id = blocks[part.Number] = Convert.ToBase64String(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{upload}{part.Number:D6}")));
            return _calls.Call($"write part {part.Number} of '{name}' to {Description}", StoreCalls.PartLimit, token =>
                Request(HttpMethod.Put, blob, [("blockid", id), ("comp", "block")], token, Content(part)), stop);
        }, cancel);
        var list = Encoding.UTF8.GetBytes($"<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>{string.Concat(blocks.OrderBy(block => block.Key).Select(block => $"<Latest>{block.Value}</Latest>"))}</BlockList>");
        await _calls.Call($"complete '{name}' in {Description}", StoreCalls.PartLimit, stop =>
            Request(HttpMethod.Put, blob, [("comp", "blocklist")], stop, new ByteArrayContent(list)), cancel);
        return written;
    }

    /// <inheritdoc/>
    public async Task Delete(string name, CancellationToken cancel)
    {
        var blob = BlobOf(name);
        try
        {
            await _calls.Call($"delete '{name}' in {Description}", StoreCalls.ShortLimit, stop => Request(HttpMethod.Delete, blob, [], stop), cancel);
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

    Task<HttpRequestMessage> Request(
        HttpMethod method, string blob, IReadOnlyList<(string, string)> query, CancellationToken cancel, HttpContent? content = null, Action<System.Net.Http.Headers.HttpRequestHeaders>? adjust = null) =>
        AzureRequests.Make(_settings.Current, method, blob, query, _time, content, adjust, cancel);

    static ByteArrayContent Content(Part part)
    {
        var content = new ByteArrayContent(part.Bytes.Array!, part.Bytes.Offset, part.Bytes.Count);
#pragma warning disable CA5351 // Guards against damage on the way, as the service understands it; nobody trusts it.
        content.Headers.ContentMD5 = MD5.HashData(part.Bytes);
#pragma warning restore CA5351
        return content;
    }

    StoredObject Describe(XElement blob)
    {
        var properties = blob.Element("Properties")!;
        var name = blob.Element("Name")!;
        return new(
            ((string?)name.Attribute("Encoded") == "true" ? Uri.UnescapeDataString(name.Value) : name.Value)[_prefix.Length..],
            long.Parse(properties.Element("Content-Length")!.Value, CultureInfo.InvariantCulture),
            Date(properties.Element("Last-Modified")!.Value),
            properties.Element("ImmutabilityPolicyUntilDate") is { Value.Length: > 0 } until ? Date(until.Value) : null,
            blob.Descendants("Tag").Any(tag => tag.Element("Key")?.Value == ExcludeTag && tag.Element("Value")?.Value == "true"));
    }

    static DateTimeOffset Date(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    XDocument Parse(byte[] answer)
    {
        try
        {
            using var reader = new MemoryStream(answer);
            return XDocument.Load(reader);
        }
        catch (XmlException strange)
        {
            throw new StoreException(StoreError.Other, $"the list of {Description} cannot be read: {strange.Message}", strange);
        }
    }

    static StoreError? Classify(HttpStatusCode status, string explanation) => status switch
    {
        HttpStatusCode.Conflict when explanation.Contains("Immutable", StringComparison.Ordinal) || explanation.Contains("LegalHold", StringComparison.Ordinal) => StoreError.Immutable,
        HttpStatusCode.Conflict when explanation.Contains("ContainerBeingDeleted", StringComparison.Ordinal) => StoreError.NotFound,
        _ => null,
    };

    string BlobOf(string name) => _prefix + ObjectName.Check(name);
}
