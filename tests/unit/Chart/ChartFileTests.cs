using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Druid.Kubernetes;
using Druid.Operator.Installation;
using Druid.Operator.Server;
using Druid.Operator.Webhooks;
using Druid.UnitTests.Api;

namespace Druid.UnitTests.Chart;

/// <summary>What the chart says of the operator is what the operator says of itself.</summary>
public sealed partial class ChartFileTests
{
    public static TheoryData<string> Files => [.. ChartFiles.All.Keys];

    [Theory, MemberData(nameof(Files))]
    public void Kinds_rights_and_webhooks_of_the_chart_are_those_of_the_operator(string file) => Golden.Same($"charts/druid/{file}", ChartFiles.All[file]);

    [Theory]
    [InlineData("charts/druid/files/rules.yaml")]
    [InlineData("charts/druid/files/dashboard.json")]
    public void Alerts_and_dashboard_ask_only_for_metrics_that_there_are(string file)
    {
        var measured = Measured();
        var asked = Metric().Matches(File.ReadAllText(Path.Combine(Golden.Root, file)))
            .Select(m => Suffix().Replace(m.Value, "")).Where(name => !name.Contains("leader_election", StringComparison.Ordinal)).ToHashSet();
        Assert.NotEmpty(asked);
        Assert.Empty(asked.Except(measured));
    }

    [Fact]
    public void Versions_of_chart_and_program_agree()
    {
        var chart = Yaml.Read(File.ReadAllText(Path.Combine(Golden.Root, "charts/druid/Chart.yaml")))!;
        var version = typeof(Installation).Assembly.GetName().Version!.ToString(3);
        Assert.Equal(version, chart["appVersion"]!.GetValue<string>());
        Assert.Equal(version, chart["version"]!.GetValue<string>());
    }

    [Fact]
    public void Every_value_of_the_chart_is_told_in_its_README()
    {
        var told = File.ReadAllText(Path.Combine(Golden.Root, "charts/druid/README.md"));
        Assert.DoesNotContain(Leaves("", Yaml.Read(File.ReadAllText(Path.Combine(Golden.Root, "charts/druid/values.yaml")))!), value => !told.Contains($"`{value}`", StringComparison.Ordinal));
    }

    static IEnumerable<string> Leaves(string path, JsonNode? node) => node is JsonObject { Count: > 0 } map && path is not ("resources" or "monitoring.dashboard.labels")
        ? map.SelectMany(m => Leaves(path.Length == 0 ? m.Key : $"{path}.{m.Key}", m.Value))
        : [path];

    static HashSet<string> Measured()
    {
        var names = new HashSet<string>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, _) => { lock (names) names.Add(instrument.Name); } };
        listener.Start();
        using var metrics = new OperatorMetrics();
        using var compactions = new CompactionMetrics();
        using var webhooks = new WebhookMetrics();
        using var clusters = new ClusterMetrics(() => []);
        using var client = new Druid.Kubernetes.Client.KubernetesClient(new() { Server = new("http://localhost") });
        using var queue = new Druid.Kubernetes.Runtime.WorkQueue<string>("q");
        return names;
    }

    [GeneratedRegex(@"\b(druid|etcddruid|workqueue|kubernetes_client)_[a-z_]+")]
    private static partial Regex Metric();

    [GeneratedRegex("_bucket$")]
    private static partial Regex Suffix();
}
