using Druid.Api;
using Druid.Kubernetes.Resources;
using Druid.Operator.Observers;
using Druid.StateMachine.Etcd;

namespace Druid.Operator.Components;

/// <summary>The members' etcd configuration; the sidecar serves each member its own version of it.</summary>
sealed class ConfigMapComponent : IComponent
{
    public ComponentKind Kind => ComponentKind.ConfigMap;

    public IEnumerable<IResource> Render(RenderContext context)
    {
        var etcd = context.Etcd;
        yield return new ConfigMap
        {
            Metadata = etcd.Own(Names.ConfigMap(etcd), ComponentLabel.ConfigMap) with
            {
                Annotations = new Dictionary<string, string> { [PlanAnnotation.Name] = PlanAnnotation.Write(context.Plan) },
            },
            Data = new Dictionary<string, string>
            {
                [Files.EtcdConfig] = EtcdConfiguration.Render(context, context.Size),
            },
        };
    }
}
