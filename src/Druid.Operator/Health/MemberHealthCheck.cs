using Druid.Api;
using Druid.Kubernetes.Resources;
using Druid.Operator.Observers;

namespace Druid.Operator.Health;

/// <summary>How long a silent member is trusted.</summary>
/// <param name="Unknown">After this time without renewal of its lease a member counts as unknown.</param>
/// <param name="NotReady">After this time more it counts as not ready.</param>
public sealed record MemberThresholds(TimeSpan Unknown, TimeSpan NotReady)
{
    /// <summary>One minute, then five more.</summary>
    public static MemberThresholds Default { get; } = new(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5));
}

/// <summary>Tells the members' health from their leases and pods: what <c>status.members</c> shows.</summary>
public static class MemberHealthCheck
{
    /// <summary>The health of every member that has renewed its lease at least once, by ordinal.</summary>
    /// <param name="objects">The cluster.</param>
    /// <param name="size">The number of members to look at.</param>
    /// <param name="thresholds">How long silence is trusted.</param>
    /// <param name="now">The present.</param>
    public static IEnumerable<MemberStatus> Check(ClusterObjects objects, int size, MemberThresholds thresholds, DateTimeOffset now)
    {
        for (var ordinal = 0; ordinal < size; ordinal++)
        {
            if (objects.MemberLease(ordinal) is { Spec.RenewTime: { } renewed } lease && LeaseHolder.Parse(lease.Spec.HolderIdentity) is { } holder)
            {
                var (status, reason) = Judge(now - renewed, objects.Pods.GetValueOrDefault(Names.Pod(objects.Etcd, ordinal)), thresholds);
                yield return Carry(objects.Etcd, new MemberStatus
                {
                    Name = lease.Metadata.Name,
                    Id = holder.MemberId,
                    Role = holder.Role,
                    Status = status,
                    Reason = reason,
                    LastTransitionTime = now,
                });
            }
        }
    }

    static (string Status, string Reason) Judge(TimeSpan silence, PodOutline? pod, MemberThresholds thresholds)
    {
        if (silence < thresholds.Unknown)
        {
            return (MemberHealth.Ready, MemberReason.LeaseSucceeded);
        }
        if (silence >= thresholds.Unknown + thresholds.NotReady)
        {
            return (MemberHealth.NotReady, MemberReason.UnknownGracePeriodExceeded);
        }
        return PodObserver.HasReadyContainers(pod)
            ? (MemberHealth.Unknown, MemberReason.LeaseExpired)
            : (MemberHealth.NotReady, MemberReason.ContainersNotReady);
    }

    // The time of the last change is kept as long as the status is the same.
    static MemberStatus Carry(Etcd etcd, MemberStatus member) =>
        etcd.Status.Members.FirstOrDefault(m => m.Name == member.Name) is { } before && before.Status == member.Status
            ? member with { LastTransitionTime = before.LastTransitionTime }
            : member;
}
