namespace Druid.LoadTests.Reporting;

/// <summary>A figure that a run is judged by.</summary>
/// <param name="Scenario">The scenario.</param>
/// <param name="Figure">The figure's name.</param>
/// <param name="Most">The most that it may be; null where it is only watched.</param>
/// <param name="At">The number of clusters that the most is meant for; null for any.</param>
sealed record Mark(string Scenario, string Figure, double? Most = null, int? At = null)
{
    /// <summary>In the order of the table.</summary>
    public static IReadOnlyList<Mark> All { get; } =
    [
        new("create", "all StatefulSets there after"),
        new("create", "to Ready, all", 25, 1000),
        new("create", "requests a cluster"),
        // Eleven objects, the finalizer and a status.
        new("create", "writes a cluster, events apart", 13),
        new("create", "CPU", 12, 1000),
        new("create", "CPU a cluster", 12),
        new("create", "CPU of the API server"),
        new("create", "memory, peak resident", 110, 1000),
        new("create", "memory, managed"),
        new("create", "allocated a reconcile, all else included"),
        new("create", "queue wait p99, at most"),
        new("create", "pause for a collection, longest seen"),
        new("rest", "of them no watch", 0),
        new("rest", "CPU a renewal", 0.1),
        new("rest", "memory, resident", 110, 1000),
        new("silence", "of them no watch", 0),
        new("silence", "CPU a minute", 0.3, 1000),
        new("changes", "change to template, p50"),
        new("changes", "change to template, p99"),
        new("changes", "change to template, our own time, p99", 0.1),
        new("changes", "requests a change"),
        new("changes", "CPU a change"),
        new("changes", "wait for a core a change"),
        new("storm", "change to template, p99"),
        new("storm", "change to Ready, all"),
        new("storm", "CPU a change"),
        new("restart", "start until the first reconcile is over", 3),
        new("restart", "CPU"),
        new("noise", "quiet without noise, to Ready, p50"),
        new("noise", "quiet, to Ready, p50"),
        new("noise", "failed reconciles"),
        new("delete", "to gone, all"),
        new("delete", "CPU a cluster"),
        new("hours", "memory, managed and alive, second third of the time"),
        new("hours", "memory, managed and alive, last third"),
        new("hours", "memory, resident, second third of the time"),
        new("hours", "memory, resident, last third"),
    ];

    /// <summary>Whether a value of a run with so many clusters is within it; null where it is not judged.</summary>
    public bool? IsMet(double value, int clusters) => Most is { } most && (At is null || At == clusters) ? value <= most : null;
}
