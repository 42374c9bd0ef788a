using System.Diagnostics.Metrics;

namespace Druid.Operator.Server;

/// <summary>What the operator counts besides the requests, which the client counts.</summary>
sealed class OperatorMetrics : IDisposable
{
    public const string MeterName = "Druid.Operator";

    readonly Meter meter = new(MeterName);
    readonly Counter<long> transitions;
    readonly Counter<long> reconciles;
    readonly Histogram<double> duration;
    readonly Counter<long> actions;

    public OperatorMetrics()
    {
        transitions = meter.CreateCounter<long>("druid_machine_transitions_total", description: "State changes by machine region and states.");
        reconciles = meter.CreateCounter<long>("druid_reconcile_total", description: "Reconciles by outcome.");
        duration = meter.CreateHistogram<double>("druid_reconcile_duration_seconds", unit: "s", description: "Time of one reconcile, its API requests included.");
        actions = meter.CreateCounter<long>("druid_actions_total", description: "Actions by kind and outcome.");
    }

    public void Transition(string region, string from, string to) =>
        transitions.Add(1, new("region", region), new("from", from), new("to", to));

    public void Reconcile(string outcome, TimeSpan took)
    {
        reconciles.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
        duration.Record(took.TotalSeconds);
    }

    public void Action(string action, bool succeeded) =>
        actions.Add(1, new("action", action), new("outcome", succeeded ? "success" : "error"));

    public void Dispose() => meter.Dispose();
}
