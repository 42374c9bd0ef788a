using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Druid.Member.Wrapper;
using Serilog;

namespace Druid.Member.Restore;

/// <summary>
/// An etcd that nobody but the agent talks to. It applies the log that it finds and does nothing else: with an election timeout
/// of most of a minute it has ended long before it could become a leader, so no lease runs out in it and no revision is made
/// that was not in the log. How far it is, its metrics say; clients it does not serve without a leader.
/// </summary>
sealed class PrivateEtcd(string dataDirectory, string workDirectory, RestoreOptions options, ILogger log, TimeProvider time)
{
    static readonly TimeSpan PollPeriod = TimeSpan.FromMilliseconds(20);
    static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(30);

    /// <summary>Runs it until a condition holds on its metrics, and ends it in order.</summary>
    /// <param name="what">What is waited for, for messages.</param>
    /// <param name="done">Looks at its metrics.</param>
    /// <param name="cancel">Ends it at once.</param>
    /// <exception cref="RestoreException">It ended by itself.</exception>
    public async Task RunUntil(string what, Func<EtcdGauges, bool> done, CancellationToken cancel)
    {
        Directory.CreateDirectory(workDirectory);
        var (config, metrics) = (Path.Combine(workDirectory, "private-etcd.yaml"), 0);
        for (var attempt = 1; ; attempt++)
        {
            var ports = FreePorts(3);
            metrics = ports[2];
            await File.WriteAllTextAsync(config, Configuration(ports), cancel);
            var etcd = await EtcdProcess.Start(options.EtcdProgram, config, options.AgentProgram);
            try
            {
                await WaitUntil(etcd, metrics, what, done, cancel);
                return;
            }
            catch (RestoreException) when (attempt < 3 && etcd.Exit.IsCompleted && !AreFree(ports))
            {
                log.Warning("A port of the private etcd was taken; it is started again on others");
            }
            finally
            {
                await End(etcd);
            }
        }
    }

    async Task WaitUntil(EtcdProcess etcd, int port, string what, Func<EtcdGauges, bool> done, CancellationToken cancel)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        var url = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/metrics"));
        while (true)
        {
            if (etcd.Exit.IsCompleted) throw new RestoreException($"the private etcd ended with {await etcd.Exit} before {what}");
            try
            {
                if (done(EtcdGauges.Parse(await http.GetStringAsync(url, cancel)))) return;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }
            await Task.WhenAny(etcd.Exit, Task.Delay(PollPeriod, time, cancel));
            cancel.ThrowIfCancellationRequested();
        }
    }

    async Task End(EtcdProcess etcd)
    {
        etcd.Signal(PosixSignal.SIGTERM);
        if (await Task.WhenAny(etcd.Exit, Task.Delay(StopPatience, time)) == etcd.Exit) return;
        log.Warning("The private etcd does not end in order; it is killed");
        etcd.Kill();
        await etcd.Exit;
    }

    string Configuration(int[] ports) => string.Create(CultureInfo.InvariantCulture, $"""
        name: private
        data-dir: {dataDirectory}
        listen-client-urls: http://127.0.0.1:{ports[0]}
        advertise-client-urls: http://127.0.0.1:{ports[0]}
        listen-peer-urls: http://127.0.0.1:{ports[1]}
        initial-advertise-peer-urls: http://127.0.0.1:{ports[1]}
        initial-cluster: private=http://127.0.0.1:{ports[1]}
        listen-metrics-urls: http://127.0.0.1:{ports[2]}
        heartbeat-interval: 10000
        election-timeout: 50000
        initial-election-tick-advance: false
        snapshot-count: 10000
        quota-backend-bytes: {options.Quota}
        enable-grpc-gateway: false
        logger: zap
        log-level: error
        """);

    static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        try
        {
            listeners.ForEach(listener => listener.Start());
            return [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        }
        finally
        {
            listeners.ForEach(listener => listener.Dispose());
        }
    }

    static bool AreFree(int[] ports)
    {
        try
        {
            foreach (var port in ports)
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
            }
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

/// <summary>What the private etcd says of its progress.</summary>
/// <param name="Applied">The index of the last log entry that it applied.</param>
/// <param name="Compactions">How many compactions it has completed.</param>
readonly record struct EtcdGauges(ulong Applied, ulong Compactions)
{
    const string AppliedName = "etcd_server_proposals_applied_total ";
    const string CompactionsName = "etcd_debugging_mvcc_db_compaction_total_duration_milliseconds_count ";

    /// <summary>Reads the page of metrics.</summary>
    public static EtcdGauges Parse(string page) => new(Value(page, AppliedName), Value(page, CompactionsName));

    static ulong Value(string page, string name)
    {
        var at = page.IndexOf('\n' + name, StringComparison.Ordinal);
        if (at < 0) return 0;
        var start = at + 1 + name.Length;
        var end = page.IndexOf('\n', start);
        // Large numbers are printed with an exponent, and exactly nevertheless.
        return double.TryParse(page.AsSpan(start, (end < 0 ? page.Length : end) - start), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? (ulong)value : 0;
    }
}
