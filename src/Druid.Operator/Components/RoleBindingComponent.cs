using Druid.Api;
using Druid.Kubernetes.Resources;
using Druid.StateMachine.Etcd;

namespace Druid.Operator.Components;

/// <summary>Gives the members' service account its role.</summary>
sealed class RoleBindingComponent : IComponent
{
    public ComponentKind Kind => ComponentKind.RoleBinding;

    public IEnumerable<IResource> Render(RenderContext context)
    {
        var etcd = context.Etcd;
        yield return new RoleBinding
        {
            Metadata = etcd.Own(Names.RoleBinding(etcd), ComponentLabel.RoleBinding),
            RoleRef = new() { Kind = "Role", Name = Names.Role(etcd) },
            Subjects = [new() { Kind = "ServiceAccount", Name = Names.ServiceAccount(etcd), Namespace = etcd.Metadata.Namespace }],
        };
    }
}
