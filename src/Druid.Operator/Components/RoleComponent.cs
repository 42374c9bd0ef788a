using Druid.Api;
using Druid.Kubernetes.Resources;
using Druid.StateMachine.Etcd;

namespace Druid.Operator.Components;

/// <summary>What member agents may do: report in their leases, and look at their own StatefulSet and pods.</summary>
sealed class RoleComponent : IComponent
{
    static readonly string[] Read = ["get", "list", "watch"];
    static readonly string[] ReadAndUpdate = ["get", "list", "patch", "update", "watch"];

    public ComponentKind Kind => ComponentKind.Role;

    public IEnumerable<IResource> Render(RenderContext context) =>
    [
        new Role
        {
            Metadata = context.Etcd.Own(Names.Role(context.Etcd), ComponentLabel.Role),
            Rules =
            [
                Allow(ReadAndUpdate, "coordination.k8s.io", "leases"),
                Allow(ReadAndUpdate, "apps", "statefulsets"),
                Allow(Read, "", "pods"),
            ],
        },
    ];

    static PolicyRule Allow(string[] verbs, string group, string resource) =>
        new() { ApiGroups = [group], Resources = [resource], Verbs = verbs };
}
