using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace Druid.LoadTests.Measuring;

/// <summary>The published operator as a process of its own, as the kernel and its own metrics show it.</summary>
sealed class OperatorProcess : IAsyncDisposable
{
    static readonly double TicksPerSecond = 100; // USER_HZ, which is 100 on every Linux that .NET runs on

    readonly Process _process;
    readonly HttpClient _http;
    readonly string _log;

    OperatorProcess(Process process, int port, string log)
    {
        _process = process;
        _http = new() { BaseAddress = new($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(10) };
        _log = log;
    }

    /// <summary>The file that it logs to.</summary>
    public string Log => _log;

    /// <summary>From the start of the process until it answered that it is ready, its caches filled.</summary>
    public TimeSpan StartTime { get; private set; }

    /// <summary>Starts it and waits until it is ready.</summary>
    /// <param name="executable">The published program.</param>
    /// <param name="kubeconfig">The API server.</param>
    /// <param name="qps">Its limit of requests a second; 0 for none, null for the default of its configuration.</param>
    /// <param name="directory">Where its configuration and log go.</param>
    /// <param name="cancel">Ends waiting.</param>
    public static async Task<OperatorProcess> Start(string executable, string kubeconfig, int? qps, string directory, CancellationToken cancel)
    {
        var port = FreePort();
        var name = $"operator-{DateTime.UtcNow:HHmmss}";
        var configuration = Path.Combine(directory, $"{name}.yaml");
        await File.WriteAllLinesAsync(configuration,
        [
            .. qps is { } limit ? [$$"""clientConnection: { qps: {{limit}}, burst: {{Math.Max(1, limit * 3 / 2)}} }"""] : Array.Empty<string>(),
            "leaderElection: { enabled: false }",
            $$"""server: { metrics: { bindAddress: 127.0.0.1, port: {{port}} } }""",
            "controllers: { etcd: { enableEtcdSpecAutoReconcile: true } }",
        ], cancel);
        var log = Path.Combine(directory, $"{name}.log");
        // Through a shell, so that the log goes to a file without passing through this process.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$0\" \"$@\" >\"$DRUID_LOG\" 2>&1", executable, "run", "--config", configuration, "--kubeconfig", kubeconfig, "--member-image", "docker.io/druid/member:load", "--shell-image", "docker.io/druid/busybox:load"]);
        start.Environment["DRUID_LOG"] = log;
        // As in its image.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        var started = Stopwatch.GetTimestamp();
        var operatorProcess = new OperatorProcess(Process.Start(start)!, port, log);
        await operatorProcess.UntilReady(cancel);
        operatorProcess.StartTime = Stopwatch.GetElapsedTime(started);
        return operatorProcess;
    }

    /// <summary>What it is like now.</summary>
    public async Task<ProcessSample> Sample(CancellationToken cancel)
    {
        var page = new MetricsPage(await _http.GetStringAsync("/metrics", cancel));
        var status = await File.ReadAllLinesAsync($"/proc/{_process.Id}/status", cancel);
        var stat = (await File.ReadAllTextAsync($"/proc/{_process.Id}/stat", cancel)).Split(' ');
        return new(Stopwatch.GetTimestamp(), (long.Parse(stat[13], CultureInfo.InvariantCulture) + long.Parse(stat[14], CultureInfo.InvariantCulture)) / TicksPerSecond,
            Kilobytes(status, "VmRSS:"), Kilobytes(status, "RssAnon:"), Kilobytes(status, "VmHWM:"), page);
    }

    /// <summary>Ends it as a node that loses power would.</summary>
    public async Task Kill()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await Kill();
        _process.Dispose();
        _http.Dispose();
    }

    async Task UntilReady(CancellationToken cancel)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                using var answer = await _http.GetAsync("/readyz", cancel);
                if (answer.IsSuccessStatusCode) return;
            }
            catch (HttpRequestException)
            {
                // Not yet.
            }
            if (_process.HasExited || Stopwatch.GetElapsedTime(started) > TimeSpan.FromMinutes(1))
            {
                throw new InvalidOperationException($"The operator does not become ready; see {_log}: {string.Join('\n', (await File.ReadAllLinesAsync(_log, cancel)).TakeLast(5))}");
            }
            await Task.Delay(20, cancel);
        }
    }

    static double Kilobytes(string[] status, string field) =>
        double.Parse(status.Single(l => l.StartsWith(field, StringComparison.Ordinal)).Split(' ', '\t').Where(w => w.Length > 0).ElementAt(1), CultureInfo.InvariantCulture) / 1024;

    static int FreePort()
    {
        using var socket = new TcpListener(System.Net.IPAddress.Loopback, 0);
        socket.Start();
        return ((System.Net.IPEndPoint)socket.LocalEndpoint).Port;
    }
}

/// <summary>The operator at one moment.</summary>
/// <param name="At">In ticks of <see cref="Stopwatch"/>.</param>
/// <param name="CpuSeconds">Of all its threads since its start.</param>
/// <param name="ResidentMegabytes">Memory in RAM, its files' pages included.</param>
/// <param name="OwnMegabytes">Memory in RAM that belongs to it alone (anonymous).</param>
/// <param name="PeakMegabytes">The most that ever was resident.</param>
/// <param name="Metrics">What it says of itself.</param>
sealed record ProcessSample(long At, double CpuSeconds, double ResidentMegabytes, double OwnMegabytes, double PeakMegabytes, MetricsPage Metrics)
{
    /// <summary>Requests to the API server, by verb; watches that were opened included.</summary>
    public IReadOnlyDictionary<string, double> Requests => Metrics.By("kubernetes_client_requests_total", "verb");

    /// <summary>Requests to the API server.</summary>
    public double AllRequests => Metrics.Sum("kubernetes_client_requests_total");
}
