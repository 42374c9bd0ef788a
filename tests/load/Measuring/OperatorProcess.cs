using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Druid.Testing;

namespace Druid.LoadTests.Measuring;

/// <summary>The published operator as a process of its own, as the kernel and its own metrics show it.</summary>
sealed class OperatorProcess : IAsyncDisposable
{
    readonly Process _process;
    readonly HttpClient _http;
    readonly string _log;
    // Those of threads that have ended since, too.
    readonly ConcurrentDictionary<string, double> _waits = [];
    long _started;

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

    /// <summary>From the start of the process until its first reconcile was over; zero while it had nothing to do.</summary>
    public TimeSpan FirstReconcile { get; private set; }

    /// <summary>Starts it and waits until it is ready.</summary>
    /// <param name="executable">The published program.</param>
    /// <param name="kubeconfig">The API server.</param>
    /// <param name="qps">Its limit of requests a second; 0 for none, null for the default of its configuration.</param>
    /// <param name="directory">Where its configuration and log go.</param>
    /// <param name="cancel">Ends waiting.</param>
    public static async Task<OperatorProcess> Start(string executable, string kubeconfig, int? qps, string directory, CancellationToken cancel)
    {
        var port = FreePorts.Next();
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
        // As in its image, unless whoever measures wants to look inside.
        start.Environment.TryAdd("DOTNET_EnableDiagnostics", "0");
        start.Environment.TryAdd("DOTNET_EnableWriteXorExecute", "0");
        start.Environment.TryAdd("MALLOC_ARENA_MAX", "1");
        var started = Stopwatch.GetTimestamp();
        var operatorProcess = new OperatorProcess(Process.Start(start)!, port, log);
        await operatorProcess.UntilReady(cancel);
        operatorProcess.StartTime = Stopwatch.GetElapsedTime(started);
        operatorProcess._started = started;
        return operatorProcess;
    }

    /// <summary>Waits until it has looked at so many clusters, and notes when the first was.</summary>
    public async Task UntilReconciled(int clusters, TimeSpan patience, CancellationToken cancel)
    {
        for (var reconciles = 0d; reconciles < clusters;)
        {
            reconciles = new MetricsPage(await _http.GetStringAsync("/metrics", cancel)).Sum("druid_reconcile_total");
            if (reconciles > 0 && FirstReconcile == TimeSpan.Zero) FirstReconcile = Stopwatch.GetElapsedTime(_started);
            if (Stopwatch.GetElapsedTime(_started) > patience) throw new TimeoutException($"After {patience.TotalSeconds:0} s the operator had looked {reconciles:0} times, and not at {clusters} clusters; see {_log}.");
            await Task.Delay(10, cancel);
        }
    }

    /// <summary>What it is like now.</summary>
    public async Task<ProcessSample> Sample(CancellationToken cancel)
    {
        var page = new MetricsPage(await _http.GetStringAsync("/metrics", cancel));
        var status = await File.ReadAllLinesAsync($"/proc/{_process.Id}/status", cancel);
        foreach (var (thread, seconds) in Machine.WaitsOf($"{_process.Id}")) _waits[thread] = seconds;
        return new(Stopwatch.GetTimestamp(), Machine.CpuOf($"{_process.Id}"), _waits.Values.Sum(), Kilobytes(status, "VmRSS:"), Kilobytes(status, "RssAnon:"), Kilobytes(status, "VmHWM:"), page);
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
}

/// <summary>The operator at one moment.</summary>
/// <param name="At">In ticks of <see cref="Stopwatch"/>.</param>
/// <param name="CpuSeconds">Of all its threads since its start.</param>
/// <param name="WaitedSeconds">In which a thread could have run and others had the cores; of all its threads since its start.</param>
/// <param name="ResidentMegabytes">Memory in RAM, its files' pages included.</param>
/// <param name="OwnMegabytes">Memory in RAM that belongs to it alone (anonymous).</param>
/// <param name="PeakMegabytes">The most that ever was resident.</param>
/// <param name="Metrics">What it says of itself.</param>
sealed record ProcessSample(long At, double CpuSeconds, double WaitedSeconds, double ResidentMegabytes, double OwnMegabytes, double PeakMegabytes, MetricsPage Metrics)
{
    /// <summary>Requests to the API server, by verb; watches that were opened included.</summary>
    public IReadOnlyDictionary<string, double> Requests => Metrics.By("kubernetes_client_requests_total", "verb");

    /// <summary>Requests to the API server.</summary>
    public double AllRequests => Metrics.Sum("kubernetes_client_requests_total");

    /// <summary>Managed memory, garbage included.</summary>
    public double HeapMegabytes => Metrics.Sum("dotnet_heap_bytes") / (1 << 20);

    /// <summary>Managed memory that the last full collection left.</summary>
    public double LiveMegabytes => Metrics.Sum("dotnet_heap_live_bytes") / (1 << 20);

    /// <summary>How long the last collection of garbage held all threads.</summary>
    public double LastPauseSeconds => Metrics.Sum("dotnet_gc_last_pause_seconds");
}
