using Druid.Api;
using Druid.Kubernetes.Resources;
using Druid.StateMachine.Etcd;

namespace Druid.Operator.Components;

/// <summary>Gives each member a DNS name. Members find each other by it before they are ready, or no cluster would ever start.</summary>
sealed class PeerServiceComponent : IComponent
{
    public ComponentKind Kind => ComponentKind.PeerService;

    public IEnumerable<IResource> Render(RenderContext context)
    {
        var etcd = context.Etcd;
        yield return new Service
        {
            Metadata = etcd.Own(Names.PeerService(etcd), ComponentLabel.PeerService),
            Spec = new()
            {
                Type = "ClusterIP",
                ClusterIP = "None",
                SessionAffinity = "None",
                PublishNotReadyAddresses = true,
                Selector = Labels.OfComponent(etcd, ComponentLabel.StatefulSet),
                Ports = [Ports.OfService("peer", etcd.PeerPort)],
            },
        };
    }
}
