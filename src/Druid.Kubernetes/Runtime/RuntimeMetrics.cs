using System.Diagnostics.Metrics;

namespace Druid.Kubernetes.Runtime;

/// <summary>Measures a queue: <c>workqueue_depth</c> and <c>workqueue_queue_duration_seconds</c>, by <c>name</c>.</summary>
sealed class QueueMetrics : IDisposable
{
    readonly Meter _meter = new("Druid.Kubernetes");
    readonly Histogram<double> _waited;
    readonly KeyValuePair<string, object?> _name;

    public QueueMetrics(string name, Func<int> depth)
    {
        _name = new("name", name);
        _meter.CreateObservableGauge("workqueue_depth", () => new Measurement<int>(depth(), _name), "{key}", "Keys that wait to be taken.");
        _waited = _meter.CreateHistogram<double>("workqueue_queue_duration_seconds", "s", "How long keys wait to be taken.");
    }

    public void Taken(TimeSpan waited) => _waited.Record(waited.TotalSeconds, _name);

    public void Dispose() => _meter.Dispose();
}

/// <summary>Measures a controller: <c>controller_reconcile_total</c> by <c>controller</c> and <c>result</c>, and <c>controller_reconcile_duration_seconds</c>.</summary>
sealed class ControllerMetrics : IDisposable
{
    readonly Meter _meter = new("Druid.Kubernetes");
    readonly Counter<long> _reconciles;
    readonly Histogram<double> _durations;
    readonly KeyValuePair<string, object?> _name;

    public ControllerMetrics(string name)
    {
        _name = new("controller", name);
        _reconciles = _meter.CreateCounter<long>("controller_reconcile_total", "{reconcile}", "Reconciles by result: done, requeued, failed.");
        _durations = _meter.CreateHistogram<double>("controller_reconcile_duration_seconds", "s", "How long reconciles take.");
    }

    public void Reconciled(string result, TimeSpan took)
    {
        _reconciles.Add(1, _name, new("result", result));
        _durations.Record(took.TotalSeconds, _name);
    }

    public void Dispose() => _meter.Dispose();
}
