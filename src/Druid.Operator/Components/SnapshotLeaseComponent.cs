using Druid.Api;
using Druid.Kubernetes.Resources;
using Druid.StateMachine.Etcd;

namespace Druid.Operator.Components;

/// <summary>
/// The leases in which the leading member's agent notes the latest full and delta snapshot; none without a store. Only the
/// metadata is rendered: revision and time are the agent's.
/// </summary>
sealed class SnapshotLeaseComponent : IComponent
{
    public ComponentKind Kind => ComponentKind.SnapshotLease;

    public IEnumerable<IResource> Render(RenderContext context)
    {
        var etcd = context.Etcd;
        if (etcd.Spec.Backup.Store is null) return [];
        return
            from name in new[] { Names.DeltaSnapshotLease(etcd), Names.FullSnapshotLease(etcd) }
            select new Lease { Metadata = etcd.Own(name, ComponentLabel.SnapshotLease) };
    }
}
