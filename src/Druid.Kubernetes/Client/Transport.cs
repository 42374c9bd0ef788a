using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Druid.Kubernetes.Json;
using Druid.Kubernetes.Resources;

namespace Druid.Kubernetes.Client;

/// <summary>
/// Sends requests: rate limit, credentials, timeout, repetition where it does no harm, typed errors, metrics. Shared by all
/// clients of one server.
/// </summary>
sealed class Transport : IDisposable
{
    readonly ClusterConfiguration _cluster;
    readonly ClientOptions _options;
    readonly HttpMessageInvoker _http;
    readonly TokenBucket _limit;
    readonly BearerToken _token;
    readonly RequestMetrics _metrics;

    public Transport(ClusterConfiguration cluster, ClientOptions options)
    {
        (_cluster, _options) = (cluster, options);
        HttpMessageHandler handler = cluster.CreateHandler(options);
        _http = new HttpMessageInvoker(options.Wrap?.Invoke(handler) ?? handler);
        _limit = new(options.QueriesPerSecond, options.Burst, options.Time);
        _token = new(cluster.Token, cluster.TokenFile, options.Time);
        _metrics = new(options.Observer);
    }

    public TimeProvider Time => _options.Time;

    /// <summary>Sends the request and reads its answer, again if need be.</summary>
    /// <exception cref="KubernetesException">The call failed.</exception>
    public async Task<T> Send<T>(
        ApiRequest request, IWriteGuard? guard, Func<HttpContent, CancellationToken, Task<T>> read, CancellationToken cancel)
    {
        for (var attempt = 0; ; attempt++)
        {
            if (request.Limited) await _limit.Take(cancel);
            KubernetesException failure;
            try
            {
                return await Attempt(request, guard, attempt, read, cancel);
            }
            catch (KubernetesException e) when (attempt < _options.Retries && guard is not { Lost.IsCancellationRequested: true } && MayRepeat(request, e))
            {
                failure = e;
            }
            // Refreshed credentials are tried at once.
            if (failure.Reason == ErrorReason.Unauthorized) continue;
            var pause = _options.RetryBackoff.After(attempt);
            if (failure.RetryAfter > pause) pause = failure.RetryAfter.Value;
            await Task.Delay(pause, _options.Time, cancel);
        }
    }

    /// <summary>Sends the request and hands over its answer as a stream without end.</summary>
    /// <exception cref="KubernetesException">The call failed.</exception>
    public async Task<HttpResponseMessage> Open(ApiRequest request, CancellationToken cancel)
    {
        var started = _options.Time.GetTimestamp();
        using var deadline = new CancellationTokenSource(_options.RequestTimeout, _options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
        try
        {
            var response = await Exchange(request, started, attempt: 0, cancel, either.Token);
            Record(request, (int)response.StatusCode, started, attempt: 0);
            return response;
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            Record(request, 0, started, attempt: 0);
            throw TimedOut(request, e);
        }
    }

    /// <summary>Turns what can go wrong while an open stream is read into the errors of the API.</summary>
    public static async ValueTask<T> Translate<T>(ApiRequest request, Func<ValueTask<T>> read)
    {
        try
        {
            return await read();
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new KubernetesException(request.ToString(), ErrorReason.Unreachable, $"the connection broke: {Innermost(e).Message}", inner: e);
        }
        catch (JsonException e)
        {
            throw Garbled(request, e);
        }
    }

    bool MayRepeat(ApiRequest request, KubernetesException failure) => failure.Reason switch
    {
        // Refused before anything was done.
        ErrorReason.TooManyRequests or ErrorReason.ServiceUnavailable =>
            request.WaitsOutLoad
            && (request.Idempotent || failure.RetryAfter is not null)
            && (failure.RetryAfter ?? TimeSpan.Zero) <= _options.LongestRetryAfter,
        ErrorReason.Unauthorized => _token.TryRefresh(),
        _ => request.Idempotent && failure.IsTransient,
    };

    async Task<T> Attempt<T>(
        ApiRequest request, IWriteGuard? guard, int attempt, Func<HttpContent, CancellationToken, Task<T>> read, CancellationToken cancel)
    {
        var lost = request.IsWrite && guard is not null ? guard.Lost : CancellationToken.None;
        var started = _options.Time.GetTimestamp();
        using var deadline = new CancellationTokenSource(_options.RequestTimeout, _options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel, lost);
        var code = 0;
        try
        {
            if (request.IsWrite && guard is { MayWrite: false }) throw Refused(request);
            using var response = await Exchange(request, started, attempt, cancel, either.Token);
            code = (int)response.StatusCode;
            var result = await read(response.Content, either.Token);
            Record(request, code, started, attempt);
            return result;
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            Record(request, code, started, attempt);
            throw lost.IsCancellationRequested ? Overtaken(request, e) : TimedOut(request, e);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            Record(request, code, started, attempt);
            throw Unreachable(request, e);
        }
        catch (JsonException e)
        {
            Record(request, code, started, attempt);
            throw Garbled(request, e);
        }
    }

    // The answer's head, if it is a success. A failure is recorded and thrown; a break in the connection is only thrown.
    async Task<HttpResponseMessage> Exchange(
        ApiRequest request, long started, int attempt, CancellationToken cancel, CancellationToken either)
    {
        using var message = Message(request);
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(message, either);
        }
        catch (HttpRequestException e) when (!cancel.IsCancellationRequested)
        {
            Record(request, 0, started, attempt);
            throw Unreachable(request, e);
        }
        if (response.IsSuccessStatusCode) return response;
        using (response)
        {
            var status = await ReadStatus(response.Content, either);
            Record(request, (int)response.StatusCode, started, attempt);
            throw KubernetesException.FromStatus(request.ToString(), (int)response.StatusCode, status, RetryAfter(response));
        }
    }

    HttpRequestMessage Message(ApiRequest request)
    {
        var message = new HttpRequestMessage(request.Method, new Uri(_cluster.Server, BasePath + request.Path))
        {
            // HTTP/2 reads all that comes in a connection, for whomever it is; HTTP/1.1 what is asked for.
            Version = request.OwnConnection ? HttpVersion.Version11 : HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        message.Headers.TryAddWithoutValidation("Accept", request.Accept);
        message.Headers.TryAddWithoutValidation("User-Agent", _options.UserAgent);
        if (_cluster.TlsServerName is { Length: > 0 } host) message.Headers.Host = host;
        if (_token.Current() is { Length: > 0 } token) message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (!request.Body.IsEmpty)
        {
            message.Content = new ReadOnlyMemoryContent(request.Body);
            message.Content.Headers.TryAddWithoutValidation("Content-Type", request.ContentType);
        }
        return message;
    }

    // A server may live below a path, behind a proxy.
    string BasePath => _cluster.Server.AbsolutePath.TrimEnd('/');

    static async Task<Status?> ReadStatus(HttpContent content, CancellationToken cancel)
    {
        try
        {
            return await Body.Read(content, static utf8 => JsonSerializer.Deserialize(utf8, KubernetesJson.Default.Status), cancel);
        }
        catch (Exception e) when (e is JsonException or IOException or HttpRequestException)
        {
            return null; // The code says enough; proxies answer in HTML.
        }
    }

    TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - _options.Time.GetUtcNow() is var wait && wait > TimeSpan.Zero ? wait : null,
        _ => null,
    };

    void Record(ApiRequest request, int code, long started, int attempt) => _metrics.Completed(
        new(request.Verb, request.Resource, request.Namespace, request.Name, code, _options.Time.GetElapsedTime(started), attempt));

    KubernetesException TimedOut(ApiRequest request, Exception inner) => new(
        request.ToString(), ErrorReason.TimedOut, $"no answer from {_cluster.Server} within {_options.RequestTimeout.TotalSeconds:0.#} s", inner: inner);

    KubernetesException Unreachable(ApiRequest request, Exception inner) =>
        new(request.ToString(), ErrorReason.Unreachable, $"no connection to {_cluster.Server}, or it broke: {Innermost(inner).Message}", inner: inner);

    static KubernetesException Garbled(ApiRequest request, Exception inner) =>
        new(request.ToString(), ErrorReason.Garbled, $"the answer cannot be read: {inner.Message}", inner: inner);

    static KubernetesException Overtaken(ApiRequest request, Exception inner) =>
        new(request.ToString(), ErrorReason.TimedOut, "the right to write was lost before the answer came", inner: inner);

    static KubernetesException Refused(ApiRequest request) =>
        new(request.ToString(), ErrorReason.WriteRefused, "the right to write is lost");

    static Exception Innermost(Exception e) => e.InnerException is { } inner ? Innermost(inner) : e;

    public void Dispose()
    {
        _http.Dispose();
        _metrics.Dispose();
    }
}
