using System.Globalization;
using Druid.Kubernetes.Client;
using Druid.Operator.Configuration;
using Druid.Operator.Images;
using Druid.Operator.Server;
using Druid.Testing;
using Serilog;
using Serilog.Events;

namespace Druid.EnvtestTests.Operator;

/// <summary>The operator, in this process, against a real API server; everything but its process is what ships.</summary>
sealed class RunningOperator : IAsyncDisposable
{
    readonly CancellationTokenSource stop = new();
    readonly CancellationTokenSource dead = new();
    readonly Task<bool> running;
    readonly Serilog.Core.Logger log;
    readonly Uri metrics;

    RunningOperator(ClusterConfiguration cluster, OperatorConfiguration configuration, ImageVector images, RequestCounter requests)
    {
        Requests = requests;
        metrics = new($"http://127.0.0.1:{configuration.Server.Metrics.Port}/metrics");
        log = new LoggerConfiguration().MinimumLevel.Debug().WriteTo.Sink(Log).CreateLogger();
        running = new OperatorHost(cluster, configuration, images, log) { Requests = requests, Wrap = handler => new Severable(handler, dead.Token) }.Run(stop.Token);
    }

    /// <summary>The images where a test names no others.</summary>
    public static ImageVector Images { get; } = ImageVector.Of("docker.io/druid/member:test", "docker.io/druid/busybox:test");

    /// <summary>Every request it made.</summary>
    public RequestCounter Requests { get; }

    /// <summary>Every line it logged.</summary>
    public RecordedLog Log { get; } = new();

    /// <summary>Why it ended by itself; null while it runs.</summary>
    public string? Ended => running.IsFaulted ? running.Exception.GetBaseException().ToString() : running.IsCompleted ? "It gave up leading." : null;

    /// <summary>What it measures, as Prometheus would read it.</summary>
    public async Task<string> Metrics()
    {
        using var http = new HttpClient();
        return await http.GetStringAsync(metrics);
    }

    /// <summary>Starts one that needs no leader election, or one that does where the lease has a name of its own.</summary>
    /// <param name="plane">The cluster.</param>
    /// <param name="configure">Changes its configuration.</param>
    /// <param name="account">Who it is to the cluster; an administrator unless given.</param>
    /// <param name="images">Its images; <see cref="Images"/> unless given.</param>
    public static RunningOperator Start(ControlPlane plane, Action<OperatorConfiguration>? configure = null, ClusterConfiguration? account = null, ImageVector? images = null)
    {
        var configuration = new OperatorConfiguration();
        configuration.LeaderElection.Enabled = false;
        configuration.Controllers.Etcd.EnableEtcdSpecAutoReconcile = true;
        configuration.Server.Metrics.BindAddress = "127.0.0.1";
        configuration.Server.Metrics.Port = FreePorts.Next();
        configuration.ClientConnection.Qps = 0;
        configure?.Invoke(configuration);
        return new(account ?? plane.Configuration, configuration, images ?? Images, new());
    }

    /// <summary>Stops it as a signal would, and waits for its end.</summary>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        try
        {
            await running;
        }
        catch (OperationCanceledException)
        {
            // Its end, as asked for.
        }
        await log.DisposeAsync();
        stop.Dispose();
    }

    /// <summary>Ends it as its death would: what was sent was sent, no answer comes, nothing more is sent or logged.</summary>
    public async Task Kill()
    {
        Log.End();
        await dead.CancelAsync();
        await stop.CancelAsync();
        await running.ContinueWith(_ => { }, TaskScheduler.Default);
        await log.DisposeAsync();
        stop.Dispose();
    }
}

/// <summary>Keeps what was logged, for tests to read.</summary>
sealed class RecordedLog : Serilog.Core.ILogEventSink
{
    readonly List<LogEvent> events = [];
    bool ended;

    public IReadOnlyList<LogEvent> Events
    {
        get
        {
            lock (events)
            {
                return [.. events];
            }
        }
    }

    /// <summary>Nothing is kept from now on.</summary>
    public void End()
    {
        lock (events)
        {
            ended = true;
        }
    }

    public IEnumerable<string> Lines => Events.Select(e => e.RenderMessage(CultureInfo.InvariantCulture));

    public void Emit(LogEvent logEvent)
    {
        lock (events)
        {
            if (!ended)
            {
                events.Add(logEvent);
            }
        }
    }
}

/// <summary>Lets requests through until they are cut off for good.</summary>
sealed class Severable(HttpMessageHandler inner, CancellationToken dead) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (dead.IsCancellationRequested)
        {
            throw new HttpRequestException("The process is dead.");
        }
        // What is under way reaches the server; only its answer does not arrive.
        var answer = await base.SendAsync(request, cancellationToken);
        return dead.IsCancellationRequested ? throw new HttpRequestException("The process is dead.") : answer;
    }
}
