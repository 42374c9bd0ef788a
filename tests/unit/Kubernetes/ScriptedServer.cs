using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using Druid.Kubernetes.Client;

namespace Druid.UnitTests.Kubernetes;

/// <summary>
/// Answers requests as a test says: for faults that a real server does not produce on demand. Everything else is tested against
/// a real API server.
/// </summary>
public sealed class ScriptedServer(Func<SentRequest, Task<HttpResponseMessage>> answer) : HttpMessageHandler
{
    public ScriptedServer(Func<SentRequest, HttpResponseMessage> answer) : this(request => Task.FromResult(answer(request)))
    {
    }

    public ConcurrentQueue<SentRequest> Requests { get; } = [];

    public KubernetesClient Client(Func<ClientOptions, ClientOptions>? options = null, ClusterConfiguration? cluster = null)
    {
        var all = new ClientOptions { Wrap = _ => this };
        return new(cluster ?? new() { Server = new("http://server") }, options?.Invoke(all) ?? all);
    }

    public static HttpResponseMessage Json(string json, HttpStatusCode code = HttpStatusCode.OK) =>
        new(code) { Content = new StringContent(json, Encoding.UTF8, "application/json") };

    public static HttpResponseMessage Failure(int code, string reason, string message = "no", string details = "{}") =>
        Json($$"""{"kind":"Status","status":"Failure","code":{{code}},"reason":"{{reason}}","message":"{{message}}","details":{{details}}}""", (HttpStatusCode)code);

    public static HttpResponseMessage Streaming(Stream body) => new(HttpStatusCode.OK) { Content = new StreamContent(body) };

    /// <summary>A body that breaks off after what is given.</summary>
    public static HttpResponseMessage Truncated(string json) => Streaming(new BrokenStream(Encoding.UTF8.GetBytes(json)));

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var sent = new SentRequest(
            request.Method.Method, request.RequestUri!.PathAndQuery,
            request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken),
            request.Headers.ToDictionary(h => h.Key, h => string.Join(',', h.Value)),
            request.Content?.Headers.ContentType?.MediaType,
            cancellationToken)
        { Version = request.Version };
        Requests.Enqueue(sent);
        return await answer(sent);
    }

    sealed class BrokenStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await base.ReadAsync(buffer, cancellationToken) is var read && (read > 0 || buffer.IsEmpty) ? read : throw new IOException("The connection was reset.");
    }
}

/// <summary>A request as the server sees it.</summary>
public sealed record SentRequest(
    string Method, string Path, string Body, IReadOnlyDictionary<string, string> Headers, string? ContentType, CancellationToken Cancel)
{
    public Version? Version { get; init; }

    public bool IsWatch => Path.Contains("watch=1", StringComparison.Ordinal);

    public string? Parameter(string name) => System.Web.HttpUtility.ParseQueryString(new Uri("http://server" + Path).Query)[name];
}

/// <summary>A watch whose events the test sends one by one.</summary>
public sealed class LiveWatch
{
    readonly Pipe _pipe = new();

    public HttpResponseMessage Response => ScriptedServer.Streaming(_pipe.Reader.AsStream());

    public async Task Send(string text) => await _pipe.Writer.WriteAsync(Encoding.UTF8.GetBytes(text));

    public Task Event(string type, string objectJson) => Send($$"""{"type":"{{type}}","object":{{objectJson}}}""" + "\n");

    public void End() => _pipe.Writer.Complete();

    public void Break() => _pipe.Writer.Complete(new IOException("The connection was reset."));
}
