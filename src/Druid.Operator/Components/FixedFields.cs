using Druid.Kubernetes.Resources;

namespace Druid.Operator.Components;

/// <summary>The fields of a StatefulSet that the API server lets nobody change: a StatefulSet with others has to be made anew.</summary>
public static class FixedFields
{
    /// <summary>The first of them in which <paramref name="live"/> departs from <paramref name="rendered"/>; null when none does.</summary>
    public static string? Difference(StatefulSet rendered, StatefulSet live) => Drift.Between(Only(rendered), Only(live));

    static StatefulSet Only(StatefulSet statefulSet) => new()
    {
        Metadata = new() { Name = statefulSet.Metadata.Name },
        Spec = new()
        {
            Selector = statefulSet.Spec?.Selector,
            ServiceName = statefulSet.Spec?.ServiceName,
            PodManagementPolicy = statefulSet.Spec?.PodManagementPolicy,
            VolumeClaimTemplates = statefulSet.Spec?.VolumeClaimTemplates,
        },
    };
}
