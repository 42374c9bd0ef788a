using Druid.Api;
using Druid.Kubernetes.Resources;
using Druid.Operator.Health;

namespace Druid.Operator.Controllers;

/// <summary>
/// Finds members that are not heard of any more. That a lease is no longer renewed is no change of any object, and a deadline for each
/// cluster would have every settled one looked at once a minute to find it well. So all leases are looked through every second, which for
/// thousands of them is a fraction of a millisecond, and only a cluster of which one has just been silent for too long is looked at.
/// </summary>
/// <param name="leases">All leases as they are known now.</param>
/// <param name="thresholds">How long silence is trusted.</param>
/// <param name="time">The clock.</param>
sealed class SilentMembers(Func<IReadOnlyList<Lease>> leases, MemberThresholds thresholds, TimeProvider time)
{
    /// <summary>How often is looked: so much later than its threshold a silence may be noticed.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    /// <summary>Looks until cancelled.</summary>
    /// <param name="silent">Told the cluster of each member that passed a threshold.</param>
    /// <param name="stop">Ends it.</param>
    public async Task Run(Action<ObjectKey> silent, CancellationToken stop)
    {
        for (var last = time.GetUtcNow(); ;)
        {
            await Task.Delay(Period, time, stop);
            var now = time.GetUtcNow();
            foreach (var cluster in Since(last, now))
            {
                silent(cluster);
            }
            last = now;
        }
    }

    /// <summary>The clusters of which a member passed a threshold after one moment and not after another.</summary>
    public IEnumerable<ObjectKey> Since(DateTimeOffset last, DateTimeOffset now) => leases()
        .Where(lease => lease.Spec?.RenewTime is { } renewed
            && (IsBetween(last, renewed + thresholds.Unknown, now) || IsBetween(last, renewed + thresholds.Unknown + thresholds.NotReady, now))
            && lease.Label(Labels.Component) == ComponentLabel.MemberLease)
        .Select(lease => lease.Label(Labels.PartOf) is { } name ? lease.Key with { Name = name } : (ObjectKey?)null)
        .OfType<ObjectKey>()
        .Distinct();

    static bool IsBetween(DateTimeOffset last, DateTimeOffset deadline, DateTimeOffset now) => last < deadline && deadline <= now;
}
