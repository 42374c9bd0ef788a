using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Druid.Http;
using Microsoft.AspNetCore.Http;

namespace Druid.MemberTests.Harness;

/// <summary>The member leases of a Kubernetes API server, as much of one as an agent talks to.</summary>
sealed class Leases : IAsyncDisposable
{
    const string Prefix = "/apis/coordination.k8s.io/v1/namespaces/shop/leases/";

    readonly ConcurrentDictionary<string, JsonObject> _leases = new();
    readonly ConcurrentQueue<string> _requests = new();
    readonly string _directory = Directory.CreateTempSubdirectory("druid-leases-").FullName;
    HttpServer? _server;
    int _failedReports;

    Leases()
    {
    }

    public string Kubeconfig => Path.Combine(_directory, "kubeconfig");

    /// <summary>While set, every request fails.</summary>
    public bool Down { get; set; }

    /// <summary>A member whose reports fail while this is set; what is read, or noted before etcd runs, does not.</summary>
    public string? Unreported { get; set; }

    /// <summary>A member that can write nothing while this is set.</summary>
    public string? Silenced { get; set; }

    /// <summary>How many reports have failed.</summary>
    public int FailedReports => _failedReports;

    /// <summary>Method and path of all requests.</summary>
    public IReadOnlyList<string> Requests => [.. _requests];

    public static async Task<Leases> Start(params string[] members)
    {
        var leases = new Leases();
        leases._server = await HttpServer.Start([new(0)], leases.Answer, default);
        File.WriteAllText(leases.Kubeconfig, $$"""
            apiVersion: v1
            kind: Config
            current-context: test
            clusters:
            - name: test
              cluster:
                server: http://127.0.0.1:{{leases._server.Port}}
            users:
            - name: test
              user: {token: test}
            contexts:
            - name: test
              context: {cluster: test, user: test, namespace: shop}
            """);
        foreach (var member in members) leases.Create(member);
        return leases;
    }

    public void Create(string member) => _leases[member] = new()
    {
        ["apiVersion"] = "coordination.k8s.io/v1",
        ["kind"] = "Lease",
        ["metadata"] = new JsonObject { ["name"] = member, ["namespace"] = "shop", ["resourceVersion"] = "1" },
    };

    public string? Holder(string member) => Read(member)["spec"]?["holderIdentity"]?.ToString();

    public string? Annotation(string member, string name) => Read(member)["metadata"]!["annotations"]?[name]?.ToString();

    public void Annotate(string member, string name, string? value) => Merge(member, new() { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [name] = value } } });

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    JsonObject Read(string member)
    {
        lock (_leases) return (JsonObject)_leases[member].DeepClone();
    }

    JsonObject Merge(string member, JsonObject patch)
    {
        lock (_leases)
        {
            Merge(_leases[member], patch);
            return (JsonObject)_leases[member].DeepClone();
        }
    }

    async Task Answer(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        _requests.Enqueue($"{context.Request.Method} {path}");
        var member = path.StartsWith(Prefix, StringComparison.Ordinal) ? path[Prefix.Length..] : "";
        var patch = HttpMethods.IsPatch(context.Request.Method) ? (JsonObject)(await JsonNode.ParseAsync(context.Request.Body))! : null;
        var unreported = (member == Unreported && patch?["spec"] is not null) || (member == Silenced && patch is not null);
        if (unreported) Interlocked.Increment(ref _failedReports);
        if (Down || unreported || !_leases.ContainsKey(member))
        {
            context.Response.StatusCode = Down || unreported ? 503 : 404;
            await context.Response.WriteAsync(string.Create(CultureInfo.InvariantCulture, $$"""{"kind":"Status","apiVersion":"v1","status":"Failure","code":{{context.Response.StatusCode}} }"""));
            return;
        }
        var lease = patch is null ? Read(member) : Merge(member, patch);
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(lease.ToJsonString());
    }

    // RFC 7386.
    static void Merge(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            if (value is null) target.Remove(name);
            else if (value is JsonObject inner)
            {
                if (target[name] is not JsonObject) target[name] = new JsonObject();
                Merge((JsonObject)target[name]!, inner);
            }
            else target[name] = value.DeepClone();
        }
    }
}
