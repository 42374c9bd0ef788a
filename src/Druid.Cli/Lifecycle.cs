using System.Collections.Immutable;
using Druid.Api;
using Druid.StateMachine.Etcd;

namespace Druid.Cli;

/// <summary>What an Etcd's status says of where its machines stand.</summary>
static class Lifecycle
{
    /// <summary>The regions in the order in which they are told.</summary>
    public static ImmutableArray<string> Order { get; } = [EtcdLifecycle.Lifecycle, EtcdLifecycle.Serving, EtcdLifecycle.Backup];

    /// <summary>State of a region; null where the operator has not recorded one.</summary>
    public static string? StateOf(this Etcd etcd, string region) => etcd.RegionOf(region)?.State;

    /// <summary>What the cluster waits for, the lifecycle's own wait first; null for nothing.</summary>
    public static string? WaitsFor(this Etcd etcd) => Order
        .Select(region => etcd.RegionOf(region)?.WaitingFor).FirstOrDefault(wait => !string.IsNullOrEmpty(wait));

    /// <summary>Ready members of all, as in <c>2/3</c>.</summary>
    public static string ReadyMembers(this Etcd etcd) => $"{etcd.Status.Members.Count(m => m.Status == MemberHealth.Ready)}/{etcd.Spec.Replicas}";

    /// <summary>Whether everything that was declared has been done, and the cluster is at rest.</summary>
    public static bool IsSettled(this Etcd etcd) =>
        !etcd.AsksForReconcile()
        && etcd.Status.ObservedGeneration == etcd.Metadata.Generation
        && etcd.StateOf(EtcdLifecycle.Lifecycle) is EtcdLifecycle.Ready or EtcdLifecycle.Hibernated or EtcdLifecycle.Disabled
        && etcd.Status.LastOperation?.State == OperationState.Succeeded;

    static RegionStatus? RegionOf(this Etcd etcd, string region) => etcd.Status.Lifecycle?.Regions.FirstOrDefault(r => r.Name == region);
}
