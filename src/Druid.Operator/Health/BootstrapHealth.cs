using Druid.Api;
using Druid.StateMachine.Etcd;

namespace Druid.Operator.Health;

/// <summary>How far a cluster is that joins one which runs elsewhere.</summary>
public static class BootstrapHealth
{
    /// <summary>The condition BootstrappedWithExistingCluster; null where no cluster is joined. Once it holds it holds for good.</summary>
    public static Finding? Check(Etcd etcd, ClusterView view)
    {
        if (etcd.Status.BootstrapWithExistingCluster is not null)
        {
            return new(ConditionType.BootstrappedWithExistingCluster, ConditionStatus.True, "BootstrapSucceeded", "All members have joined the existing cluster.");
        }
        if (etcd.Spec.Etcd.BootstrapWithExistingCluster is not { Members.Count: > 0 })
        {
            return null;
        }
        var missing = Enumerable.Range(0, etcd.Spec.Replicas).Select(view.Member).Where(m => !m.Participates).ToList();
        return etcd.Spec.Replicas > 0 && missing.Count == 0
            ? new(ConditionType.BootstrappedWithExistingCluster, ConditionStatus.True, "BootstrapSucceeded", "All members have joined the existing cluster.")
            : new(ConditionType.BootstrappedWithExistingCluster, ConditionStatus.False, "BootstrapInProgress",
                missing.Count == 0 ? "No member is wanted yet." : $"Not all members have joined the existing cluster yet: {string.Join(", ", missing)}.");
    }

    /// <summary>What status remembers of the joined cluster: recorded when the condition first holds, and kept.</summary>
    public static BootstrapStatus? Record(Etcd etcd, ClusterView view, DateTimeOffset now) => etcd.Status.BootstrapWithExistingCluster
        ?? (Check(etcd, view) is { Status: ConditionStatus.True }
            ? new() { JoinedAt = now, Members = [.. etcd.Spec.Etcd.BootstrapWithExistingCluster!.Members.Select(m => new JoinedMember { Name = m.Name, PeerUrls = m.PeerUrls })] }
            : null);
}
