using Druid.Api;
using Druid.Kubernetes.Resources;
using Druid.StateMachine.Etcd;

namespace Druid.Operator.Components;

/// <summary>One lease a member, by which its agent reports. Only the metadata is rendered: holder and times are the agent's.</summary>
sealed class MemberLeaseComponent : IComponent
{
    public ComponentKind Kind => ComponentKind.MemberLease;

    public IEnumerable<IResource> Render(RenderContext context) =>
        from ordinal in Enumerable.Range(0, context.Size)
        select new Lease { Metadata = context.Etcd.Own(Names.MemberLease(context.Etcd, ordinal), ComponentLabel.MemberLease) };
}
