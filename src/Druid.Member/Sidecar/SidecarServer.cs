using Druid.Kubernetes.Client;
using Druid.Member.Configuration;
using Druid.Member.Data;
using Druid.Member.Etcd;
using Druid.Member.Http;
using Druid.Member.Membership;
using Druid.Member.Metrics;
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
        var metrics = new MembershipMetrics(page, () => config.Current.Size, () => keeper?.Status?.IsLearner);
        var cluster = new ClusterGateway(etcd, () => Others(options, config.Current, member), metrics, log, time);

        keeper = new MemberKeeper(etcd, cluster, () => served.PeerUrls, options.CheckPeriod, log, time);
        var heartbeat = new Heartbeat(etcd, lease, config, member, options.Heartbeat, log, time);
        keeper.Changed += heartbeat.Hasten;
        var initialization = new Initialization(
            (_, cancel) => new MemberPreparation(config.Current, member, data, cluster, lease, log, time).Prepare(cancel), log);
        var api = new SidecarApi(options, config, member, initialization, served, keeper, new MembershipApi(etcd), page, stop);

        await using var server = await HttpServer.Start(options.Port, options.Identity, api.Answer, stop);
        log.Information("The sidecar of {Member} listens on port {Port}", member, server.Port);
        try
        {
            await Task.WhenAll(keeper.Run(stop), options.RenewsLease ? heartbeat.Run(stop) : Task.CompletedTask);
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

    /// <summary>Where the cluster can be asked by a member that is not part of it: at its Service, and at the other members.</summary>
    static Uri[] Others(SidecarOptions options, ClusterConfig config, string member) =>
        [.. options.ServiceEndpoints.Concat(config.ClientUrlsOfOthers(member).Select(url => new Uri(url))).Distinct()];
}
