using Druid.Api;
using Druid.Kubernetes.Resources;
using Druid.StateMachine.Etcd;

namespace Druid.Operator.Observers;

/// <summary>How the members' volumes compare with the declared capacity.</summary>
public static class VolumeObserver
{
    const string Storage = "storage";

    /// <summary>The declared capacity of each volume.</summary>
    public static Quantity Declared(Etcd etcd) => etcd.Spec.StorageCapacity ?? EtcdDefaults.StorageCapacity;

    /// <summary>What the StatefulSet's claim template asks for; null where there is none.</summary>
    public static Quantity? TemplateCapacity(StatefulSet? statefulSet) =>
        statefulSet?.Spec?.VolumeClaimTemplates is [var template, ..] ? Requested(template.Spec) : null;

    /// <summary>The claim template asks for less than declared.</summary>
    public static bool IsTemplateBehind(ClusterObjects objects) => TemplateCapacity(objects.StatefulSet) is { } capacity && capacity < Declared(objects.Etcd);

    /// <summary>The state of a member's volume. One that is not bound yet has no size; it is asked again once it is.</summary>
    public static VolumeState StateOf(Etcd etcd, PersistentVolumeClaim? claim)
    {
        var declared = Declared(etcd);
        if (claim is not { Status.Phase: "Bound" })
        {
            return VolumeState.Fits;
        }
        var there = Granted(claim);
        return there >= declared ? VolumeState.Fits
            : Requested(claim.Spec) < declared ? VolumeState.TooSmall
            : there is null ? VolumeState.Fits : VolumeState.Growing;
    }

    /// <summary>Whether a claim's phase or size changed. Claims have no generation.</summary>
    public static bool SaysSomethingNew(PersistentVolumeClaim? before, PersistentVolumeClaim? now) =>
        before?.Status?.Phase != now?.Status?.Phase || Requested(before?.Spec) != Requested(now?.Spec) || Granted(before) != Granted(now);

    static Quantity? Granted(PersistentVolumeClaim? claim) =>
        claim?.Status?.Capacity is { } capacity && capacity.TryGetValue(Storage, out var amount) ? amount : null;

    static Quantity? Requested(PersistentVolumeClaimSpec? claim) =>
        claim?.Resources?.Requests is { } requests && requests.TryGetValue(Storage, out var amount) ? amount : null;
}
