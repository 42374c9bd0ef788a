using Druid.Api.Schemas;

namespace Druid.Api;

/// <summary>What the client Service carries in addition to the operator's own settings.</summary>
public sealed record ClientService
{
    /// <summary>Annotations of the client Service.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init => field = value ?? Empty.Map; } = Empty.Map;

    /// <summary>Labels of the client Service; the operator's own win over equal keys.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init => field = value ?? Empty.Map; } = Empty.Map;

    /// <summary>Which endpoints of the client Service traffic prefers, as in a Service's field of the same name.</summary>
    [Enum("PreferSameZone", "PreferSameNode", "PreferClose")]
    public string? TrafficDistribution { get; init; }
}
