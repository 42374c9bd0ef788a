using System.Reflection;
using Druid.Kubernetes.Resources;

namespace Druid.Api.Schemas;

/// <summary>Constraints of Kubernetes' own types where they are used in ours; their C# types serve other purposes and do not carry them.</summary>
static class Foreign
{
    /// <summary>The schema of the property with what Kubernetes itself says about it added.</summary>
    public static Schema Constrain(MemberInfo property, Schema schema) => (property.DeclaringType?.Name, property.Name) switch
    {
        (nameof(LabelSelector), nameof(LabelSelector.MatchExpressions)) => schema with { ListType = "atomic" },
        (nameof(LabelSelectorRequirement), nameof(LabelSelectorRequirement.Values)) => schema with { ListType = "atomic" },
        (nameof(ResourceRequirements), nameof(ResourceRequirements.Claims)) => schema with { ListType = "map", ListMapKeys = ["name"] },
        _ => schema,
    };
}
