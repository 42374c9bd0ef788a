using System.Diagnostics.Metrics;
using Druid.Api;

namespace Druid.Operator.Server;

/// <summary>Counts clusters by state and members by role and health, from the caches, whenever somebody asks. Every replica tells the same.</summary>
sealed class ClusterMetrics : IDisposable
{
    readonly Meter meter = new(OperatorMetrics.MeterName);

    /// <param name="etcds">All Etcds as they are known now.</param>
    public ClusterMetrics(Func<IReadOnlyList<Etcd>> etcds)
    {
        meter.CreateObservableGauge("druid_clusters", () => Clusters(etcds()), description: "Clusters by machine region and state.");
        meter.CreateObservableGauge("druid_members", () => Members(etcds()), description: "Members by role and health.");
    }

    public void Dispose() => meter.Dispose();

    static IEnumerable<Measurement<int>> Clusters(IReadOnlyList<Etcd> etcds) => etcds
        .SelectMany(e => e.Status.Lifecycle?.Regions ?? [])
        .CountBy(region => (region.Name, region.State))
        .Select(c => new Measurement<int>(c.Value, new("region", c.Key.Name), new KeyValuePair<string, object?>("state", c.Key.State)));

    static IEnumerable<Measurement<int>> Members(IReadOnlyList<Etcd> etcds) => etcds
        .SelectMany(e => e.Status.Members)
        .CountBy(member => (Role: member.Role ?? "", member.Status))
        .Select(c => new Measurement<int>(c.Value, new("role", c.Key.Role), new KeyValuePair<string, object?>("health", c.Key.Status)));
}
