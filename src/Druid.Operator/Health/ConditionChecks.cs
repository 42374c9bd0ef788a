using Druid.Api;
using Druid.Kubernetes.Resources;
using Druid.Operator.Observers;
using Druid.StateMachine.Etcd;

namespace Druid.Operator.Health;

/// <summary>What one check found; times are added where it is recorded.</summary>
/// <param name="Type">The condition.</param>
/// <param name="Status">Whether it holds.</param>
/// <param name="Reason">Why, as one word.</param>
/// <param name="Message">Why, in words.</param>
public sealed record Finding(string Type, string Status, string Reason, string Message);

/// <summary>What the conditions of an Etcd are told from.</summary>
/// <param name="Objects">The cluster's objects.</param>
/// <param name="View">The same as the machine sees it.</param>
/// <param name="Members">The members' health.</param>
public sealed record HealthContext(ClusterObjects Objects, ClusterView View, IReadOnlyList<MemberStatus> Members);

/// <summary>The conditions of an Etcd, a function each. Types, reasons and their meaning are those of the API's contract.</summary>
public static class ConditionChecks
{
    /// <summary>All findings, in the order in which they are shown.</summary>
    public static IEnumerable<Finding> Run(HealthContext context) =>
        [Ready(context), AllMembersReady(context), AllMembersUpdated(context), DataVolumesReady(context), ClusterIdMismatch(context)];

    /// <summary>A majority of the members serves. A member that is merely silent still counts.</summary>
    public static Finding Ready(HealthContext context)
    {
        if (context.Members.Count == 0)
        {
            return new(ConditionType.Ready, ConditionStatus.Unknown, "NoMembersInStatus", "No member has reported yet.");
        }
        var size = Math.Max(context.View.Size, context.Members.Count);
        var serving = context.Members.Count(m => m.Status != MemberHealth.NotReady);
        return serving >= size / 2 + 1
            ? new(ConditionType.Ready, ConditionStatus.True, "Quorate", $"{serving} of {size} members serve; {size / 2 + 1} are a quorum.")
            : new(ConditionType.Ready, ConditionStatus.False, "QuorumLost", $"Only {serving} of {size} members serve; {size / 2 + 1} are a quorum.");
    }

    /// <summary>Every member serves.</summary>
    public static Finding AllMembersReady(HealthContext context)
    {
        if (context.Members.Count == 0)
        {
            return new(ConditionType.AllMembersReady, ConditionStatus.Unknown, "NoMembersInStatus", "No member has reported yet.");
        }
        var missing = Math.Max(0, context.Objects.Etcd.Spec.Replicas - context.Members.Count);
        var unready = context.Members.Where(m => m.Status != MemberHealth.Ready).Select(m => $"{m.Name} is {m.Status} ({m.Reason})").ToList();
        if (missing > 0)
        {
            unready.Add($"{missing} of {context.Objects.Etcd.Spec.Replicas} members have not reported yet");
        }
        return unready.Count == 0
            ? new(ConditionType.AllMembersReady, ConditionStatus.True, "AllMembersReady", "All members are ready.")
            : new(ConditionType.AllMembersReady, ConditionStatus.False, "NotAllMembersReady", $"{string.Join("; ", unready)}.");
    }

    /// <summary>Every pod runs the StatefulSet's present revision.</summary>
    public static Finding AllMembersUpdated(HealthContext context)
    {
        if (context.Objects.StatefulSet is not { } statefulSet)
        {
            return new(ConditionType.AllMembersUpdated, ConditionStatus.Unknown, "StatefulSetNotFound", $"StatefulSet {Names.StatefulSet(context.Objects.Etcd)} is not there.");
        }
        var outdated = context.View.Members.Where(m => m.Outdated).Select(m => Names.Pod(context.Objects.Etcd, m.Ordinal)).ToList();
        return context.View.RevisionKnown && outdated.Count == 0 && (statefulSet.Status?.UpdatedReplicas ?? 0) >= context.View.Size
            ? new(ConditionType.AllMembersUpdated, ConditionStatus.True, "AllMembersUpdated", "All members run what the spec asks for.")
            : new(ConditionType.AllMembersUpdated, ConditionStatus.False, "NotAllMembersUpdated",
                outdated.Count == 0 ? "The StatefulSet controller has not made all pods yet." : $"Of an older revision: {string.Join(", ", outdated)}.");
    }

    /// <summary>Every member's volume claim is bound.</summary>
    public static Finding DataVolumesReady(HealthContext context)
    {
        var etcd = context.Objects.Etcd;
        if (context.Objects.StatefulSet is null)
        {
            return new(ConditionType.DataVolumesReady, ConditionStatus.Unknown, "StatefulSetNotFound", $"StatefulSet {Names.StatefulSet(etcd)} is not there.");
        }
        var troubled = Enumerable.Range(0, context.View.Size).Select(ordinal => Names.VolumeClaim(etcd, ordinal))
            .Select(claim => (claim, phase: context.Objects.Claims.GetValueOrDefault(claim) is { } found ? found.Status?.Phase ?? "Pending" : "Missing"))
            .Where(x => x.phase != "Bound").Select(x => $"{x.claim} is {x.phase}").ToList();
        return troubled.Count == 0
            ? new(ConditionType.DataVolumesReady, ConditionStatus.True, "NoWarningsFoundForDataVolumes", "All volume claims are bound.")
            : new(ConditionType.DataVolumesReady, ConditionStatus.False, "FoundWarningsForDataVolumes", $"{string.Join("; ", troubled)}.");
    }

    /// <summary>Members of which something was heard lately belong to different clusters.</summary>
    public static Finding ClusterIdMismatch(HealthContext context)
    {
        var clusters = context.Members.Where(m => m.Status != MemberHealth.Unknown)
            .Select(m => (m.Name, Cluster: LeaseHolder.Parse(context.Objects.Find<Lease>(m.Name)?.Spec?.HolderIdentity)?.ClusterId))
            .Where(x => x.Cluster is not null).GroupBy(x => x.Cluster).ToList();
        return clusters.Count switch
        {
            0 => new(ConditionType.ClusterIdMismatch, ConditionStatus.Unknown, "NoClusterIDDetected", "No member has reported its cluster yet."),
            1 => new(ConditionType.ClusterIdMismatch, ConditionStatus.False, "NoClusterIDMismatchDetected", $"All members belong to cluster {clusters[0].Key}."),
            _ => new(ConditionType.ClusterIdMismatch, ConditionStatus.True, "MultipleClusterIDsDetected",
                $"{string.Join("; ", clusters.Select(c => $"cluster {c.Key}: {string.Join(", ", c.Select(x => x.Name))}"))}."),
        };
    }

    /// <summary>The conditions to record: times of those that did not change are kept, conditions of no check are kept whole.</summary>
    public static IReadOnlyList<EtcdCondition> Merge(IReadOnlyList<EtcdCondition> before, IEnumerable<Finding> findings, DateTimeOffset now)
    {
        var merged = before.ToList();
        foreach (var finding in findings)
        {
            var index = merged.FindIndex(c => c.Type == finding.Type);
            var old = index < 0 ? null : merged[index];
            var next = new EtcdCondition
            {
                Type = finding.Type,
                Status = finding.Status,
                Reason = finding.Reason,
                Message = finding.Message,
                LastTransitionTime = old?.Status == finding.Status ? old.LastTransitionTime : now,
                LastUpdateTime = now,
            };
            if (old is null)
            {
                merged.Add(next);
            }
            else if (old with { LastUpdateTime = now } != next)
            {
                merged[index] = next;
            }
        }
        return merged;
    }
}
