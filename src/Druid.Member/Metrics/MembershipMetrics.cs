namespace Druid.Member.Metrics;

/// <summary>Metrics of a member's life in its cluster, under the names that existing dashboards know.</summary>
sealed class MembershipMetrics
{
    static readonly double[] Seconds = [0.5, 1, 5, 10, 20, 30, 60, 120];

    /// <param name="page">Where they are shown.</param>
    /// <param name="clusterSize">How many members the cluster is to have.</param>
    /// <param name="isLearner">Whether this member is a learner; null while etcd does not say.</param>
    public MembershipMetrics(MetricsPage page, Func<double?> clusterSize, Func<bool?> isLearner)
    {
        page.Add(new Gauge("etcdbr_cluster_size", "Members that the cluster is to have.", clusterSize));
        page.Add(new Gauge("etcdbr_is_learner", "Whether this member is a learner: 1 if it is, 0 otherwise.", () => isLearner() is { } learner ? learner ? 1 : 0 : null));
        LearnersAdded = page.Add(new Counter("etcdbr_is_learner_count_total", "How often this member was added as a learner."));
        Add = page.Add(new Histogram("etcdbr_add_learner_duration_seconds", "Time to add this member as a learner.", Seconds));
        Remove = page.Add(new Histogram("etcdbr_member_remove_duration_seconds", "Time to remove a member.", Seconds));
        Promote = page.Add(new Histogram("etcdbr_member_promote_duration_seconds", "Time to promote this member from learner to voter.", Seconds));
    }

    /// <summary>Additions as a learner.</summary>
    public Counter LearnersAdded { get; }

    /// <summary>Time of additions as a learner.</summary>
    public Histogram Add { get; }

    /// <summary>Time of removals.</summary>
    public Histogram Remove { get; }

    /// <summary>Time of promotions.</summary>
    public Histogram Promote { get; }
}
