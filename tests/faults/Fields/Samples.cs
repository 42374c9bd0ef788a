using System.Text.Json.Nodes;

namespace Druid.FaultTests.Fields;

/// <summary>A value for a field.</summary>
/// <param name="Path">The field, from <c>spec</c> on; list items and map entries as in the list of fields.</param>
/// <param name="Value">The value.</param>
/// <param name="Patch">A merge patch that sets it, with what must be there beside it.</param>
sealed record Sample(string Path, JsonNode Value, JsonObject Patch)
{
    /// <summary>Whether a refusal names the field, or what it is a part of.</summary>
    public bool IsNamedIn(string refusal) => Path.Split('.').Where(part => part != "*").TakeLast(2).Any(part => refusal.Contains(part.TrimEnd('[', ']'), StringComparison.Ordinal));

    /// <summary>A merge patch that takes it away again.</summary>
    public JsonObject Undo(JsonObject original) => Reverse(Patch, original);

    public override string ToString() => $"{Path} = {Value.ToJsonString()}";

    // Where nothing was, nothing is to be again.
    static JsonObject Reverse(JsonObject patch, JsonObject original)
    {
        var undo = new JsonObject();
        foreach (var (name, value) in patch)
        {
            undo[name] = value is JsonObject inner && original[name] is JsonObject before ? Reverse(inner, before) : original[name]?.DeepClone();
        }
        return undo;
    }
}

/// <summary>Valid, edge and invalid values for every field that an Etcd's spec has, by the type of the field and by what it means.</summary>
static class Samples
{
    // What must stand beside a field for it to mean anything.
    static readonly (string Prefix, string Value)[] Frames =
    [
        ("spec.etcd.clientUrlTls", Tls), ("spec.etcd.peerUrlTls", Tls), ("spec.backup.tls", Tls),
        ("spec.etcd.bootstrapWithExistingCluster", """{"clientEndpoints":["http://old:2379"],"members":[{"name":"old-0","peerUrls":["http://old:2380"]}]}"""),
        ("spec.etcd.additionalAdvertisePeerURLs", """[{"memberName":"e-0","urls":["http://elsewhere:2380"]}]"""),
        ("spec.etcd.resources.claims", """[{"name":"device"}]"""), ("spec.backup.resources.claims", """[{"name":"device"}]"""), ("spec.backup.snapshotCompaction.resources.claims", """[{"name":"device"}]"""),
        ("spec.selector.matchExpressions", """[{"key":"app","operator":"In","values":["test"]}]"""),
        ("spec.etcd.authSecretRef", """{"name":"auth"}"""), ("spec.backup.store.secretRef", """{"name":"credentials"}"""),
        ("spec.schedulingConstraints.topologySpreadConstraints", """[{"maxSkew":1,"topologyKey":"zone","whenUnsatisfiable":"ScheduleAnyway"}]"""),
    ];

    const string Tls = """{"tlsCASecretRef":{"name":"ca"},"serverTLSSecretRef":{"name":"server"},"clientTLSSecretRef":{"name":"client"}}""";

    static readonly string[] Durations = ["\"5m\"", "\"1h30m0s\"", "\"1s\"", "\"soon\"", "\"-5m\""];
    static readonly string[] Schedules = ["\"0 */6 * * *\"", "\"59 23 31 12 *\"", "\"every day\"", "\"61 * * * *\""];
    static readonly string[] Quantities = ["\"1Gi\"", "1073741824", "\"lots\"", "\"-1Gi\""];
    static readonly string[] Ports = ["12345", "65535", "65536", "-1"];
    static readonly string[] Names = ["\"ca\"", "\"missing\"", "\"Not A Name\""];
    static readonly string[] Urls = ["\"https://elsewhere:2380\"", "\"elsewhere\"", "\"ftp://elsewhere\""];

    // Where the type does not tell.
    static readonly Dictionary<string, string[]> Special = new()
    {
        ["spec.annotations.*"] = ["\"text\"", "\"\"", "5"],
        ["spec.labels.*"] = ["\"text\"", "\"\"", "\"not a label!\""],
        ["spec.etcd.clientService.annotations.*"] = ["\"text\"", "5"],
        ["spec.etcd.clientService.labels.*"] = ["\"text\"", "\"not a label!\""],
        ["spec.replicas"] = ["2", "3", "0", "-1"],
        ["spec.backup.image"] = ["\"example.com/agent:v1\""],
        ["spec.etcd.image"] = ["\"example.com/etcd:v1\""],
        ["spec.backup.maxBackupsLimitBasedGC"] = ["5", "1", "-1"],
        ["spec.backup.snapshotCompaction.eventsThreshold"] = ["1000", "1", "-1"],
        ["spec.backup.snapshotCompaction.triggerFullSnapshotThreshold"] = ["100000000", "-1"],
        ["spec.backup.store.container"] = ["\"other\"", "\"UPPER CASE\""],
        ["spec.backup.store.endpointOverride"] = ["\"https://store:9000\"", "\"store\""],
        ["spec.backup.store.prefix"] = ["\"other\"", "5"],
        ["spec.backup.store.provider"] = ["\"S3\"", "\"aws\"", "\"Unheard Of\""],
        ["spec.etcd.additionalAdvertisePeerURLs[].memberName"] = ["\"e-0\"", "\"stranger\"", "\"Not A Name\""],
        ["spec.etcd.bootstrapWithExistingCluster.members[].name"] = ["\"old-0\"", "\"\""],
        ["spec.etcd.snapshotCount"] = ["5000", "1", "-1"],
        ["spec.memberNamePrefix"] = ["\"east\"", "\"Not A Name\""],
        ["spec.priorityClassName"] = ["\"system-cluster-critical\""],
        ["spec.schedulingConstraints.affinity"] = ["""{"podAntiAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":1,"podAffinityTerm":{"topologyKey":"zone"}}]}}"""],
        ["spec.schedulingConstraints.topologySpreadConstraints"] = ["""[{"maxSkew":1,"topologyKey":"zone","whenUnsatisfiable":"ScheduleAnyway"}]"""],
        ["spec.selector.matchLabels.*"] = ["\"text\""],
        ["spec.selector.matchExpressions[].key"] = ["\"app\""],
        ["spec.selector.matchExpressions[].operator"] = ["\"In\""],
        ["spec.selector.matchExpressions[].values[]"] = ["\"test\""],
        ["spec.sharedConfig.autoCompactionRetention"] = ["\"1h\"", "\"5\"", "\"soon\""],
        ["spec.storageCapacity"] = ["\"16Gi\"", "\"lots\"", "\"1Gi\""],
        ["spec.storageClass"] = ["\"fast\"", "\"Not A Name\""],
        ["spec.volumeClaimTemplate"] = ["\"data\"", "\"Not A Name\""],
    };

    /// <summary>The values for a field; none for objects and lists, whose fields have theirs.</summary>
    /// <param name="path">The field.</param>
    /// <param name="field">Its description in the list of fields.</param>
    public static IEnumerable<Sample> Of(string path, JsonObject field) =>
        Values(path, field).Select(text => JsonNode.Parse(text)!).Select(value => new Sample(path, value, new JsonObject { ["spec"] = Patch(path, value) }));

    static string[] Values(string path, JsonObject field)
    {
        var type = (string?)field["type"];
        var leaf = path.Split('.')[^1];
        return Special.TryGetValue(path, out var special) ? special
            : field["enum"] is JsonArray options ? [.. options.Select(o => o!.ToJsonString()), "\"Nonsense\""]
            : type is "object" or "array" ? []
            : type == "boolean" ? ["true", "false", "\"maybe\""]
            : leaf.EndsWith("Schedule", StringComparison.Ordinal) ? Schedules
            : type == "int-or-string" ? path.EndsWith(".*", StringComparison.Ordinal) ? [.. Quantities.Select(q => q.Replace("1Gi", "200Mi", StringComparison.Ordinal))] : Quantities
            : field["pattern"] is not null ? Durations
            : leaf.EndsWith("Port", StringComparison.OrdinalIgnoreCase) ? Ports
            : leaf.EndsWith("rls[]", StringComparison.Ordinal) || leaf.EndsWith("ndpoints[]", StringComparison.Ordinal) ? Urls
            : leaf is "name" or "namespace" or "dataKey" or "request" ? Names
            : throw new InvalidOperationException($"Nobody knows values for {path}; add them to {nameof(Special)}.");
    }

    static JsonObject Patch(string path, JsonNode value)
    {
        var (prefix, frame) = Frames.FirstOrDefault(f => path.StartsWith(f.Prefix, StringComparison.Ordinal));
        if (prefix is null) return (JsonObject)Nested(path["spec.".Length..].Split('.'), value.DeepClone());
        var whole = JsonNode.Parse(frame)!;
        if (path.Length > prefix.Length) Put(whole, path[prefix.Length..].TrimStart('.'), value.DeepClone());
        else whole = value.DeepClone();
        return (JsonObject)Nested(prefix["spec.".Length..].Split('.'), whole);
    }

    static JsonNode Nested(IEnumerable<string> path, JsonNode value) => path.Reverse().Aggregate(value, (inner, name) => new JsonObject { [name == "*" ? EntryOf(path) : name] = inner });

    static string EntryOf(IEnumerable<string> path) => path.Contains("resources") ? "memory" : "entry";

    // Into the first item of every list on the way.
    static void Put(JsonNode at, string path, JsonNode value)
    {
        var parts = path.Split('.');
        for (var i = 0; i < parts.Length; i++)
        {
            var (name, isList) = (parts[i].Replace("[]", "", StringComparison.Ordinal), parts[i].EndsWith("[]", StringComparison.Ordinal));
            var isLast = i == parts.Length - 1;
            if (name.Length > 0 && isLast && !isList)
            {
                at[name] = value;
                return;
            }
            if (name.Length > 0) at = at[name] ??= new JsonObject();
            if (isList && isLast)
            {
                at.AsArray()[0] = value;
                return;
            }
            if (isList) at = at[0]!;
        }
    }
}
