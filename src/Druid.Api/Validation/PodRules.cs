using System.Text.Json;

namespace Druid.Api.Validation;

/// <summary>Rules about where pods may run. The API server checks the rest when the pods' template is applied; here is what it would drop or what would never be scheduled.</summary>
static class PodRules
{
    static readonly string[] Affinities = ["nodeAffinity", "podAffinity", "podAntiAffinity"];

    public static IReadOnlyList<Rule<Etcd>> All { get; } =
    [
        new("affinity",
            "must be nodeAffinity, podAffinity or podAntiAffinity",
            change => change.Now.Spec.SchedulingConstraints.Affinity is { ValueKind: JsonValueKind.Object } affinity
                ? affinity.EnumerateObject().Where(field => !Affinities.Contains(field.Name)).Select(field => new Offence("spec.schedulingConstraints.affinity", Text.Quoted(field.Name)))
                : []),
        new("topology-key",
            "must name the node label that tells the topologies apart, such as topology.kubernetes.io/zone",
            change => Constraints(change.Now).Where(c => Member(c.Item, "topologyKey") is not { ValueKind: JsonValueKind.String } key || key.GetString() is "")
                .Select(c => new Offence($"{c.Path}.topologyKey", Member(c.Item, "topologyKey")?.ToString()))),
        new("topology-skew",
            "must be a whole number of at least 1: how many more pods one topology may have than another",
            change => Constraints(change.Now).Where(c => Member(c.Item, "maxSkew") is not { ValueKind: JsonValueKind.Number } skew || !skew.TryGetInt32(out var number) || number < 1)
                .Select(c => new Offence($"{c.Path}.maxSkew", Member(c.Item, "maxSkew")?.ToString()))),
        new("topology-action",
            "must be DoNotSchedule or ScheduleAnyway",
            change => Constraints(change.Now).Where(c => Member(c.Item, "whenUnsatisfiable") is not { ValueKind: JsonValueKind.String } action || action.GetString() is not ("DoNotSchedule" or "ScheduleAnyway"))
                .Select(c => new Offence($"{c.Path}.whenUnsatisfiable", Member(c.Item, "whenUnsatisfiable")?.ToString()))),
    ];

    static IEnumerable<(string Path, JsonElement Item)> Constraints(Etcd etcd) =>
        etcd.Spec.SchedulingConstraints.TopologySpreadConstraints.Index().Select(c => ($"spec.schedulingConstraints.topologySpreadConstraints[{c.Index}]", c.Item));

    static JsonElement? Member(JsonElement item, string name) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out var member) ? member : null;
}
