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

    /// <summary>The figure of this name; null when it was not measured.</summary>
    public Figure? Find(string name) => Figures.FirstOrDefault(f => f.Name == name);
}

/// <summary>One figure.</summary>
/// <param name="Name">What.</param>
/// <param name="Value">How much.</param>
/// <param name="Unit">Of what; empty for a count.</param>
sealed record Figure(string Name, double Value, string Unit);

/// <summary>What a scenario's counts are divided by: so many clusters, changes or renewals.</summary>
/// <param name="Count">How many.</param>
/// <param name="Name">Of what, in the singular.</param>
sealed record Share(double Count, string Name);

/// <summary>The figures of the operator's work between two samples, and of what others did meanwhile.</summary>
/// <param name="Before">The operator before.</param>
/// <param name="After">The operator after.</param>
/// <param name="Others">What the rest of the machine spent meanwhile.</param>
/// <param name="LongestPause">The longest pause for a collection that was seen, in seconds.</param>
sealed record Work(ProcessSample Before, ProcessSample After, MachineSample Others, double LongestPause)
{
    const string Requests = "kubernetes_client_requests_total";

    static readonly string[] Reads = ["get", "list", "watch"];

    /// <summary>All of them, counts and CPU per share too.</summary>
    public IEnumerable<Figure> Figures(Share share)
    {
        var requests = Difference(Requests);
        var events = Difference(Requests, "resource=\"events\"");
        var writes = requests - Reads.Sum(verb => Difference(Requests, $"verb=\"{verb}\"")) - events;
        yield return new("requests", requests, "");
        foreach (var verb in After.Requests.Keys.Order(StringComparer.Ordinal))
        {
            if (Difference(Requests, $"verb=\"{verb}\"") is > 0 and var count) yield return new($"requests: {verb}", count, "");
        }
        yield return new("of them no watch", requests - Difference(Requests, "verb=\"watch\""), "");
        yield return new("of them events", events, "");
        yield return new("of them to Etcds", Difference(Requests, "resource=\"etcds\""), "");
        yield return new($"requests a {share.Name}", requests / share.Count, "each");
        yield return new($"writes a {share.Name}, events apart", writes / share.Count, "each");
        yield return new($"events a {share.Name}", events / share.Count, "each");
        var reconciles = Difference("druid_reconcile_total");
        yield return new("reconciles", reconciles, "");
        yield return new("failed reconciles", Difference("druid_reconcile_total", "outcome=\"error\""), "");
        yield return new("queue wait p50, at most", After.Metrics.Quantile(Before.Metrics, "workqueue_queue_duration_seconds", 0.5), "s");
        yield return new("queue wait p99, at most", After.Metrics.Quantile(Before.Metrics, "workqueue_queue_duration_seconds", 0.99), "s");
        var cpu = After.CpuSeconds - Before.CpuSeconds;
        yield return new("CPU", cpu, "s");
        yield return new($"CPU a {share.Name}", cpu / share.Count * 1000, "ms");
        var waited = After.WaitedSeconds - Before.WaitedSeconds;
        yield return new("wait for a core", waited, "s");
        yield return new($"wait for a core a {share.Name}", waited / share.Count * 1000, "ms");
        yield return new("CPU of the API server", Others.ApiServer, "s");
        yield return new("CPU of its etcd", Others.Etcd, "s");
        yield return new("CPU of the controllers of Kubernetes", Others.Controllers, "s");
        yield return new("CPU of the simulated nodes", Others.Nodes, "s");
        yield return new("CPU of what else ran on the machine", Math.Max(0, Others.All - Others.ApiServer - Others.Etcd - Others.Controllers - Others.Nodes - cpu), "s");
        yield return new("memory, resident", After.ResidentMegabytes, "MB");
        yield return new("memory, its own", After.OwnMegabytes, "MB");
        yield return new("memory, peak resident", After.PeakMegabytes, "MB");
        yield return new("memory, managed", After.HeapMegabytes, "MB");
        var allocated = Difference("dotnet_allocated_bytes_total") / (1 << 20);
        yield return new("allocated", allocated, "MB");
        if (reconciles > 0) yield return new("allocated a reconcile, all else included", allocated * 1024 / reconciles, "KB");
        yield return new("collections", Difference("dotnet_gc_collections_total"), "");
        yield return new("collections, full", Difference("dotnet_gc_collections_total", "generation=\"2\""), "");
        yield return new("pauses for collections, together", Difference("dotnet_gc_pause_seconds_total") * 1000, "ms");
        yield return new("pause for a collection, longest seen", LongestPause * 1000, "ms");
    }

    double Difference(string name, params string[] labels) => After.Metrics.Sum(name, labels) - Before.Metrics.Sum(name, labels);
}
