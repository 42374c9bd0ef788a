using System.Collections.Concurrent;
using System.Net;
using Druid.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Druid.MemberTests.Stores;

/// <summary>What happens to one request on its way.</summary>
abstract record Fault
{
    /// <summary>The provider answers with a failure, and has not looked at the request.</summary>
    public sealed record Answer(int Status, int? RetryAfter = null) : Fault;

    /// <summary>The connection breaks after so many bytes of the request's body.</summary>
    public sealed record CutRequest(int After) : Fault;

    /// <summary>The connection breaks after so many bytes of the answer's body.</summary>
    public sealed record CutAnswer(int After) : Fault;

    /// <summary>The answer's body stops after so many bytes, and the connection stays open.</summary>
    public sealed record Stall(int After) : Fault;

    /// <summary>The provider does what it is asked for, but its answer gets lost.</summary>
    public sealed record LoseAnswer : Fault;
}

/// <summary>A reverse proxy before a real store that does to requests what networks and busy providers do.</summary>
sealed class FaultyProxy : IAsyncDisposable
{
    static readonly string[] OfTheConnection = ["Connection", "Transfer-Encoding", "Keep-Alive", "Host", "Expect"];

    readonly Uri _target;
    readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false }) { Timeout = Timeout.InfiniteTimeSpan };
    readonly ConcurrentQueue<string> _requests = new();
    HttpServer? _server;

    FaultyProxy(Uri target) => _target = target;

    /// <summary>Decides about each request by its method, its target and how many there were before; null lets it pass.</summary>
    public Func<string, string, int, Fault?> Decide { get; set; } = (_, _, _) => null;

    public Uri Address => new($"http://127.0.0.1:{_server!.Port}");

    /// <summary>Method and target of all requests.</summary>
    public IReadOnlyList<string> Requests => [.. _requests];

    public static async Task<FaultyProxy> Start(Uri target)
    {
        var proxy = new FaultyProxy(target);
        proxy._server = await HttpServer.Start([new(0)], proxy.Handle, default);
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        await _server!.DisposeAsync();
        _http.Dispose();
    }

    async Task Handle(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var fault = Decide(context.Request.Method, target, _requests.Count);
        _requests.Enqueue($"{context.Request.Method} {target}");
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        context.Features.GetRequiredFeature<IHttpBodyControlFeature>().AllowSynchronousIO = true;
        try
        {
            await Handle(context, target, fault);
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException or OperationCanceledException)
        {
            context.Abort();
        }
    }

    async Task Handle(HttpContext context, string target, Fault? fault)
    {
        if (fault is Fault.Answer answer)
        {
            if (answer.RetryAfter is { } seconds) context.Response.Headers.RetryAfter = $"{seconds}";
            await context.Request.Body.CopyToAsync(Stream.Null);
            context.Response.StatusCode = answer.Status;
            return;
        }
        using var request = Request(context, target, (fault as Fault.CutRequest)?.After);
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
        if (fault is Fault.LoseAnswer)
        {
            context.Abort();
            return;
        }
        context.Response.StatusCode = (int)response.StatusCode;
        foreach (var (name, values) in response.Headers.Concat(response.Content.Headers))
            if (!OfTheConnection.Contains(name, StringComparer.OrdinalIgnoreCase)) context.Response.Headers[name] = values.ToArray();
        if (response.StatusCode is HttpStatusCode.NoContent or HttpStatusCode.NotModified || HttpMethods.IsHead(context.Request.Method)) return;
        await using var body = await response.Content.ReadAsStreamAsync(context.RequestAborted);
        switch (fault)
        {
            case Fault.CutAnswer cut:
                await Copy(body, context.Response.Body, cut.After);
                await context.Response.Body.FlushAsync();
                context.Abort();
                break;
            case Fault.Stall stall:
                await Copy(body, context.Response.Body, stall.After);
                await context.Response.Body.FlushAsync();
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
                break;
            default:
                await body.CopyToAsync(context.Response.Body, context.RequestAborted);
                break;
        }
    }

    HttpRequestMessage Request(HttpContext context, string target, int? cut)
    {
        // As it came: signatures cover how a name is escaped.
        var address = new Uri($"http://{_target.Authority}{target}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        var request = new HttpRequestMessage(new(context.Request.Method), address);
        request.Headers.Host = context.Request.Headers.Host;
        if (context.Request.ContentLength is not null || context.Request.Headers.TransferEncoding.Count > 0)
            request.Content = new StreamContent(cut is { } after ? new Breaking(context.Request.Body, after, context) : context.Request.Body);
        foreach (var (name, values) in context.Request.Headers)
        {
            if (OfTheConnection.Contains(name, StringComparer.OrdinalIgnoreCase)) continue;
            if (!request.Headers.TryAddWithoutValidation(name, values.ToArray()) && request.Content is not null)
                request.Content.Headers.TryAddWithoutValidation(name, values.ToArray());
        }
        return request;
    }

    static async Task Copy(Stream from, Stream to, int count)
    {
        var buffer = new byte[count];
        var read = await from.ReadAtLeastAsync(buffer, count, throwOnEndOfStream: false);
        await to.WriteAsync(buffer.AsMemory(0, read));
    }

    /// <summary>A body during which the connection breaks.</summary>
    sealed class Breaking(Stream inner, int after, HttpContext context) : Stream
    {
        int _position;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_position >= after)
            {
                context.Abort();
                throw new IOException("cut");
            }
            var count = await inner.ReadAsync(buffer[..Math.Min(buffer.Length, after - _position)], cancellationToken);
            _position += count;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
