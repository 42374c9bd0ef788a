using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Druid.Kubernetes.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Druid.FaultTests.Proxy;

/// <summary>
/// Stands between one operator and the real API server, and lets happen to requests, answers and watches what can happen to them. The
/// operator behind it sees one namespace and no other, so that many trials share one API server.
/// </summary>
sealed class FaultProxy : IAsyncDisposable
{
    // Between two attempts of a client.
    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    readonly Upstream _upstream;
    readonly string _namespace;
    readonly WebApplication _app;
    readonly X509Certificate2? _certificate;
    readonly ConcurrentDictionary<string, byte[]> _lists = new();
    readonly ConcurrentDictionary<string, byte[]> _past = new();
    readonly ConcurrentQueue<Landing> _landed = [];
    readonly ConcurrentDictionary<string, int> _injected = new();
    volatile TaskCompletionSource? _hold;
    volatile TaskCompletionSource? _frozen;
    int _underWay;
    int _watching;
    long _last = Stopwatch.GetTimestamp();

    FaultProxy(Upstream upstream, string ns, WebApplication app, X509Certificate2? certificate) => (_upstream, _namespace, _app, _certificate) = (upstream, ns, app, certificate);

    /// <summary>What befalls requests from now on.</summary>
    public IFaults Faults { get; set; } = new NoFaults();

    /// <summary>Called when a fault says that the operator dies. It is to cut it off and to come back with another.</summary>
    public Action Crash { get; set; } = () => { };

    /// <summary>Nothing gets through any more: the process on this side is dead.</summary>
    public bool Severed { get; set; }

    /// <summary>Every write that the API server answered with success, in the order of the answers.</summary>
    public IReadOnlyCollection<Landing> Landed => _landed;

    /// <summary>How many faults of which kind were injected.</summary>
    public IReadOnlyDictionary<string, int> Injected => _injected;

    /// <summary>For how long nothing was asked, answered or told, while every kind that was ever listed is watched.</summary>
    public TimeSpan Quiet => Volatile.Read(ref _underWay) > 0 || _hold is not null || !IsWatched
        ? TimeSpan.Zero
        : Stopwatch.GetElapsedTime(Volatile.Read(ref _last));

    /// <summary>Whether every kind that was ever listed is watched, and there are some.</summary>
    public bool IsWatched => !_lists.IsEmpty && Volatile.Read(ref _watching) >= _lists.Count;

    /// <summary>How an operator reaches the API server through here.</summary>
    public ClusterConfiguration Configuration => new()
    {
        Server = new(_app.Urls.Single()),
        Namespace = _namespace,
        CertificateAuthorities = _certificate is null ? null : [_certificate],
    };

    /// <summary>Starts one.</summary>
    /// <param name="upstream">The API server.</param>
    /// <param name="ns">The namespace to show.</param>
    /// <param name="certificate">By which it proves itself; plain HTTP without.</param>
    public static async Task<FaultProxy> Start(Upstream upstream, string ns, X509Certificate2? certificate = null)
    {
        FaultProxy? proxy = null;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Use(next => connection => proxy is { Faults.ResetsConnection: true } ? proxy.Reset(connection) : next(connection));
            listen.Protocols = certificate is null ? HttpProtocols.Http1 : HttpProtocols.Http1AndHttp2;
            if (certificate is not null) listen.UseHttps(certificate);
        }));
        proxy = new(upstream, ns, builder.Build(), certificate);
        proxy._app.Run(proxy.Serve);
        await proxy._app.StartAsync();
        return proxy;
    }

    /// <summary>From now on watches tell nothing, while everything else goes on: what is seen is stale.</summary>
    public void Hold() => _hold ??= new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Watches tell what they held back.</summary>
    public void Release()
    {
        var held = _hold;
        _hold = null;
        Touch();
        held?.SetResult();
    }

    /// <summary>Nothing goes through in either direction, but nothing is refused either.</summary>
    public void Freeze()
    {
        Hold();
        _frozen ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Everything goes on that was not given up meanwhile.</summary>
    public void Thaw()
    {
        var frozen = _frozen;
        _frozen = null;
        frozen?.SetResult();
        Release();
    }

    /// <summary>Remembers what every list shows now.</summary>
    public async Task RememberLists(CancellationToken cancel)
    {
        _past.Clear();
        foreach (var path in _lists.Keys) _past[path] = await _upstream.Read(path, cancel);
    }

    /// <summary>The next list of every kind is the remembered one, as by an API server that lags far behind.</summary>
    public void GoBack()
    {
        foreach (var (path, list) in _past) _lists[path] = list;
    }

    /// <summary>Waits while watches are held.</summary>
    public async Task Unheld(CancellationToken cancel)
    {
        while (_hold is { } hold) await hold.Task.WaitAsync(cancel);
    }

    /// <summary>What befalls an event of a watch.</summary>
    public WatchFault FaultOf(Call watch)
    {
        var fault = Faults.ForEvent(watch);
        if (fault != WatchFault.None) Count($"watch: {fault.ToString().ToLowerInvariant()}");
        Touch();
        return fault;
    }

    public async ValueTask DisposeAsync()
    {
        Severed = true;
        if (_frozen is not null) Thaw();
        if (_hold is not null) Release();
        using var now = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    Task Reset(ConnectionContext connection)
    {
        Count("connection: reset in the handshake");
        connection.Abort();
        return Task.CompletedTask;
    }

    async Task Serve(HttpContext context)
    {
        var call = Call.Of(context.Request);
        var cancel = context.RequestAborted;
        if (Severed)
        {
            context.Abort();
            return;
        }
        if (call.Verb != "watch") Interlocked.Increment(ref _underWay);
        try
        {
            await Serve(call, context, cancel);
        }
        catch (Exception e) when (cancel.IsCancellationRequested || e is IOException or HttpRequestException or ObjectDisposedException)
        {
            // One of the two sides has gone.
            context.Abort();
        }
        finally
        {
            if (call.Verb != "watch") Interlocked.Decrement(ref _underWay);
            Touch();
        }
    }

    async Task Serve(Call call, HttpContext context, CancellationToken cancel)
    {
        using var buffer = new MemoryStream();
        await context.Request.Body.CopyToAsync(buffer, cancel);
        while (_frozen is { } frozen) await frozen.Task.WaitAsync(cancel);
        var fault = Faults.For(call);
        if (fault.Kind != FaultKind.None)
        {
            Count($"request: {fault}");
            // Who was refused comes again after a pause; until then it is not quiet.
            Touch(fault.Pause + LongestPause);
        }
        if (!fault.AfterEffect && await Befalls(fault, context, null, cancel)) return;

        var path = Call.Within(_namespace, context.Request.Path.Value!);
        if (call.Verb == "list" && StaleList(path + context.Request.QueryString) is { } stale)
        {
            Count("list: of long ago");
            context.Response.ContentType = "application/json";
            await context.Response.Body.WriteAsync(stale, cancel);
            return;
        }
        using var answer = await _upstream.Send(context.Request, path, buffer.ToArray(), cancel);
        if (call.Verb == "watch" && answer.IsSuccessStatusCode)
        {
            Head(answer, context);
            Interlocked.Increment(ref _watching);
            try
            {
                await new WatchRelay(this, call, context).Run(await answer.Content.ReadAsStreamAsync(cancel), cancel);
            }
            finally
            {
                Interlocked.Decrement(ref _watching);
            }
            return;
        }
        var body = await answer.Content.ReadAsByteArrayAsync(cancel);
        if (call.IsWrite && answer.IsSuccessStatusCode)
        {
            _landed.Enqueue(new(call, Stopwatch.GetTimestamp(), Encoding.UTF8.GetString(buffer.ToArray())));
            Faults.Landed(call);
        }
        while (_frozen is { } frozen) await frozen.Task.WaitAsync(cancel);
        if (fault.AfterEffect && await Befalls(fault, context, body, cancel)) return;
        Head(answer, context);
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, cancel);
    }

    // Whether nothing is left to be done for the request.
    async Task<bool> Befalls(Fault fault, HttpContext context, byte[]? body, CancellationToken cancel)
    {
        switch (fault.Kind)
        {
            case FaultKind.Refuse:
                context.Response.StatusCode = fault.Code;
                if (fault.Pause > TimeSpan.Zero) context.Response.Headers.RetryAfter = Math.Ceiling(fault.Pause.TotalSeconds).ToString(CultureInfo.InvariantCulture);
                await context.Response.WriteAsync($$"""{"kind":"Status","apiVersion":"v1","status":"Failure","message":"injected","reason":"{{ReasonOf(fault.Code)}}","code":{{fault.Code}}}""", cancel);
                return true;
            case FaultKind.Truncate when body is { Length: > 1 }:
                context.Response.ContentType = "application/json";
                context.Response.ContentLength = body.Length;
                await context.Response.Body.WriteAsync(body.AsMemory(0, body.Length / 2), cancel);
                await context.Response.Body.FlushAsync(cancel);
                context.Abort();
                return true;
            case FaultKind.Reset or FaultKind.Truncate:
                context.Abort();
                return true;
            case FaultKind.Delay:
                await Task.Delay(fault.Pause, cancel);
                return false;
            case FaultKind.Silence:
                await Task.Delay(Timeout.Infinite, cancel);
                return true;
            case FaultKind.Crash:
                Severed = true;
                Crash();
                await Task.Delay(Timeout.Infinite, cancel);
                return true;
            default:
                return false;
        }
    }

    byte[]? StaleList(string path)
    {
        var past = _lists.GetValueOrDefault(path);
        _lists[path] = [];
        return past is { Length: > 0 } ? past : null;
    }

    void Count(string what) => _injected.AddOrUpdate(what, 1, (_, n) => n + 1);

    void Touch(TimeSpan ahead = default) =>
        Volatile.Write(ref _last, Math.Max(Volatile.Read(ref _last), Stopwatch.GetTimestamp() + (long)(ahead.TotalSeconds * Stopwatch.Frequency)));

    static void Head(HttpResponseMessage answer, HttpContext context)
    {
        context.Response.StatusCode = (int)answer.StatusCode;
        context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
        if (answer.Headers.RetryAfter is { } later) context.Response.Headers.RetryAfter = later.ToString();
    }

    static string ReasonOf(int code) => code switch
    {
        400 => "BadRequest",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "NotFound",
        409 => "Conflict",
        410 => "Expired",
        422 => "Invalid",
        429 => "TooManyRequests",
        503 => "ServiceUnavailable",
        504 => "Timeout",
        _ => "InternalError",
    };
}

/// <summary>A write that took effect.</summary>
/// <param name="Call">What it was.</param>
/// <param name="At">When the API server had answered, in ticks of <see cref="Stopwatch"/>.</param>
/// <param name="Body">What was sent.</param>
sealed record Landing(Call Call, long At, string Body);
