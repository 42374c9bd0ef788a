using System.CommandLine;
using Druid.Http;
using Druid.Kubernetes.Client;
using Druid.Member.Metrics;
using Druid.Member.Restore;
using Druid.Member.Sidecar;
using Druid.Member.Snapshots;
using Druid.Member.Stores;
using Microsoft.AspNetCore.Http;
using Serilog;

namespace Druid.Member.Commands;

/// <summary><c>druid-member compact</c>, as the compaction job runs it.</summary>
static class CompactCommand
{
    static readonly TimeSpan LeaseTimeout = TimeSpan.FromSeconds(5);

    public static Command Create(LogFlags logging)
    {
        var (store, restore, leases, own) = (new StoreFlags(), new RestoreFlags(), new SnapshotLeaseFlags(), new CompactFlags());
        var command = new Command("compact", "Replaces the latest full snapshot and its deltas by one new full snapshot. The cluster is not touched.");
        foreach (var group in new FlagGroup[] { store, restore, leases, own, logging }) group.AddTo(command);
        command.SetAction((parsed, cancel) => OneShot.Run(parsed, logging, async (log, stop) =>
        {
            Func<string, string?> environment = Environment.GetEnvironmentVariable;
            var options = store.Read(parsed, environment) ?? throw new FormatException("--storage-provider is missing: name the store to compact");
            var page = new MetricsPage();
            var metrics = new BackupMetrics(page, () => null, () => false);
            await using var opened = new StoreFactory(environment, TimeProvider.System).Open(options);
            using var kubernetes = leases.Read(parsed) is null ? null : new KubernetesClient(ClusterConfiguration.Detect());
            ISnapshotLeases noted = kubernetes is null ? new NoSnapshotLeases()
                : new KubernetesSnapshotLeases(kubernetes, environment("POD_NAMESPACE") ?? throw new FormatException("the environment variable POD_NAMESPACE is not set: the leases are in the pod's namespace"),
                    leases.Read(parsed)!, LeaseTimeout, log, TimeProvider.System);
            await new Compactor(opened, restore.Read(parsed), noted, metrics, log, TimeProvider.System).Compact(own.Defragments(parsed), own.Limits(parsed), stop);
            await ServeMetrics(page, own.ScrapeWait(parsed), log, stop);
        }, cancel));
        return command;
    }

    // Prometheus comes by every minute or so: what the job counted would be gone with it.
    static async Task ServeMetrics(MetricsPage page, TimeSpan wait, ILogger log, CancellationToken cancel)
    {
        if (wait <= TimeSpan.Zero) return;
        await using var server = await HttpServer.Start([new(CompactFlags.MetricsPort)], context =>
        {
            context.Response.ContentType = MetricsPage.ContentType;
            return context.Response.WriteAsync(page.Render(), context.RequestAborted);
        }, cancel);
        log.Information("Metrics are served on port {Port} for {Wait}", server.Port, wait);
        await Task.Delay(wait, cancel);
    }
}

/// <summary>Flags of <c>compact</c> alone.</summary>
sealed class CompactFlags : FlagGroup
{
    /// <summary>The port of the metrics: that of the sidecar, where Prometheus looks.</summary>
    public const int MetricsPort = 8080;

    readonly Option<Toggle> _defragments;
    readonly Option<TimeSpan> _defragmentation;
    readonly Option<TimeSpan> _snapshot;
    readonly Option<TimeSpan> _scrape;

    public CompactFlags()
    {
        _defragments = Switch("defragment", true, "Rewrite the database without its holes before it is stored.");
        _defragmentation = Span("etcd-defrag-timeout", TimeSpan.FromMinutes(8), "Time that this may take.");
        _snapshot = Span("etcd-snapshot-timeout", TimeSpan.FromMinutes(30), "Time that storing the new snapshot may take.");
        _scrape = Span("metrics-scrape-wait-duration", TimeSpan.Zero, "How long to serve metrics after the end.");
    }

    public bool Defragments(ParseResult parsed) => parsed.GetValue(_defragments);

    public CompactLimits Limits(ParseResult parsed) => new(parsed.GetValue(_defragmentation), parsed.GetValue(_snapshot));

    public TimeSpan ScrapeWait(ParseResult parsed) => parsed.GetValue(_scrape);
}
