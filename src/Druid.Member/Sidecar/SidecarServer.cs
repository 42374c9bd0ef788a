using Druid.Http;
using Druid.Kubernetes.Client;
using Druid.Member.Configuration;
using Druid.Member.Data;
using Druid.Member.Etcd;
using Druid.Member.Http;
using Druid.Member.Maintenance;
using Druid.Member.Membership;
using Druid.Member.Metrics;
using Druid.Member.Snapshots;
using Druid.Member.Stores;
using Serilog;

namespace Druid.Member.Sidecar;

/// <summary>The agent beside etcd, put together and run until it is told to stop.</summary>
static class SidecarServer
{
    static readonly TimeSpan LeaseTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Runs the sidecar.</summary>
    /// <exception cref="ConfigException">The mounted configuration cannot be used.</exception>
    /// <exception cref="ConfigurationException">A lease is to be renewed, but the API server cannot be found.</exception>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task Run(SidecarOptions options, ILogger log, TimeProvider time, CancellationToken stop)
    {
        var config = new ConfigSource(options.ConfigFile);
        var member = config.Current.MemberName(options.PodName);
        var data = new DataDirectory(config.Current.DataDirectory);
        var served = new ServedConfig(data.Volume);

        using var kubernetes = options.RenewsLease ? new KubernetesClient(ClusterConfiguration.Detect()) : null;
        IMemberLease lease = kubernetes is null ? new NoMemberLease() : new KubernetesMemberLease(kubernetes, options.PodNamespace, member, LeaseTimeout, time);
        using var etcd = new EtcdClient(ClientOptions(options, time));
        var page = new MetricsPage();
        MemberKeeper? keeper = null;
        Heartbeat? heartbeat = null;
        var health = new BackupHealth();
        var metrics = new MembershipMetrics(page, () => config.Current.Size, () => keeper?.Status?.IsLearner);
        var backupMetrics = new BackupMetrics(page, () => keeper?.Status?.Header.Revision, () => health.Trouble is not null);
        var spaceMetrics = new SpaceMetrics(page, () => keeper?.Status is { } status ? Space.IsExhausted(status) : null);
        var cluster = new ClusterGateway(etcd, () => Others(options, config.Current, member), metrics, log, time);
        await using var store = options.Store is null ? null : new StoreFactory(Environment.GetEnvironmentVariable, time).Open(options.Store);

        keeper = new MemberKeeper(etcd, cluster, () => served.PeerUrls, id => !options.RenewsLease || heartbeat?.AnnounceVote(id) == true, options.CheckPeriod, log, time);
        var addresses = new PeerUrlKeeper(member, cluster, () => served.PeerUrls, () => keeper.Status is not null, log, time);
        var validator = new DataValidator(options.Restore, options.PodNamespace, backupMetrics, log, time);
        var backups = new BackupSource(store, options.Restore, backupMetrics, log, time);
        var initialization = new Initialization((request, cancel) => new MemberPreparation(config.Current, member, data, validator, backups, cluster, lease, log, time)
            .Prepare(request.Full, request.FailBelowRevision, cancel), log, time);
        using var wrapper = new WrapperClient(new UriBuilder(options.Endpoints[0]) { Port = options.WrapperPort }.Uri, options.EtcdTls);
        var follower = new TaskFollower(() => initialization.Result?.Task, wrapper.StopEtcd, log);
        heartbeat = new Heartbeat(etcd, lease, config, member, follower, options.Heartbeat, log, time);
        keeper.Changed += heartbeat.Hasten;

        using var snapshotLeaseClient = options.SnapshotLeases is null ? null : kubernetes ?? new KubernetesClient(ClusterConfiguration.Detect());
        ISnapshotLeases snapshotLeases = snapshotLeaseClient is null ? new NoSnapshotLeases()
            : new KubernetesSnapshotLeases(snapshotLeaseClient, options.PodNamespace, options.SnapshotLeases!, LeaseTimeout, log, time);
        var working = etcd.Within(options.Snapshots.CallTimeout);
        var snapshotter = store is null ? null : new Snapshotter(working, store, snapshotLeases, options.Snapshots, backupMetrics, health, log, time);
        using var defragmentation = new Defragmentation(etcd, options.Defragmentation, backupMetrics, log, time);
        var leaderWork = new LeaderWork(keeper,
        [
            defragmentation.Run,
            new SpaceKeeper(etcd, () => keeper.Status, () => served.Quota, defragmentation, spaceMetrics, options.CheckPeriod, log, time).Run,
            .. store is null ? Array.Empty<Func<CancellationToken, Task>>() : [snapshotter!.Run, new GarbageCollector(store, options.Retention, backupMetrics, log, time).Run],
        ], health, log);
        using var leader = new LeaderAgent(etcd, options.Identity is null ? null : options.EtcdTls, url => AgentBeside(url, options), options.Snapshots.SnapshotTimeout);
        var snapshotApi = new SnapshotApi(store, options.Store?.Prefix ?? "", snapshotter, leader, () => keeper.Status);
        var api = new SidecarApi(options, config, member, initialization, served, keeper, health, new MembershipApi(etcd), snapshotApi, page, stop);

        await using var server = await HttpServer.Start([AgentHttp.Endpoint(options.Port, options.Identity)], api.Answer, stop);
        log.Information("The sidecar of {Member} listens on port {Port}", member, server.Port);
        Heap.GiveBackLater();
        try
        {
            await Task.WhenAll(keeper.Run(stop), addresses.Run(stop), leaderWork.Run(stop), options.RenewsLease ? heartbeat.Run(stop) : Task.CompletedTask);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            log.Information("The sidecar of {Member} stops", member);
        }
    }

    static EtcdClientOptions ClientOptions(SidecarOptions options, TimeProvider time) => new()
    {
        Endpoints = options.Endpoints,
        Tls = options.EtcdTls,
        Username = options.Username,
        Password = options.Password,
        CallTimeout = options.CheckTimeout,
        Time = time,
    };

    static Uri AgentBeside(Uri clientUrl, SidecarOptions options) =>
        new UriBuilder(options.Identity is null ? "http" : "https", clientUrl.Host, options.Port).Uri;

    /// <summary>Where the cluster can be asked by a member that is not part of it: at its Service, and at the other members.</summary>
    static Uri[] Others(SidecarOptions options, ClusterConfig config, string member) =>
        [.. options.ServiceEndpoints.Concat(config.ClientUrlsOfOthers(member).Select(url => new Uri(url))).Distinct()];
}
