using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Druid.FaultTests.World;

/// <summary>The members' agents: one server behind the addresses of all pods.</summary>
sealed class Agents : IAsyncDisposable
{
    readonly Kubelets _kubelets;
    readonly KubernetesClient _client;
    readonly WebApplication _app;
    readonly ConcurrentDictionary<string, byte> _silent = new();
    readonly ConcurrentDictionary<string, int> _asked = new();
    readonly ConcurrentDictionary<string, int> _givenUp = new();

    Agents(Kubelets kubelets, KubernetesClient client, WebApplication app) => (_kubelets, _client, _app) = (kubelets, client, app);

    /// <summary>Of every agent.</summary>
    public int Port => new Uri(_app.Urls.Single()).Port;

    public static async Task<Agents> Start(Kubelets kubelets, KubernetesClient client)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Any, 0));
        var agents = new Agents(kubelets, client, builder.Build());
        agents._app.Run(agents.Answer);
        await agents._app.StartAsync();
        return agents;
    }

    /// <summary>The agents of this namespace never answer.</summary>
    public void Silence(string ns) => _silent[ns] = 0;

    /// <summary>How many requests the agents of a namespace have had.</summary>
    public int Asked(string ns) => _asked.GetValueOrDefault(ns);

    /// <summary>How many requests to silent agents of a namespace were waited for in vain.</summary>
    public int GivenUp(string ns) => _givenUp.GetValueOrDefault(ns);

    /// <summary>A compaction has made one full snapshot of all deltas.</summary>
    public async Task HasCompacted(ObjectKey etcd, CancellationToken cancel) =>
        await Taken(etcd, "full", (await _client.Get<Lease>(Snapshots(etcd, "delta"), cancel)).Spec?.HolderIdentity ?? "1", cancel);

    /// <summary>A snapshot was taken.</summary>
    public Task Taken(ObjectKey etcd, string kind, string revision, CancellationToken cancel) => _client.Patch<Lease>(Snapshots(etcd, kind), PatchKind.Merge,
        new JsonObject { ["spec"] = new JsonObject { ["holderIdentity"] = revision, ["renewTime"] = Kubelets.Now() } }, cancel: cancel);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    async Task Answer(HttpContext context)
    {
        if (_kubelets.PodAt(context.Connection.LocalIpAddress!.MapToIPv4().ToString()) is not { } pod)
        {
            context.Response.StatusCode = 503;
            return;
        }
        _asked.AddOrUpdate(pod.Namespace, 1, (_, n) => n + 1);
        if (_silent.ContainsKey(pod.Namespace)) await KeepWaiting(pod.Namespace, context.RequestAborted);
        var etcd = Kubelets.ClusterOf(pod);
        switch (context.Request.Path.Value)
        {
            case "/leader/move":
                await _kubelets.Lead(etcd, int.Parse(context.Request.Query["to"].ToString().TrimEnd('a'), CultureInfo.InvariantCulture), context.RequestAborted);
                break;
            case "/members/remove" or "/snapshot/verify":
                await context.Response.WriteAsync("{}");
                break;
            case "/snapshot/full":
                await Taken(etcd, "full", "7", context.RequestAborted);
                await context.Response.WriteAsync("""{"lastRevision":7}""");
                break;
            default:
                context.Response.StatusCode = 404;
                break;
        }
    }

    async Task KeepWaiting(string ns, CancellationToken gaveUp)
    {
        try
        {
            await Task.Delay(Timeout.Infinite, gaveUp);
        }
        finally
        {
            _givenUp.AddOrUpdate(ns, 1, (_, n) => n + 1);
        }
    }

    static ObjectKey Snapshots(ObjectKey etcd, string kind) => etcd with { Name = $"{etcd.Name}-{kind}-snap" };
}
