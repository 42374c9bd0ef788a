using Druid.Api;
using Druid.Kubernetes.Resources;
using Druid.Kubernetes.Runtime;
using Druid.Operator.Health;
using Druid.Operator.Observers;

namespace Druid.Operator.Controllers;

/// <summary>
/// Which changes concern which cluster. What changes all the time and says nothing new, as the renewal of a lease does, is
/// passed over: a settled cluster is not looked at because its members are alive.
/// </summary>
static class Sources
{
    public static void AddTo(Controller<ObjectKey> controller, ClusterCache cache, MemberThresholds thresholds) => controller
        .For(cache.Etcds, change => change.IsMoreThanStatus)
        .ByLabel(cache.StatefulSets, Labels.PartOf)
        .ByLabel(cache.Pods, Labels.PartOf, SaysSomethingNew)
        .ByLabel(cache.Claims, Labels.PartOf, change => change.IsMoreThanStatus || VolumeObserver.SaysSomethingNew(change.Old, change.New))
        .ByLabel(cache.Leases, Labels.PartOf, change => SaysSomethingNew(change, thresholds))
        .ByLabel(cache.ConfigMaps, Labels.PartOf)
        .ByLabel(cache.Services, Labels.PartOf)
        .ByLabel(cache.ServiceAccounts, Labels.PartOf)
        .ByLabel(cache.Roles, Labels.PartOf)
        .ByLabel(cache.RoleBindings, Labels.PartOf)
        .ByLabel(cache.Budgets, Labels.PartOf, change => change.IsMoreThanStatus || ClusterObserver.AllowsEviction(change.Old) != ClusterObserver.AllowsEviction(change.New))
        .ByLabel(cache.Jobs, Labels.PartOf, change => change.IsMoreThanStatus || JobObserver.StateOf(change.Old) != JobObserver.StateOf(change.New))
        .Watches(cache.Secrets, change => cache.EtcdsNaming(change.Key).Select(etcd => etcd.Key));

    static bool SaysSomethingNew(StoreChange<PodOutline> change) => change.IsMoreThanStatus
        || change.Old?.Controller?.Uid != change.New?.Controller?.Uid
        || PodObserver.StateOf(change.Old) != PodObserver.StateOf(change.New)
        || PodObserver.HasReadyContainers(change.Old) != PodObserver.HasReadyContainers(change.New)
        || change.Old?.Status?.PodIP != change.New?.Status?.PodIP;

    static bool SaysSomethingNew(StoreChange<Lease> change, MemberThresholds thresholds) => change.IsMoreThanStatus
        || change.Old?.Spec?.HolderIdentity != change.New?.Spec?.HolderIdentity
        || change.Old?.Spec?.RenewTime is null != change.New?.Spec?.RenewTime is null
        // A member that was silent long enough to be noticed is heard of again.
        || change.New?.Spec?.RenewTime - change.Old?.Spec?.RenewTime >= thresholds.Unknown;

    /// <summary>What concerns copy tasks.</summary>
    public static void AddTo(Controller<ObjectKey> copies, ClusterCache cache) => copies
        .For(cache.CopyTasks, change => change.IsMoreThanStatus)
        .Owns<Job, EtcdCopyBackupsTask>(cache.Jobs, change => change.IsMoreThanStatus || JobObserver.StateOf(change.Old) != JobObserver.StateOf(change.New))
        .Watches(cache.Secrets, change => change.IsNew || change.IsGone ? cache.CopyTasksNaming(change.Key).Select(t => t.Key) : []);

    /// <summary>What concerns secrets: they themselves, and Etcds that begin or cease to name them.</summary>
    public static void AddSecretsTo(Controller<ObjectKey> secrets, ClusterCache cache) => secrets
        .For(cache.Secrets)
        .Watches(cache.Etcds, change => change.IsMoreThanStatus
            ? new[] { change.Old, change.New }.OfType<Etcd>().SelectMany(etcd => SpecErrors.References(etcd).Select(r => etcd.Key with { Name = r.Secret! })).Distinct()
            : []);
}
