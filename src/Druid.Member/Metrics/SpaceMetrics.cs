namespace Druid.Member.Metrics;

/// <summary>Metrics of a quota that is exhausted.</summary>
sealed class SpaceMetrics
{
    /// <param name="page">Where they are shown.</param>
    /// <param name="exhausted">Whether etcd refuses writes for want of space; null while it does not say.</param>
    public SpaceMetrics(MetricsPage page, Func<bool?> exhausted)
    {
        page.Add(new Gauge("etcdbr_space_exhausted", "Whether etcd refuses writes because a database reached its quota: 1 if it does, 0 otherwise.", () => exhausted() is { } now ? now ? 1 : 0 : null));
        Disarmed = page.Add(new Counter("etcdbr_space_alarms_disarmed_total", "Alarms NOSPACE that were disarmed once there was space again."));
    }

    /// <summary>Alarms disarmed.</summary>
    public Counter Disarmed { get; }
}
