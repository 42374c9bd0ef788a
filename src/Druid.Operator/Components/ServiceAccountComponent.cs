using Druid.Api;
using Druid.Kubernetes.Resources;
using Druid.StateMachine.Etcd;

namespace Druid.Operator.Components;

/// <summary>Who the members' pods are to the API.</summary>
sealed class ServiceAccountComponent : IComponent
{
    public ComponentKind Kind => ComponentKind.ServiceAccount;

    public IEnumerable<IResource> Render(RenderContext context) =>
    [
        new ServiceAccount
        {
            Metadata = context.Etcd.Own(Names.ServiceAccount(context.Etcd), ComponentLabel.ServiceAccount),
            AutomountServiceAccountToken = context.AutomountServiceAccountToken,
        },
    ];
}
