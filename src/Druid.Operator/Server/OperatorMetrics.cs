using System.Diagnostics.Metrics;

namespace Druid.Operator.Server;

/// <summary>What the operator counts of its own work; requests and queues are counted by the client and its runtime.</summary>
sealed class OperatorMetrics : IDisposable
{
    public const string MeterName = "Druid.Operator";

    // From the blink of a reconcile to a cluster that has been ready for a month.
    static readonly double[] Stays = [0.1, 1, 5, 15, 60, 300, 900, 3600, 14400, 86400, 604800, 2592000];

    readonly Meter meter = new(MeterName);
    readonly Counter<long> transitions;
    readonly Histogram<double> stays;
    readonly Counter<long> reconciles;
    readonly Histogram<double> duration;
    readonly Counter<long> actions;
    volatile bool leading;

    public OperatorMetrics()
    {
        transitions = meter.CreateCounter<long>("druid_machine_transitions_total", description: "State changes by machine region and states.");
        stays = meter.CreateHistogram("druid_machine_state_duration_seconds", "s", "Time that clusters were in a state, told when they leave it.", tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = Stays });
        reconciles = meter.CreateCounter<long>("druid_reconcile_total", description: "Reconciles by outcome.");
        duration = meter.CreateHistogram<double>("druid_reconcile_duration_seconds", unit: "s", description: "Time of one reconcile by outcome, its API requests included.");
        actions = meter.CreateCounter<long>("druid_actions_total", description: "Actions by kind and outcome.");
        meter.CreateObservableGauge("druid_leading", () => leading ? 1 : 0, description: "1 where this process acts, 0 where it waits for its turn.");
    }

    /// <summary>A machine changed its state.</summary>
    /// <param name="region">Which region of it.</param>
    /// <param name="from">The state it left.</param>
    /// <param name="to">The state it entered.</param>
    /// <param name="stayed">How long it was in the state it left; null where nobody recorded it.</param>
    public void Transition(string region, string from, string to, TimeSpan? stayed = null)
    {
        transitions.Add(1, new("region", region), new("from", from), new("to", to));
        if (stayed is { } time)
        {
            stays.Record(time.TotalSeconds, new("region", region), new KeyValuePair<string, object?>("state", from));
        }
    }

    /// <summary>A cluster was reconciled.</summary>
    public void Reconcile(string outcome, TimeSpan took)
    {
        var tag = new KeyValuePair<string, object?>("outcome", outcome);
        reconciles.Add(1, tag);
        duration.Record(took.TotalSeconds, tag);
    }

    /// <summary>An action was carried out, or failed to be.</summary>
    public void Action(string action, bool succeeded) =>
        actions.Add(1, new("action", action), new("outcome", succeeded ? "success" : "error"));

    /// <summary>This process begins to act, or ends.</summary>
    public void Leads(bool now) => leading = now;

    public void Dispose() => meter.Dispose();
}
