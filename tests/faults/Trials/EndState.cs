using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Druid.Api;
using Druid.FaultTests.Proxy;

namespace Druid.FaultTests.Trials;

/// <summary>
/// All objects of a namespace without what differs from run to run: names that the server chooses, times, versions, addresses, hashes
/// over the namespace's name, who of equal members leads, and the history that events and transitions tell.
/// </summary>
sealed partial class EndState
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    static readonly string[] Kinds =
    [
        "api/v1/{0}/configmaps", "api/v1/{0}/services", "api/v1/{0}/serviceaccounts", "api/v1/{0}/persistentvolumeclaims", "api/v1/{0}/pods", "api/v1/{0}/secrets",
        "apis/apps/v1/{0}/statefulsets", "apis/policy/v1beta1/{0}/poddisruptionbudgets", "apis/rbac.authorization.k8s.io/v1/{0}/roles",
        "apis/rbac.authorization.k8s.io/v1/{0}/rolebindings", "apis/coordination.k8s.io/v1/{0}/leases", "apis/batch/v1/{0}/jobs",
        "apis/druid.gardener.cloud/v1alpha1/{0}/etcds", "apis/druid.gardener.cloud/v1alpha1/{0}/etcdopstasks", "apis/druid.gardener.cloud/v1alpha1/{0}/etcdcopybackupstasks",
    ];

    // Wherever they stand.
    static readonly HashSet<string> Passing =
    [
        "uid", "resourceVersion", "creationTimestamp", "managedFields", "selfLink", "generation", "observedGeneration", "clusterIP", "clusterIPs", "podIP", "podIPs",
        "renewTime", "acquireTime", "startTime", "startedAt", "completionTime", "lastUpdateTime", "lastTransitionTime", "lastProbeTime", "observedAt", "since", "at", "time", "runID",
        // The controller of StatefulSets that replace no pods by themselves never takes a new revision for the current one.
        "currentReplicas",
        // Of a disruption budget: a pod that was evicted and is back under its name before the budget's controller saw it go counts as
        // about to go for two minutes more.
        "currentHealthy", "disruptionsAllowed",
        "transitions", "lastOperation", "role", "currentRevision", "updateRevision", "collisionCount", "controller-uid", "controller-revision-hash", "controllerUid", "disruptedPods",
    ];

    readonly SortedDictionary<string, string> _lines = new(StringComparer.Ordinal);

    EndState()
    {
    }

    /// <summary>How many objects there are.</summary>
    public int Objects { get; private set; }

    /// <summary>Reads what is there now.</summary>
    public static async Task<EndState> Of(Upstream upstream, string ns)
    {
        var state = new EndState();
        foreach (var kind in Kinds)
        {
            var path = "/" + string.Format(System.Globalization.CultureInfo.InvariantCulture, kind, $"namespaces/{ns}");
            if (await upstream.Read(path, default) is not { Length: > 0 } list) continue;
            foreach (var item in JsonNode.Parse(list)!["items"]!.AsArray())
            {
                var name = (string)item!["metadata"]!["name"]!;
                // What Kubernetes puts into every namespace.
                if (name is "kube-root-ca.crt" or "default" || name.StartsWith("default-token-", StringComparison.Ordinal)) continue;
                // Tokens of accounts and pods of jobs have names that the server chooses.
                if (Token().IsMatch(name) || item["metadata"]!["labels"]?["job-name"] is not null && kind.EndsWith("pods", StringComparison.Ordinal)) continue;
                if (kind.EndsWith("serviceaccounts", StringComparison.Ordinal)) item.AsObject().Remove("secrets");
                // A task keeps an account of what went wrong on the way.
                if (kind.EndsWith("etcdopstasks", StringComparison.Ordinal)) item["status"]?.AsObject().Remove("lastErrors");
                // A duration can be spelled in more ways than one: 5m and 5m0s.
                if (kind.EndsWith("etcds", StringComparison.Ordinal)) item["spec"] = JsonNode.Parse(Etcd.Type.ToJson(Etcd.Type.Read(item.ToJsonString())))!["spec"]!.DeepClone();
                state.Objects++;
                state.Add($"{kind[(kind.LastIndexOf('/') + 1)..]}/{name}", item, ns);
            }
        }
        return state;
    }

    /// <summary>
    /// What is different from another state and stays so, a line each; empty when they come to be the same. The operator having ended does
    /// not mean that the controllers of Kubernetes have: on a slow machine their share of the state comes later.
    /// </summary>
    /// <param name="upstream">Where it is read.</param>
    /// <param name="ns">The namespace.</param>
    /// <param name="other">The state to compare with.</param>
    public static async Task<IReadOnlyList<string>> Differences(Upstream upstream, string ns, EndState other)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var differences = (await Of(upstream, ns)).DifferencesFrom(other);
            if (differences.Count == 0 || Stopwatch.GetElapsedTime(started) > Patience) return differences;
            await Task.Delay(200);
        }
    }

    IReadOnlyList<string> DifferencesFrom(EndState other) =>
    [
        .. _lines.Where(l => other._lines.GetValueOrDefault(l.Key) != l.Value).Select(l => $"{l.Key}: {l.Value} instead of {other._lines.GetValueOrDefault(l.Key, "nothing")}"),
        .. other._lines.Where(l => !_lines.ContainsKey(l.Key)).Select(l => $"{l.Key}: nothing instead of {l.Value}"),
    ];

    void Add(string path, JsonNode? node, string ns)
    {
        switch (node)
        {
            case JsonObject map:
                foreach (var (name, value) in map)
                {
                    if (!Passing.Contains(name)) Add($"{path}.{name}", value, ns);
                }
                break;
            case JsonArray list:
                for (var i = 0; i < list.Count; i++) Add($"{path}[{Id(list[i]) ?? $"{i}"}]", list[i], ns);
                break;
            default:
                _lines[Neutral(path, ns)] = Neutral(node?.ToString() ?? "", ns);
                break;
        }
    }

    // Lists of named things have no order that matters.
    static string? Id(JsonNode? item) => item is JsonObject map ? ((map["name"] ?? map["type"]) as JsonValue)?.ToString() : null;

    static string Neutral(string text, string ns) =>
        Token().Replace(Time().Replace(Hash().Replace(Holder().Replace(text.Replace(ns, "NAMESPACE", StringComparison.Ordinal), "$1:ROLE"), "HASH"), "TIME"), "-token");

    [GeneratedRegex(@"\b[0-9a-f]{10,}\b")]
    private static partial Regex Hash();

    [GeneratedRegex(@"^([0-9]a:c0ffee):(Leader|Member)$")]
    private static partial Regex Holder();

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT[0-9:.]+Z?")]
    private static partial Regex Time();

    // The secret of an account, as pods mount it.
    [GeneratedRegex(@"-token-[a-z0-9]{5}\b")]
    private static partial Regex Token();
}
