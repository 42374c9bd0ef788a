using Druid.Api;
using Druid.Kubernetes.Resources;
using Druid.Operator.Observers;
using Druid.StateMachine.Etcd;

namespace Druid.Operator.Components;

/// <summary>The members: a pod and a volume each.</summary>
/// <remarks>
/// The API server refuses changes of selector, service name, pod management policy and volume claim templates; who finds drift
/// there replaces the StatefulSet and leaves its pods.
/// </remarks>
sealed class StatefulSetComponent : IComponent
{
    public ComponentKind Kind => ComponentKind.StatefulSet;

    public IEnumerable<IResource> Render(RenderContext context)
    {
        var etcd = context.Etcd;
        yield return new StatefulSet
        {
            Metadata = etcd.Own(Names.StatefulSet(etcd), ComponentLabel.StatefulSet) with
            {
                Annotations = Maps.Merge([new(PlanAnnotation.Name, PlanAnnotation.Write(context.Plan))], AuthoritiesAnnotation.OfSet(context)),
            },
            Spec = new()
            {
                Replicas = etcd.RunsMembers() ? context.Size : 0,
                Selector = new() { MatchLabels = Labels.Default(etcd) },
                ServiceName = etcd.RunsMembers() ? Names.PeerService(etcd) : null,
                // Members need each other to become ready: none waits for another's pod.
                PodManagementPolicy = "Parallel",
                UpdateStrategy = new() { Type = context.UpdateStrategy.ToString() },
                Template = MemberPod.Render(context),
                VolumeClaimTemplates = [DataVolume(etcd, context.LiveClaimCapacity ?? etcd.Spec.StorageCapacity ?? EtcdDefaults.StorageCapacity)],
            },
        };
    }

    static PersistentVolumeClaimTemplate DataVolume(Etcd etcd, Quantity capacity) => new()
    {
        Metadata = new() { Name = Names.VolumeClaimTemplate(etcd) },
        Spec = new()
        {
            AccessModes = ["ReadWriteOnce"],
            Resources = new() { Requests = new Dictionary<string, Quantity> { ["storage"] = capacity } },
            StorageClassName = string.IsNullOrEmpty(etcd.Spec.StorageClass) ? null : etcd.Spec.StorageClass,
        },
    };
}
