using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Druid.Kubernetes.Resources;
using Druid.Operator.Health;
using Druid.Operator.Observers;
using Druid.StateMachine.Etcd;

namespace Druid.Operator.Server;

/// <summary>What dashboards of the API's installations read about compactions: names and labels are those of the contract.</summary>
sealed class CompactionMetrics : IDisposable
{
    static readonly double[] Minutes = [60, 300, 600, 900, 1200, 1800];

    readonly Meter meter = new(OperatorMetrics.MeterName);
    readonly Counter<long> jobs;
    readonly Counter<long> snapshots;
    readonly Histogram<double> duration;
    readonly ConcurrentDictionary<ObjectKey, (bool Running, long Deltas)> clusters = new();

    public CompactionMetrics()
    {
        jobs = meter.CreateCounter<long>("etcddruid_compaction_jobs_total", description: "Compaction jobs that ended.");
        snapshots = meter.CreateCounter<long>("etcddruid_compaction_full_snapshot_triggered_total", description: "Full snapshots taken instead of a compaction.");
        duration = meter.CreateHistogram("etcddruid_compaction_job_duration_seconds", "s", "Time that compaction jobs ran.", tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = Minutes });
        meter.CreateObservableGauge("etcddruid_compaction_jobs_current", () => ByNamespace(c => c.Running ? 1 : 0), description: "Compaction jobs that run.");
        meter.CreateObservableGauge("etcddruid_compaction_num_delta_events", () => ByNamespace(c => c.Deltas), description: "Events since the last full snapshot, that is, to be compacted.");
    }

    /// <summary>What was seen of a cluster with a store.</summary>
    public void Seen(ClusterObjects objects, ClusterView view)
    {
        if (view.Backup.Configured)
        {
            clusters[objects.Etcd.Key] = (view.Backup.Job == JobState.Running, view.Backup.DeltaRevisions);
        }
        else
        {
            Forget(objects.Etcd.Key);
        }
    }

    /// <summary>A cluster is gone.</summary>
    public void Forget(ObjectKey etcd) => clusters.TryRemove(etcd, out _);

    /// <summary>A compaction ended.</summary>
    public void Ended(ObjectKey etcd, CompactionEnd end)
    {
        var succeeded = new KeyValuePair<string, object?>("succeeded", end.Succeeded ? "true" : "false");
        var ns = new KeyValuePair<string, object?>("etcd_namespace", etcd.Namespace);
        if (!end.ByJob)
        {
            snapshots.Add(1, succeeded, ns);
            return;
        }
        var reason = new KeyValuePair<string, object?>("failureReason", end.FailureReason);
        jobs.Add(1, succeeded, reason, ns);
        if (end.Took is { Ticks: > 0 } took)
        {
            duration.Record(took.TotalSeconds, succeeded, reason, ns);
        }
    }

    public void Dispose() => meter.Dispose();

    IEnumerable<Measurement<long>> ByNamespace(Func<(bool Running, long Deltas), long> amount) => clusters
        .GroupBy(c => c.Key.Namespace)
        .Select(g => new Measurement<long>(g.Sum(c => amount(c.Value)), new KeyValuePair<string, object?>("etcd_namespace", g.Key)));
}
