using Druid.Operator.Configuration;
using Druid.Operator.Server;

namespace Druid.UnitTests.Operator;

/// <summary>What someone who configures the operator relies on.</summary>
public sealed class ConfigurationTests
{
    [Fact]
    public void An_empty_file_gives_the_defaults_of_the_contract()
    {
        var configuration = OperatorConfiguration.Parse("");
        Assert.Equal((100, 150), (configuration.ClientConnection.Qps, configuration.ClientConnection.Burst));
        Assert.Equal("druid-leader-election", configuration.LeaderElection.ResourceName);
        Assert.Equal(3, configuration.Controllers.Etcd.ConcurrentSyncs);
        Assert.False(configuration.Controllers.Etcd.EnableEtcdSpecAutoReconcile);
    }

    [Fact]
    public void What_is_not_said_keeps_its_default()
    {
        var configuration = OperatorConfiguration.Parse("controllers: {etcd: {concurrentSyncs: 9}}");
        Assert.Equal(9, configuration.Controllers.Etcd.ConcurrentSyncs);
        Assert.Equal(TimeSpan.FromMinutes(5), configuration.Controllers.Etcd.EtcdMember.NotReadyThreshold.ToTimeSpan());
    }

    [Fact]
    public void An_unknown_field_is_refused_by_name()
    {
        var error = Assert.Throws<ConfigurationException>(() => OperatorConfiguration.Parse("controllers: {etcd: {concurentSyncs: 9}}"));
        Assert.Contains("concurentSyncs", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_errors_are_told_at_once()
    {
        var error = Assert.Throws<ConfigurationException>(() => OperatorConfiguration.Parse("""
            clientConnection: {qps: -1}
            leaderElection: {leaseDuration: 5s, renewDeadline: 10s}
            server: {metrics: {port: 99999}}
            logging: {logLevel: loud}
            """));
        foreach (var field in (string[])["clientConnection.qps", "leaderElection.renewDeadline", "server.metrics.port", "logging.logLevel"])
        {
            Assert.Contains(field, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Metrics_are_written_as_Prometheus_reads_them()
    {
        using var text = new PrometheusText(new HashSet<string> { OperatorMetrics.MeterName });
        using var metrics = new OperatorMetrics();
        metrics.Transition("lifecycle", "Creating", "Ready");
        metrics.Transition("lifecycle", "Creating", "Ready");
        metrics.Reconcile("success", TimeSpan.FromMilliseconds(3));
        var written = text.Write();
        Assert.Contains("# TYPE druid_machine_transitions_total counter\n", written, StringComparison.Ordinal);
        Assert.Contains("druid_machine_transitions_total{region=\"lifecycle\",from=\"Creating\",to=\"Ready\"} 2\n", written, StringComparison.Ordinal);
        Assert.Contains("druid_reconcile_duration_seconds_bucket{outcome=\"success\",le=\"0.005\"} 1\n", written, StringComparison.Ordinal);
        Assert.Contains("druid_reconcile_duration_seconds_count{outcome=\"success\"} 1\n", written, StringComparison.Ordinal);
    }

    [Fact]
    public void Clusters_and_members_are_counted_as_they_are_now_and_forgotten_when_they_are_gone()
    {
        using var text = new PrometheusText(new HashSet<string> { OperatorMetrics.MeterName });
        IReadOnlyList<Druid.Api.Etcd> etcds = [Etcd("Ready"), Etcd("Ready"), Etcd("Creating")];
        using var metrics = new ClusterMetrics(() => etcds);
        Assert.Contains("druid_clusters{region=\"lifecycle\",state=\"Ready\"} 2\n", text.Write(), StringComparison.Ordinal);
        Assert.Contains("druid_members{role=\"Leader\",health=\"Ready\"} 3\n", text.Write(), StringComparison.Ordinal);
        etcds = [Etcd("Creating")];
        Assert.DoesNotContain("state=\"Ready\"", text.Write(), StringComparison.Ordinal);
        Assert.Contains("druid_clusters{region=\"lifecycle\",state=\"Creating\"} 1\n", text.Write(), StringComparison.Ordinal);
    }

    [Fact]
    public void How_long_a_cluster_was_in_a_state_is_told_when_it_leaves_it()
    {
        using var text = new PrometheusText(new HashSet<string> { OperatorMetrics.MeterName });
        using var metrics = new OperatorMetrics();
        metrics.Transition("lifecycle", "Creating", "Ready", TimeSpan.FromSeconds(30));
        Assert.Contains("druid_machine_state_duration_seconds_bucket{region=\"lifecycle\",state=\"Creating\",le=\"60\"} 1\n", text.Write(), StringComparison.Ordinal);
        Assert.Contains("druid_machine_state_duration_seconds_bucket{region=\"lifecycle\",state=\"Creating\",le=\"15\"} 0\n", text.Write(), StringComparison.Ordinal);
    }

    static Druid.Api.Etcd Etcd(string state) => new()
    {
        Metadata = new() { Name = "e", Namespace = "ns" },
        Status = new()
        {
            Lifecycle = new() { Regions = [new() { Name = "lifecycle", State = state }] },
            Members = [new() { Name = "e-0", Role = "Leader", Status = "Ready" }],
        },
    };
}
