using System.Diagnostics.Metrics;
using Druid.Operator.Server;

namespace Druid.Operator.Webhooks;

/// <summary>Measures webhooks: <c>druid_webhook_duration_seconds</c> by <c>webhook</c> and <c>outcome</c> (allowed, denied, failed).</summary>
sealed class WebhookMetrics : IDisposable
{
    readonly Meter meter = new(OperatorMetrics.MeterName);
    readonly Histogram<double> duration;

    public WebhookMetrics() =>
        duration = meter.CreateHistogram<double>("druid_webhook_duration_seconds", "s", "Time from the arrival of a review to its answer, by webhook and outcome.");

    public void Answered(string webhook, string outcome, TimeSpan took) =>
        duration.Record(took.TotalSeconds, new("webhook", webhook), new KeyValuePair<string, object?>("outcome", outcome));

    public void Dispose() => meter.Dispose();
}
