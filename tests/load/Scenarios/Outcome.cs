using Druid.LoadTests.Measuring;

namespace Druid.LoadTests.Scenarios;

/// <summary>What a scenario measured: counts first, then times, memory and CPU.</summary>
/// <param name="Scenario">Its name.</param>
/// <param name="Clusters">How many clusters there were.</param>
/// <param name="Figures">In the order in which they are reported.</param>
sealed record Outcome(string Scenario, int Clusters, IReadOnlyList<Figure> Figures)
{
    /// <summary>A figure by name.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public double this[string name] => Figures.Single(f => f.Name == name).Value;

    /// <summary>The figures of the operator's work between two samples.</summary>
    public static IEnumerable<Figure> Work(ProcessSample before, ProcessSample after)
    {
        var names = after.Requests.Keys.Order(StringComparer.Ordinal).ToList();
        yield return new("requests", after.AllRequests - before.AllRequests, "");
        foreach (var verb in names)
        {
            if (after.Requests[verb] - before.Requests.GetValueOrDefault(verb) is > 0 and var count) yield return new($"requests: {verb}", count, "");
        }
        yield return new("of them events", Difference("kubernetes_client_requests_total", "resource=\"events\""), "");
        yield return new("of them to Etcds", Difference("kubernetes_client_requests_total", "resource=\"etcds\""), "");
        yield return new("reconciles", Difference("druid_reconcile_total"), "");
        yield return new("failed reconciles", Difference("druid_reconcile_total", "outcome=\"error\""), "");
        yield return new("CPU", after.CpuSeconds - before.CpuSeconds, "s");
        yield return new("memory, resident", after.ResidentMegabytes, "MB");
        yield return new("memory, its own", after.OwnMegabytes, "MB");
        yield return new("memory, peak resident", after.PeakMegabytes, "MB");
        yield return new("queue wait p99, at most", after.Metrics.Quantile(before.Metrics, "workqueue_queue_duration_seconds", 0.99), "s");

        double Difference(string name, params string[] labels) => after.Metrics.Sum(name, labels) - before.Metrics.Sum(name, labels);
    }
}

/// <summary>One figure.</summary>
/// <param name="Name">What.</param>
/// <param name="Value">How much.</param>
/// <param name="Unit">Of what; empty for a count.</param>
sealed record Figure(string Name, double Value, string Unit);
