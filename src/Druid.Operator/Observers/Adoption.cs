using System.Globalization;
using Druid.Api;
using Druid.Kubernetes.Resources;

namespace Druid.Operator.Observers;

/// <summary>Whether a StatefulSet has its pods, and whether one that is made anew has let go of them.</summary>
public static class Adoption
{
    /// <summary>The finalizer by which the garbage collector is asked to leave what the object owns.</summary>
    public const string GarbageCollector = "orphan";

    /// <summary>
    /// The StatefulSet controller has seen the StatefulSet as it is, and every member's pod that stays is owned by it. One that was
    /// just made anew adopts the pods that it finds; until it has, it must not be deleted again.
    /// </summary>
    public static bool IsComplete(ClusterObjects objects) => objects.StatefulSet is { } statefulSet
        && statefulSet.Status?.ObservedGeneration >= statefulSet.Metadata.Generation
        && objects.Pods.Values.All(pod => pod.IsBeingDeleted || !IsMember(pod, statefulSet) || pod.IsControlledBy(statefulSet));

    /// <summary>It is being deleted without its pods, and only we hold it still.</summary>
    public static bool AwaitsRelease(StatefulSet statefulSet) =>
        statefulSet is { IsBeingDeleted: true, Metadata.Finalizers: [Finalizers.KeepsPods] };

    // Pods of a compaction belong to the cluster too, and to a Job.
    static bool IsMember(PodOutline pod, StatefulSet statefulSet) =>
        pod.Metadata.Name.StartsWith($"{statefulSet.Metadata.Name}-", StringComparison.Ordinal)
        && int.TryParse(pod.Metadata.Name.AsSpan(statefulSet.Metadata.Name.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out _);
}
