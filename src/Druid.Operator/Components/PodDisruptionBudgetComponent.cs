using Druid.Api;
using Druid.Kubernetes.Resources;
using Druid.StateMachine.Etcd;

namespace Druid.Operator.Components;

/// <summary>Keeps voluntary evictions from taking the quorum: at least n/2+1 pods stay (0 for a single member).</summary>
sealed class PodDisruptionBudgetComponent : IComponent
{
    public ComponentKind Kind => ComponentKind.PodDisruptionBudget;

    public IEnumerable<IResource> Render(RenderContext context)
    {
        var etcd = context.Etcd;
        yield return new PodDisruptionBudget
        {
            Metadata = etcd.Own(Names.Budget(etcd), ComponentLabel.Budget),
            Spec = new()
            {
                MinAvailable = context.Size > 1 ? context.Size / 2 + 1 : 0,
                Selector = new() { MatchLabels = Labels.Default(etcd) },
                UnhealthyPodEvictionPolicy =
                    context.Server.UnhealthyPodEvictionPolicy && etcd.Annotation(Annotations.AllowUnhealthyPodEviction) is not null ? "AlwaysAllow" : null,
            },
        };
    }
}
