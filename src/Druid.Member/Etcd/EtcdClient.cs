using System.Threading.Channels;
using Druid.Member.Etcd.Rpc;
using Google.Protobuf;

namespace Druid.Member.Etcd;

/// <summary>
/// A client of etcd's v3 API. Calls go to one endpoint until that fails, then to the next. Reads are repeated on
/// another endpoint when one is unavailable; writes only when the failed one certainly did not get them.
/// All methods throw <see cref="EtcdException"/> on failure and may be used from many threads.
/// </summary>
public sealed partial class EtcdClient : IDisposable
{
    readonly EtcdClientOptions _options;
    readonly GrpcTransport _transport;
    readonly bool _ownsTransport;
    int _current;
    volatile string? _token;

    /// <summary>Opens no connection yet.</summary>
    /// <exception cref="ArgumentException"><paramref name="options"/> name no endpoint.</exception>
    public EtcdClient(EtcdClientOptions options)
    {
        if (options.Endpoints.Count == 0)
            throw new ArgumentException("an etcd client needs at least one endpoint", nameof(options));
        _options = options;
        _transport = new GrpcTransport(options.ConnectTimeout, options.Tls);
        _ownsTransport = true;
    }

    EtcdClient(EtcdClient other, EtcdClientOptions options)
    {
        if (options.Endpoints.Count == 0)
            throw new ArgumentException("an etcd client needs at least one endpoint", nameof(options));
        _options = options;
        _transport = other._transport;
        _token = other._token;
    }

    /// <summary>The endpoints that calls choose from.</summary>
    public IReadOnlyList<Uri> Endpoints => _options.Endpoints;

    /// <summary>
    /// The same client for one endpoint only, as calls need it that concern one member. Shares the connections of this one
    /// and need not be disposed.
    /// </summary>
    public EtcdClient At(Uri endpoint) => At([endpoint]);

    /// <summary>The same client for other endpoints. Shares the connections of this one and need not be disposed.</summary>
    public EtcdClient At(IReadOnlyList<Uri> endpoints) => new(this, _options with { Endpoints = endpoints });

    /// <summary>The same client with another time limit for calls. Shares the connections of this one and need not be disposed.</summary>
    public EtcdClient Within(TimeSpan timeout) => new(this, _options with { CallTimeout = timeout });

    /// <summary>Closes the connections; calls in flight fail.</summary>
    public void Dispose()
    {
        if (_ownsTransport) _transport.Dispose();
    }

    /// <summary>Calls one endpoint after the other until one answers, each at most once.</summary>
    async Task<TResponse> Call<TRequest, TResponse>(GrpcMethod<TRequest, TResponse> method, TRequest request, CancellationToken cancel)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        using var deadline = new CancellationTokenSource(_options.CallTimeout, _options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, deadline.Token);
        for (var attempt = 1; ; attempt++)
        {
            var index = Volatile.Read(ref _current);
            var target = _options.Endpoints[index];
            try
            {
                return await Authenticated(target, method, request, either.Token);
            }
            catch (EtcdException failure) when (MayRepeat(method.Retry, failure) && attempt < _options.Endpoints.Count)
            {
                Interlocked.CompareExchange(ref _current, (index + 1) % _options.Endpoints.Count, index);
            }
            catch (OperationCanceledException late) when (deadline.IsCancellationRequested && !cancel.IsCancellationRequested)
            {
                throw new EtcdException(GrpcStatus.DeadlineExceeded, EtcdError.TimedOut,
                    $"no answer within {_options.CallTimeout.TotalSeconds} s", target, method.Name, late);
            }
        }
    }

    static bool MayRepeat(Retry retry, EtcdException failure) =>
        failure.Error is EtcdError.NotConnected or EtcdError.NotSupportedForLearner
        || (retry == Retry.WhenUnavailable && failure.Status == GrpcStatus.Unavailable);

    /// <summary>Makes a call with a token where a user is configured, with a fresh one if etcd no longer knows it.</summary>
    async Task<TResponse> Authenticated<TRequest, TResponse>(
        Uri target, GrpcMethod<TRequest, TResponse> method, TRequest request, CancellationToken cancel)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        var used = await Token(target, cancel);
        try
        {
            return await _transport.Unary(target, method, request, used, cancel);
        }
        catch (EtcdException failure) when (used is not null && failure.Error == EtcdError.InvalidAuthToken)
        {
            _token = null;
            return await _transport.Unary(target, method, request, await Token(target, cancel), cancel);
        }
    }

    async Task<string?> Token(Uri target, CancellationToken cancel)
    {
        if (_options.Username is null || _token is not null)
            return _token;
        try
        {
            var request = new AuthenticateRequest { Name = _options.Username, Password = _options.Password ?? "" };
            return _token = (await _transport.Unary(target, EtcdMethods.Authenticate, request, null, cancel)).Token;
        }
        catch (EtcdException failure) when (failure.Error == EtcdError.AuthNotEnabled)
        {
            return null;
        }
    }

    /// <summary>The answers of a duplex call to the current endpoint; the endpoint after it is current when it fails.</summary>
    async IAsyncEnumerable<TResponse> Duplex<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method, ChannelReader<TRequest> requests,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        var index = Volatile.Read(ref _current);
        var target = _options.Endpoints[index];
        await using var answers = _transport.Duplex(target, method, requests, await Token(target, cancel), cancel).GetAsyncEnumerator(cancel);
        while (true)
        {
            try
            {
                if (!await answers.MoveNextAsync())
                    yield break;
            }
            catch (EtcdException failure) when (failure.Status == GrpcStatus.Unavailable)
            {
                Interlocked.CompareExchange(ref _current, (index + 1) % _options.Endpoints.Count, index);
                throw;
            }
            yield return answers.Current;
        }
    }
}
