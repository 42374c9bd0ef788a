using Druid.Api;
using Druid.Kubernetes.Resources;
using Druid.StateMachine.Etcd;

namespace Druid.Operator.Components;

/// <summary>The components of an Etcd.</summary>
public static class OwnedComponents
{
    /// <summary>All of them, in the order in which they are applied.</summary>
    public static IReadOnlyList<IComponent> All { get; } =
    [
        new ServiceAccountComponent(),
        new RoleComponent(),
        new RoleBindingComponent(),
        new MemberLeaseComponent(),
        new SnapshotLeaseComponent(),
        new PodDisruptionBudgetComponent(),
        new ClientServiceComponent(),
        new PeerServiceComponent(),
        new ConfigMapComponent(),
        new StatefulSetComponent(),
    ];

    /// <summary>The component of a kind.</summary>
    public static IComponent Of(ComponentKind kind) => All[(int)kind];

    /// <summary>
    /// The components that the Etcd has: all, or only ConfigMap and StatefulSet where
    /// <see cref="Annotations.DisableRuntimeComponents"/> is set. What exists of the others is then left alone.
    /// </summary>
    public static IEnumerable<IComponent> Of(Etcd etcd) =>
        etcd.RunsMembers() ? All : [Of(ComponentKind.ConfigMap), Of(ComponentKind.StatefulSet)];

    /// <summary>The objects of one component, ready to be applied: each with the hash of its content (<see cref="AppliedHash"/>).</summary>
    public static IEnumerable<IResource> Render(ComponentKind kind, RenderContext context) =>
        Of(kind).Render(context).Select(AppliedHash.Stamp);
}
