using System.Runtime.InteropServices;
using Druid.Http;
using Druid.Member.Etcd;
using Druid.Member.Http;
using Druid.Member.Maintenance;
using Druid.Member.Membership;
using Druid.Member.Tls;
using Microsoft.AspNetCore.Http;
using Serilog;

namespace Druid.Member.Wrapper;

/// <summary>
/// The agent around etcd: it waits until the sidecar has prepared the data, fetches the member's configuration, runs etcd
/// and answers whether etcd serves.
/// </summary>
sealed class StartEtcd(StartEtcdOptions options, ILogger log, TimeProvider time) : IDisposable
{
    static readonly TimeSpan PollPeriod = TimeSpan.FromMilliseconds(250);
    static readonly TimeSpan ReadTimeout = TimeSpan.FromSeconds(4);
    const int MostConfigAttempts = 5;

    readonly ExitMarker _marker = new(options.ExitMarker);
    readonly CancellationTokenSource _stop = new();
    PosixSignal _signal = PosixSignal.SIGTERM;
    string? _trouble;

    /// <summary>Asks for an orderly end: etcd gets the signal, or is not started at all.</summary>
    public void Stop(PosixSignal signal)
    {
        if (!_stop.IsCancellationRequested) _signal = signal;
        _stop.Cancel();
    }

    /// <summary>Runs until etcd has ended.</summary>
    /// <returns>etcd's exit code; 128 plus the signal if one came before etcd ran.</returns>
    public async Task<int> Run()
    {
        try
        {
            var security = await Prepare(_stop.Token);
            return await Serve(security);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            log.Information("Stopped by {Signal} before etcd was started", _signal);
            return 128 + EtcdProcess.Number(_signal);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    /// <summary>Has the sidecar initialize the data, and writes the configuration that it serves.</summary>
    async Task<ClientSecurity?> Prepare(CancellationToken cancel)
    {
        var address = new UriBuilder(options.SidecarTls ? "https" : "http", options.SidecarHost, options.SidecarPort).Uri;
        using var sidecar = new SidecarClient(address, options.SidecarTls ? new ClientTls(options.SidecarAuthorities) : null);
        await Initialize(sidecar, cancel);
        var configuration = await FetchConfiguration(sidecar, cancel);
        await File.WriteAllTextAsync(options.ConfigFile, configuration, cancel);
        log.Information("The sidecar has initialized the data; etcd's configuration is in {File}", options.ConfigFile);
        return ClientSecurity.Of(configuration);
    }

    async Task Initialize(SidecarClient sidecar, CancellationToken cancel)
    {
        var seen = "";
        while (true)
        {
            var status = await Try(() => sidecar.InitializationStatus(cancel), cancel);
            if (status is not null && status != seen) log.Information("Initialization: {Status}", seen = status);
            if (status == "Successful") return;
            if (status == "New")
            {
                var mode = _marker.ValidationMode;
                if (await Try(() => Start(sidecar, mode, cancel), cancel) is not null) log.Information("Initialization started with {Mode} validation", mode);
            }
            await Task.Delay(PollPeriod, time, cancel);
        }
    }

    static async Task<string> Start(SidecarClient sidecar, string mode, CancellationToken cancel)
    {
        await sidecar.StartInitialization(mode, cancel);
        return mode;
    }

    async Task<string> FetchConfiguration(SidecarClient sidecar, CancellationToken cancel)
    {
        for (var attempt = 1; attempt < MostConfigAttempts; attempt++)
        {
            if (await Try(() => sidecar.Configuration(cancel), cancel) is { } configuration) return configuration;
            await Task.Delay(TimeSpan.FromSeconds(1), time, cancel);
        }
        return await sidecar.Configuration(cancel);
    }

    /// <summary>The answer, or null when there is none; a line in the log says why, once.</summary>
    async Task<T?> Try<T>(Func<Task<T>> ask, CancellationToken cancel) where T : class
    {
        try
        {
            return await ask();
        }
        catch (Exception failure) when (failure is HttpRequestException || (failure is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            if (_trouble != failure.Message) log.Warning("The sidecar does not answer: {Reason}", _trouble = failure.Message);
            return null;
        }
    }

    async Task<int> Serve(ClientSecurity? security)
    {
        using var client = ClientOf(security);
        var identity = security is { } own ? new PemKeyPair(own.Certificate, own.Key) : null;
        await using var server = await HttpServer.Start([AgentHttp.Endpoint(options.Port, identity)], request => Answer(request, client), _stop.Token);

        _marker.Clear();
        var etcd = await EtcdProcess.Start(options.EtcdProgram, options.ConfigFile, options.AgentProgram);
        log.Information("etcd runs as process {Process}", etcd.Id);
        Heap.GiveBackLater();
        await using var forward = _stop.Token.Register(() => etcd.Signal(_signal));
        using var ended = new CancellationTokenSource();
        var limit = LimitReadiness(etcd, client, ended.Token);

        var code = await etcd.Exit;
        await ended.CancelAsync();
        await limit;
        var orderly = _stop.IsCancellationRequested && ExitMarker.IsOrderly(code, _signal);
        if (orderly) _marker.Set(_signal);
        log.Information("etcd ended with {ExitCode}{Manner}", code, orderly ? $", in order after {_signal}" : "");
        return code;
    }

    async Task Answer(HttpContext request, EtcdClient client)
    {
        switch (request.Request.Path.Value)
        {
            case "/readyz":
                request.Response.StatusCode = await Reads(client, request.RequestAborted) ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
                break;
            case "/stop" when HttpMethods.IsPost(request.Request.Method):
                log.Information("Stop requested");
                Stop(PosixSignal.SIGTERM);
                break;
            case "/stop":
                request.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
                break;
            default:
                request.Response.StatusCode = StatusCodes.Status404NotFound;
                break;
        }
    }

    /// <summary>Whether etcd answers a linearizable read, which it does only with a quorum behind it and as a voter.</summary>
    async Task<bool> Reads(EtcdClient client, CancellationToken cancel)
    {
        try
        {
            await client.Range(ClusterGateway.LinearizableRead, cancel);
            return true;
        }
        catch (EtcdException refused) when (refused.Error == EtcdError.PermissionDenied)
        {
            // etcd checks permissions after it has confirmed the read with the quorum.
            return true;
        }
        catch (Exception failure) when (failure is EtcdException or OperationCanceledException)
        {
            log.Debug("Not ready: {Reason}", failure.Message);
            return false;
        }
    }

    EtcdClient ClientOf(ClientSecurity? security) => new(new EtcdClientOptions
    {
        Endpoints = [new UriBuilder(security is null ? "http" : "https", options.EtcdHost, options.EtcdClientPort).Uri],
        Tls = security is { } own ? new ClientTls(own.Authorities, options.EtcdClientCertificate, options.EtcdClientKey, options.EtcdHost) : null,
        CallTimeout = ReadTimeout,
        Time = time,
    });

    /// <summary>Ends etcd if it is not ready in time.</summary>
    async Task LimitReadiness(EtcdProcess etcd, EtcdClient client, CancellationToken cancel)
    {
        if (options.ReadyTimeout == TimeSpan.Zero) return;
        try
        {
            await Task.Delay(options.ReadyTimeout, time, cancel);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        if (await Reads(client, cancel)) return;
        log.Error("etcd is not ready after {Limit}; it is stopped", options.ReadyTimeout);
        etcd.Signal(PosixSignal.SIGTERM);
    }
}
