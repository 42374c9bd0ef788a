using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Druid.Member.Data;
using Druid.Member.Wrapper;
using Serilog;

namespace Druid.Member.Restore;

/// <summary>
/// An etcd that nobody talks to. It applies the log that it finds and does nothing else: with an election timeout of most of a
/// minute it is ended long before it could become a leader, so no lease runs out in it and no revision is made that was not in
/// the log. Without a leader it serves nobody either; how far it is, its database file says.
/// </summary>
sealed class PrivateEtcd(string dataDirectory, string workDirectory, RestoreOptions options, ILogger log, TimeProvider time)
{
    static readonly TimeSpan PollPeriod = TimeSpan.FromMilliseconds(20);

    string Database => Path.Combine(dataDirectory, "member", "snap", "db");

    /// <summary>Runs it until a condition holds on its database, and kills it: what was looked at is on disk.</summary>
    /// <param name="what">What is waited for, for messages.</param>
    /// <param name="done">Looks at the database.</param>
    /// <param name="cancel">Ends it at once.</param>
    /// <exception cref="RestoreException">It ended by itself.</exception>
    public async Task RunUntil(string what, Func<BoltFile, bool> done, CancellationToken cancel)
    {
        Directory.CreateDirectory(workDirectory);
        var config = Path.Combine(workDirectory, "private-etcd.yaml");
        for (var attempt = 1; ; attempt++)
        {
            var ports = FreePorts(2);
            await File.WriteAllTextAsync(config, Configuration(ports), cancel);
            var etcd = await EtcdProcess.Start(options.EtcdProgram, config, options.AgentProgram);
            try
            {
                while (!await IsDone(etcd, what, done)) await Task.WhenAny(etcd.Exit, Task.Delay(PollPeriod, time, cancel));
                return;
            }
            catch (RestoreException) when (attempt < 3 && !AreFree(ports))
            {
                log.Warning("A port of the private etcd was taken; it is started again on others");
            }
            finally
            {
                // It has not come as far as to handle signals. Its files are made to survive this.
                etcd.Kill();
                await etcd.Exit;
            }
        }
    }

    async Task<bool> IsDone(EtcdProcess etcd, string what, Func<BoltFile, bool> done)
    {
        if (etcd.Exit.IsCompleted) throw new RestoreException($"the private etcd ended with {await etcd.Exit} before {what}");
        try
        {
            using var database = new BoltFile(Database);
            return done(database);
        }
        catch (InvalidDataException)
        {
            // It was written right then; the next look finds it whole.
            return false;
        }
    }

    string Configuration(int[] ports) => string.Create(CultureInfo.InvariantCulture, $"""
        name: private
        data-dir: {dataDirectory}
        listen-client-urls: http://127.0.0.1:{ports[0]}
        advertise-client-urls: http://127.0.0.1:{ports[0]}
        listen-peer-urls: http://127.0.0.1:{ports[1]}
        initial-advertise-peer-urls: http://127.0.0.1:{ports[1]}
        initial-cluster: private=http://127.0.0.1:{ports[1]}
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
