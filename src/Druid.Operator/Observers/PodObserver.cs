using Druid.Kubernetes.Resources;
using Druid.StateMachine.Etcd;

namespace Druid.Operator.Observers;

/// <summary>What a pod's status says of the member in it.</summary>
public static class PodObserver
{
    /// <summary>The label by which the StatefulSet controller marks the revision a pod was made from.</summary>
    public const string RevisionLabel = "controller-revision-hash";

    // What the kubelet gives as the reason of a container that will not start by waiting longer.
    static readonly HashSet<string> Hopeless =
    [
        "CrashLoopBackOff", "ImagePullBackOff", "ErrImagePull", "InvalidImageName", "ErrImageNeverPull",
        "CreateContainerConfigError", "CreateContainerError", "RunContainerError",
    ];

    /// <summary>The state of a pod; <see cref="PodState.None"/> for null.</summary>
    public static PodState StateOf(PodOutline? pod)
    {
        if (pod is null)
        {
            return PodState.None;
        }
        if (pod.IsBeingDeleted)
        {
            return PodState.Going;
        }
        if (pod.Status?.Phase is "Failed" or "Succeeded" || Containers(pod).Any(IsHopeless))
        {
            return PodState.Failed;
        }
        if (Containers(pod).Count() < pod.Spec?.Containers?.Count || Containers(pod).Any(c => c.State?.Running is null))
        {
            return PodState.Starting;
        }
        return IsReady(pod) ? PodState.Ready : PodState.Unready;
    }

    /// <summary>
    /// Why a pod does not run, as a pod's own description would say: <c>etcd: ImagePullBackOff</c>, <c>Unschedulable</c>.
    /// Null when it runs, is going, or gives no reason.
    /// </summary>
    public static string? TroubleOf(PodOutline? pod)
    {
        if (pod is null or { IsBeingDeleted: true })
        {
            return null;
        }
        foreach (var container in Containers(pod))
        {
            if (IsHopeless(container))
            {
                return $"{container.Name}: {Lasting(container.State!.Waiting!.Reason!)}";
            }
        }
        return pod.Status?.Conditions?.FirstOrDefault(c => c is { Type: "PodScheduled", Status: "False" })?.Reason
            ?? pod.Status?.Reason;
    }

    /// <summary>Whether the kubelet reports the pod as ready.</summary>
    public static bool IsReady(PodOutline pod) => pod.Status?.Conditions?.Any(c => c is { Type: "Ready", Status: "True" }) == true;

    /// <summary>Whether all containers of the pod are ready, as its status condition says.</summary>
    public static bool HasReadyContainers(PodOutline? pod) =>
        pod?.Status?.Conditions?.Any(c => c is { Type: "ContainersReady", Status: "True" }) == true;

    static IEnumerable<ContainerStatus> Containers(PodOutline pod) => pod.Status?.ContainerStatuses ?? [];

    // The kubelet alternates between the attempt and the wait for the next one; who reads wants one name for both.
    static string Lasting(string reason) => reason == "ErrImagePull" ? "ImagePullBackOff" : reason;

    static bool IsHopeless(ContainerStatus container) =>
        container.State?.Waiting?.Reason is { } reason && Hopeless.Contains(reason);
}
