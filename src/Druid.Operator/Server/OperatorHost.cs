using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;
using Druid.Kubernetes.Runtime;
using Druid.Operator.Actions;
using Druid.Operator.Agents;
using Druid.Operator.Components;
using Druid.Operator.Configuration;
using Druid.Operator.Controllers;
using Druid.Operator.Health;
using Druid.Operator.Images;
using Druid.Operator.Observers;
using Druid.Operator.Tracing;
using Druid.Operator.Webhooks;
using Serilog;

namespace Druid.Operator.Server;

/// <summary>The operator as a process: caches follow the server at once, the controllers work while this process leads.</summary>
/// <param name="cluster">The API server.</param>
/// <param name="configuration">The configuration.</param>
/// <param name="images">Where images come from.</param>
/// <param name="log">The log.</param>
sealed class OperatorHost(ClusterConfiguration cluster, OperatorConfiguration configuration, ImageVector images, ILogger log)
{
    const string UserAgent = "druid-operator";

    /// <summary>Told of every request; for tests that count them.</summary>
    public IRequestObserver? Requests { get; init; }

    /// <inheritdoc cref="ClientOptions.Wrap"/>
    public Func<HttpMessageHandler, HttpMessageHandler>? Wrap { get; init; }

    /// <summary>Runs until cancelled; true when it was, false when leadership was lost and the process should start anew.</summary>
    public async Task<bool> Run(CancellationToken stop)
    {
        using var metrics = new OperatorMetrics();
        using var traces = Tracer.Start(configuration.Tracing);
        using var text = new PrometheusText(new HashSet<string> { OperatorMetrics.MeterName, "Druid.Kubernetes" });
        using var client = new KubernetesClient(cluster, new()
        {
            QueriesPerSecond = configuration.ClientConnection.Qps,
            Burst = configuration.ClientConnection.Burst,
            UserAgent = UserAgent,
            Observer = Requests,
            Wrap = Wrap,
        });
        // Reads and the lease do not wait behind a storm of writes.
        using var following = new KubernetesClient(cluster, new() { UserAgent = UserAgent, Observer = Requests, Wrap = Wrap });
        var observer = new RuntimeLog(log);
        var recent = new RecentWrites(TimeProvider.System);
        var cache = new ClusterCache(following, recent, observer);
        using var clusters = new ClusterMetrics(cache.Etcds.Store.All);
        using var process = new ProcessMetrics();
        using var webhooks = WebhookService.Of(configuration, cache, following, observer, log);
        await using var server = await OperatorServer.Start(
            configuration.Server.Metrics.BindAddress, configuration.Server.Metrics.Port, text,
            ready: () => cache.Synced.IsCompletedSuccessfully ? webhooks?.NotReady : "The caches are being filled.",
            webhooks?.Endpoint, stop);

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var caching = webhooks is null ? cache.Run(ended.Token) : Task.WhenAny(cache.Run(ended.Token), webhooks.Run(ended.Token)).Unwrap();
        try
        {
            var leading = Lead(client, following, cache, recent, metrics, observer, ended.Token);
            // Caches never end by themselves: one that does has failed, and nothing may be decided without it.
            await await Task.WhenAny(leading, caching);
            return await leading;
        }
        finally
        {
            await ended.CancelAsync();
            await caching.ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    async Task<bool> Lead(
        KubernetesClient client, KubernetesClient following, ClusterCache cache, RecentWrites recent, OperatorMetrics metrics, RuntimeLog observer, CancellationToken stop)
    {
        if (!configuration.LeaderElection.Enabled)
        {
            await Work(client, cache, recent, metrics, observer, stop);
            return true;
        }
        var election = new LeaderElection(following, new()
        {
            Lease = new(following.Namespace, configuration.LeaderElection.ResourceName),
            Identity = $"{Environment.MachineName}_{Guid.NewGuid():N}",
            LeaseDuration = configuration.LeaderElection.LeaseDuration,
            RenewDeadline = configuration.LeaderElection.RenewDeadline,
            RetryPeriod = configuration.LeaderElection.RetryPeriod,
            Observer = observer,
        });
        // A deposed leader's late write is refused here, before it is sent.
        return await election.Run((term, over) => Work(client.GuardedBy(term), cache, recent, metrics, observer, over), stop);
    }

    async Task Work(KubernetesClient client, ClusterCache cache, RecentWrites recent, OperatorMetrics metrics, RuntimeLog observer, CancellationToken stop)
    {
        var settings = configuration.Controllers.Etcd;
        var thresholds = new MemberThresholds(settings.EtcdMember.UnknownThreshold, settings.EtcdMember.NotReadyThreshold);
        var compaction = CompactionOf(configuration.Controllers.Compaction);
        var clusters = new ClusterObserver(new()
        {
            Images = images,
            AutoReconcile = settings.EnableEtcdSpecAutoReconcile,
            UpdateStrategy = configuration.Features.IsOn(FeatureGates.RollingUpdate) ? UpdateStrategy.RollingUpdate : UpdateStrategy.OnDelete,
            UpgradeEtcdVersion = configuration.Features.IsOn(FeatureGates.UpgradeEtcdVersion),
            AutomountServiceAccountToken = !settings.DisableEtcdServiceAccountAutomount,
            Compaction = compaction,
            Server = ServerFeatures.Of(await VersionOf(client, stop)),
        });
        using var compactions = new CompactionMetrics();
        var events = new EventRecorder(client, new() { Component = UserAgent, Observer = observer });
        var agents = new AgentClient(new(client));
        Controller<ObjectKey>? controller = null;
        var desk = new AgentDesk(agents, TimeProvider.System, log, answered: key => controller?.Enqueue(key), stop);
        var executor = new ActionExecutor(client, clusters, agents, desk, recent);
        var pending = new PendingStatuses(TimeProvider.System, log);
        var recorder = new StatusRecorder(client, cache, events, recent, pending, thresholds, TimeProvider.System, log);
        var entries = new SecretEntries(client, cache.Secrets.Store);
        var reader = new ClusterReader(cache, desk, entries, pending);
        var etcds = new EtcdController(reader, clusters, executor, desk, recorder, compaction, metrics, compactions, TimeProvider.System, log);
        controller = new("etcd", etcds.Reconcile, new() { Workers = settings.ConcurrentSyncs, Observer = observer });
        Sources.AddTo(controller, cache, thresholds);
        var silent = new SilentMembers(cache.Leases.Store.All, thresholds, TimeProvider.System);
        var others = Tasks(client, cache, reader, entries, recent, agents, events, observer, stop).Append(Secrets(client, cache, observer));
        metrics.Leads(true);
        try
        {
            // What is decided rests on all that is there: without the Etcds, a task would be rejected for good.
            await cache.Synced.WaitAsync(stop);
            await Task.WhenAll([controller.Run(stop), silent.Run(controller.Enqueue, stop), events.Run(stop), .. others.Select(c => c.Run(stop))]);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Its end, as asked for.
        }
        finally
        {
            metrics.Leads(false);
        }
    }

    // The first question of all. Nothing can be applied before it is answered, and a process that ended would only ask it anew.
    async Task<ServerVersion> VersionOf(KubernetesClient client, CancellationToken stop)
    {
        var pauses = new Backoff(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(30));
        for (var failures = 0; ; failures++)
        {
            try
            {
                return await client.ServerVersion(stop);
            }
            catch (KubernetesException refused)
            {
                log.Warning("The API server does not say which version it is, and is asked again: {Reason}", refused.Message);
                await Task.Delay(pauses.After(failures), stop);
            }
        }
    }

    IEnumerable<Controller<ObjectKey>> Tasks(
        KubernetesClient client, ClusterCache cache, ClusterReader reader, SecretEntries entries, RecentWrites recent, AgentClient agents, EventRecorder events,
        RuntimeLog observer, CancellationToken stop)
    {
        var copying = configuration.Controllers.EtcdCopyBackupsTask;
        if (copying.Enabled)
        {
            var copies = new CopyBackupsController(cache, client, recent, entries, images, configuration.Features.IsOn(FeatureGates.UpgradeEtcdVersion), events, TimeProvider.System, log);
            var controller = new Controller<ObjectKey>("copy-backups-task", copies.Reconcile, new() { Workers = copying.ConcurrentSyncs, Observer = observer });
            Sources.AddTo(controller, cache);
            yield return controller;
        }
        var settings = configuration.Controllers.EtcdOpsTask;
        Controller<ObjectKey>? operations = null;
        var desk = new TaskDesk(agents, settings.RequeueInterval, TimeProvider.System, answered: key => operations?.Enqueue(key), stop);
        var tasks = new OpsTaskController(cache, reader, client, recent, desk, events, TimeProvider.System, log);
        operations = new("ops-task", tasks.Reconcile, new() { Workers = settings.ConcurrentSyncs, Observer = observer });
        yield return operations.For(cache.OpsTasks);
    }

    Controller<ObjectKey> Secrets(KubernetesClient client, ClusterCache cache, RuntimeLog observer)
    {
        var controller = new Controller<ObjectKey>(
            "secret", new SecretController(cache, client).Reconcile, new() { Workers = configuration.Controllers.Secret.ConcurrentSyncs, Observer = observer });
        Sources.AddSecretsTo(controller, cache);
        return controller;
    }

    static CompactionOptions CompactionOf(CompactionConfiguration settings) =>
        new(settings.Enabled, settings.EventsThreshold, settings.TriggerFullSnapshotThreshold, settings.RetryPeriod)
        {
            ActiveDeadline = settings.ActiveDeadlineDuration,
            MetricsScrapeWait = settings.MetricsScrapeWaitDuration,
        };
}
