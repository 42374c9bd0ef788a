using System.Text.Json;
using Druid.Api.Schemas;

namespace Druid.Api;

/// <summary>Where the pods may run.</summary>
public sealed record SchedulingConstraints
{
    /// <summary>Node affinity, pod affinity and pod anti-affinity of the pods, as in a pod's field of the same name. Passed on as written; the API server checks it when the pods' template is applied.</summary>
    [Opaque]
    public JsonElement? Affinity { get; init; }

    /// <summary>How the pods are spread over zones, nodes or other topologies, as in a pod's field of the same name. Passed on as written; the API server checks it when the pods' template is applied.</summary>
    [Opaque(OfItems = true)]
    public IReadOnlyList<JsonElement> TopologySpreadConstraints { get; init => field = value ?? []; } = [];
}
