using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Druid.Member.Tls;
using Google.Protobuf;

namespace Druid.Member.Etcd;

/// <summary>
/// gRPC over HTTP/2, as much of it as etcd needs: unary calls, answers as a stream, and requests and answers as streams.
/// Failures are <see cref="EtcdException"/>s; cancellation by the caller stays an <see cref="OperationCanceledException"/>.
/// </summary>
sealed class GrpcTransport : IDisposable
{
    // etcd closes connections that ping more often than every 5 s, or that ping without a call in flight.
    static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(10);
    static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(5);

    // What etcd may send ahead. Much for a member beside the agent or in the same network, little to keep in memory.
    const int StreamWindow = 1 << 20;

    readonly HttpMessageInvoker _http;

    public GrpcTransport(TimeSpan connectTimeout, ClientTls? tls)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null,
            ConnectTimeout = connectTimeout,
            InitialHttp2StreamWindowSize = StreamWindow,
            KeepAlivePingDelay = PingDelay,
            KeepAlivePingTimeout = PingTimeout,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
        };
        if (tls is not null)
            handler.SslOptions = tls.ToSslOptions();
        _http = new HttpMessageInvoker(handler);
    }

    /// <summary>Sends one request and returns its one answer.</summary>
    public async Task<TResponse> Unary<TRequest, TResponse>(
        Uri endpoint, GrpcMethod<TRequest, TResponse> method, TRequest request, string? token, CancellationToken cancel)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        TResponse? only = null;
        await foreach (var answer in Stream(endpoint, method, new GrpcUnaryContent(request), token, cancel))
            only = answer;
        return only ?? throw new EtcdException(GrpcStatus.Internal, EtcdError.Other, "the call succeeded without an answer", endpoint, method.Name);
    }

    /// <summary>Sends one request and returns the answers as they come.</summary>
    public IAsyncEnumerable<TResponse> ServerStream<TRequest, TResponse>(
        Uri endpoint, GrpcMethod<TRequest, TResponse> method, TRequest request, string? token, CancellationToken cancel)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        Stream(endpoint, method, new GrpcUnaryContent(request), token, cancel);

    /// <summary>Sends what comes through the channel until it is completed, and returns the answers as they come.</summary>
    public IAsyncEnumerable<TResponse> Duplex<TRequest, TResponse>(
        Uri endpoint, GrpcMethod<TRequest, TResponse> method, ChannelReader<TRequest> requests, string? token, CancellationToken cancel)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        Stream(endpoint, method, new GrpcStreamContent<TRequest>(requests), token, cancel);

    public void Dispose() => _http.Dispose();

    /// <summary>Sends one request and returns the answers as they come, not parsed: each is there until the next is asked for.</summary>
    public IAsyncEnumerable<ReadOnlyMemory<byte>> ServerFrames<TRequest, TResponse>(
        Uri endpoint, GrpcMethod<TRequest, TResponse> method, TRequest request, string? token, CancellationToken cancel)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        Frames(endpoint, method, new GrpcUnaryContent(request), token, cancel);

    async IAsyncEnumerable<TResponse> Stream<TRequest, TResponse>(
        Uri endpoint, GrpcMethod<TRequest, TResponse> method, HttpContent content, string? token, [EnumeratorCancellation] CancellationToken cancel)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        await foreach (var frame in Frames(endpoint, method, content, token, cancel))
            yield return Parsed(frame);

        TResponse Parsed(ReadOnlyMemory<byte> frame)
        {
            try
            {
                return method.Parser.ParseFrom(frame.Span);
            }
            catch (InvalidProtocolBufferException failure)
            {
                throw EtcdException.FromTransport(failure, endpoint, method.Name);
            }
        }
    }

    async IAsyncEnumerable<ReadOnlyMemory<byte>> Frames<TRequest, TResponse>(
        Uri endpoint, GrpcMethod<TRequest, TResponse> method, HttpContent content, string? token, [EnumeratorCancellation] CancellationToken cancel)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(endpoint, method.Path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        if (method.NeedsLeader)
            request.Headers.Add("hasleader", "true");
        if (token is not null)
            request.Headers.Add("token", token);

        using var response = await Guarded(() => _http.SendAsync(request, cancel), endpoint, method.Name);
        if (response.StatusCode != HttpStatusCode.OK)
            throw new EtcdException(GrpcStatus.Unavailable, EtcdError.Other, $"answered HTTP {(int)response.StatusCode} instead of gRPC", endpoint, method.Name);
        ThrowOnFailure(response.Headers, endpoint, method.Name);

        using var body = await Guarded(() => response.Content.ReadAsStreamAsync(cancel), endpoint, method.Name);
        using var frames = new GrpcFrameReader(body);
        while (await Guarded(() => frames.Next(cancel), endpoint, method.Name))
            yield return frames.Current;

        if (!ThrowOnFailure(response.TrailingHeaders, endpoint, method.Name) && !response.Headers.Contains("grpc-status"))
            throw new EtcdException(GrpcStatus.Unavailable, EtcdError.Other, "the answer ended without a status", endpoint, method.Name);
    }

    /// <summary>Whether the headers carry a status; throws when it is a failure.</summary>
    static bool ThrowOnFailure(HttpResponseHeaders headers, Uri endpoint, string method)
    {
        if (!headers.TryGetValues("grpc-status", out var values))
            return false;
        var status = int.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? (GrpcStatus)code : GrpcStatus.Unknown;
        if (status == GrpcStatus.OK)
            return true;
        var message = headers.TryGetValues("grpc-message", out var messages) ? Uri.UnescapeDataString(messages.First()) : "";
        throw EtcdException.FromTrailers(status, message, endpoint, method);
    }

    static async Task<T> Guarded<T>(Func<Task<T>> step, Uri endpoint, string method)
    {
        try
        {
            return await step();
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or InvalidDataException
            // A connection that could not be made in time; the caller's own cancellation carries no such cause.
            or TaskCanceledException { InnerException: TimeoutException })
        {
            throw EtcdException.FromTransport(failure, endpoint, method);
        }
    }
}
