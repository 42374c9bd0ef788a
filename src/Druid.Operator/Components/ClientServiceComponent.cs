using Druid.Api;
using Druid.Kubernetes.Resources;
using Druid.StateMachine.Etcd;

namespace Druid.Operator.Components;

/// <summary>Where clients, and the operator itself, reach whichever member is ready.</summary>
sealed class ClientServiceComponent : IComponent
{
    public ComponentKind Kind => ComponentKind.ClientService;

    public IEnumerable<IResource> Render(RenderContext context)
    {
        var etcd = context.Etcd;
        var wishes = etcd.Spec.Etcd.ClientService ?? new();
        var own = etcd.Own(Names.ClientService(etcd), ComponentLabel.ClientService);
        yield return new Service
        {
            Metadata = own with
            {
                Labels = Maps.Merge(wishes.Labels, own.Labels!),
                Annotations = wishes.Annotations.Count > 0 ? wishes.Annotations : null,
            },
            Spec = new()
            {
                Type = "ClusterIP",
                SessionAffinity = "None",
                // Compaction and copy pods are part of the Etcd too, but serve nobody.
                Selector = Labels.OfComponent(etcd, ComponentLabel.StatefulSet),
                Ports =
                [
                    Ports.OfService("client", etcd.ClientPort),
                    Ports.OfService("server", etcd.PeerPort),
                    Ports.OfService("backuprestore", etcd.SidecarPort),
                ],
                TrafficDistribution = context.Server.TrafficDistribution ? wishes.TrafficDistribution : null,
            },
        };
    }
}
