using Druid.Api;
using Druid.Kubernetes.Resources;
using Druid.Operator.Components;
using Druid.StateMachine.Etcd;

namespace Druid.Operator.Observers;

/// <summary>Compares the objects that are there with those that the spec asks for.</summary>
public static class ComponentObserver
{
    /// <summary>The state of every component of the cluster, in the order in which they are applied.</summary>
    public static IEnumerable<ComponentView> Observe(ClusterObjects objects, RenderContext context) =>
        OwnedComponents.Of(objects.Etcd).Select(component => Observe(component.Kind, objects, context));

    /// <summary>
    /// The state of every component of a cluster that is being deleted: whether anything of it is left, whatever its name
    /// and however it compares.
    /// </summary>
    public static IEnumerable<ComponentView> ObserveForDeletion(ClusterObjects objects) => OwnedComponents.All.Select(component =>
    {
        var left = OfKind(component.Kind, objects).ToList();
        var state = left.Count == 0 ? ComponentState.Missing
            : left.TrueForAll(o => o.IsBeingDeleted && !IsHeld(o)) ? ComponentState.Going
            : ComponentState.Current;
        return new ComponentView(component.Kind, state, left.Count == 0 ? null : string.Join(", ", left.Select(o => $"{o.Kind} {o.Metadata.Name}")));
    });

    /// <summary>The objects of a kind that the Etcd controls.</summary>
    public static IEnumerable<IResource> OfKind(ComponentKind kind, ClusterObjects objects)
    {
        var label = ComponentLabelOf(kind);
        return objects.Owned.Values.Where(o => o.Label(Labels.Component) == label && o.IsControlledBy(objects.Etcd));
    }

    static string ComponentLabelOf(ComponentKind kind) => kind switch
    {
        ComponentKind.ServiceAccount => ComponentLabel.ServiceAccount,
        ComponentKind.Role => ComponentLabel.Role,
        ComponentKind.RoleBinding => ComponentLabel.RoleBinding,
        ComponentKind.MemberLease => ComponentLabel.MemberLease,
        ComponentKind.SnapshotLease => ComponentLabel.SnapshotLease,
        ComponentKind.PodDisruptionBudget => ComponentLabel.Budget,
        ComponentKind.ClientService => ComponentLabel.ClientService,
        ComponentKind.PeerService => ComponentLabel.PeerService,
        ComponentKind.ConfigMap => ComponentLabel.ConfigMap,
        _ => ComponentLabel.StatefulSet,
    };

    /// <summary>The rendered objects of a kind that are not there as rendered: what applying the kind has to write.</summary>
    public static IEnumerable<IResource> ToWrite(ComponentKind kind, ClusterObjects objects, RenderContext context) =>
        objects.Declared.Render(kind, context).Where(rendered => StateOf(rendered, objects).State != ComponentState.Current);

    /// <summary>
    /// Objects of a kind that the spec no longer asks for, so that applying the kind deletes them. Member leases are none of
    /// these: a member's lease goes by a step of its own once the member has left.
    /// </summary>
    public static IEnumerable<IResource> Surplus(ComponentKind kind, ClusterObjects objects, RenderContext context)
    {
        if (kind != ComponentKind.SnapshotLease)
        {
            return [];
        }
        var wanted = objects.Declared.Render(kind, context).Select(o => o.Metadata.Name).ToHashSet();
        return OfKind(kind, objects).Where(o => !o.IsBeingDeleted && !wanted.Contains(o.Metadata.Name));
    }

    static ComponentView Observe(ComponentKind kind, ClusterObjects objects, RenderContext context)
    {
        var worst = Surplus(kind, objects, context).FirstOrDefault() is { } surplus
            ? new ComponentView(kind, ComponentState.Behind, $"{surplus.Kind} {surplus.Metadata.Name} is not needed any more")
            : new ComponentView(kind, ComponentState.Current);
        foreach (var rendered in objects.Declared.Render(kind, context))
        {
            var (state, difference) = StateOf(rendered, objects);
            if (Weight(state) > Weight(worst.State))
            {
                worst = new(kind, state, difference);
            }
        }
        return worst;
    }

    static (ComponentState State, string? Difference) StateOf(IResource rendered, ClusterObjects objects)
    {
        if (objects.Owned.GetValueOrDefault(new(rendered.Kind, rendered.Metadata.Name)) is not { } live)
        {
            return (ComponentState.Missing, $"{rendered.Kind} {rendered.Metadata.Name}");
        }
        if (IsHeld(live))
        {
            return (ComponentState.Missing, $"{rendered.Kind} {rendered.Metadata.Name} is made anew around its pods");
        }
        if (rendered is StatefulSet wanted && live is StatefulSet there && !there.IsBeingDeleted && FixedFields.Difference(wanted, there) is not null && !Adoption.IsComplete(objects))
        {
            return (ComponentState.Going, $"{rendered.Kind} {rendered.Metadata.Name} adopts its pods and is then made anew");
        }
        if (live.IsBeingDeleted)
        {
            return (ComponentState.Going, $"{rendered.Kind} {rendered.Metadata.Name}");
        }
        return objects.Comparisons.Difference(rendered, live) switch
        {
            null => (ComponentState.Current, null),
            var path when AppliedHash.Same(rendered, live) => (ComponentState.Edited, $"{rendered.Kind} {rendered.Metadata.Name}: {path}"),
            var path => (ComponentState.Behind, $"{rendered.Kind} {rendered.Metadata.Name}: {path}"),
        };
    }

    static bool IsHeld(IResource live) => live is StatefulSet statefulSet && Adoption.AwaitsRelease(statefulSet);

    // An object that goes cannot be written, so it outweighs what could be done about the others of its kind.
    static int Weight(ComponentState state) => state switch
    {
        ComponentState.Current => 0,
        ComponentState.Behind => 1,
        ComponentState.Edited => 2,
        ComponentState.Missing => 3,
        _ => 4,
    };
}
