using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Druid.Api;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;
using Druid.Kubernetes.Runtime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Druid.LoadTests.Fleet;

/// <summary>
/// Stands in for the kubelets and the agents of more pods than one machine can run: a pod becomes ready, its member's lease is
/// taken and then renewed for as long as the pod is there, and its agent hands leadership over when asked. All else is real:
/// the API server, its controllers, the operator, and the connections between them.
/// </summary>
sealed class SimulatedNodes : IAsyncDisposable
{
    /// <summary>How often an agent renews its lease.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);

    const string Stopping = "load.druid/kubelet";

    // How long a member takes to end, at least.
    static readonly TimeSpan StoppingTakes = TimeSpan.FromSeconds(2);

    readonly CancellationTokenSource _stop = new();
    readonly KubernetesClient _client;
    readonly WebApplication _agents;
    readonly ConcurrentDictionary<ObjectKey, string> _members = new();
    readonly ConcurrentDictionary<ObjectKey, int> _leaders = new();
    readonly ConcurrentDictionary<string, ObjectKey> _podsByAddress = new();
    int _addresses;
    long _renewals;
    Task _running = Task.CompletedTask;

    SimulatedNodes(KubernetesClient client, WebApplication agents) => (_client, _agents) = (client, agents);

    /// <summary>Pods whose members do not come up.</summary>
    public Func<ObjectKey, bool> IsBroken { get; set; } = _ => false;

    /// <summary>Nobody renews a lease for a while. Longer than a minute, and members would count as lost.</summary>
    public bool Silent { get; set; }

    /// <summary>The port of every agent; each pod has an address of its own.</summary>
    public int AgentPort => new Uri(_agents.Urls.Single()).Port;

    /// <summary>Members that are alive.</summary>
    public int Alive => _members.Count;

    /// <summary>Renewals so far.</summary>
    public long Renewals => Volatile.Read(ref _renewals);

    /// <summary>Starts them.</summary>
    public static async Task<SimulatedNodes> Start(KubernetesClient client)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        // All of 127.0.0.0/8 is this machine, so pods can have addresses of their own without a network.
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Any, 0));
        var nodes = new SimulatedNodes(client, builder.Build());
        nodes._agents.Run(nodes.Answer);
        await nodes._agents.StartAsync();
        nodes.Run();
        return nodes;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ContinueWith(_ => { }, TaskScheduler.Default);
        await _agents.DisposeAsync();
        _stop.Dispose();
    }

    /// <summary>Every member renews its lease now.</summary>
    public Task RenewAll(CancellationToken cancel) =>
        Parallel.ForEachAsync(_members.Keys, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancel }, Renew);

    /// <summary>A pod of a cluster is deleted, and its member comes back with the pod's successor. Returns once the pod is gone.</summary>
    public async Task Lose(ObjectKey cluster, CancellationToken cancel)
    {
        var pod = cluster with { Name = $"{cluster.Name}-0" };
        var uid = _members.GetValueOrDefault(pod);
        await _client.Delete<Pod>(pod, cancel: cancel);
        while (_members.TryGetValue(pod, out var alive) && alive == uid) await Task.Delay(10, cancel);
    }

    void Run()
    {
        var pods = new Reflector<Pod>(_client, new() { LabelSelector = $"{Labels.ManagedBy}={Labels.Manager}", Trim = Slim });
        pods.Store.Subscribe(change =>
        {
            if (change.IsGone || change.IsReplacement) _members.TryRemove(change.Key, out _);
        });
        var starting = new Controller<ObjectKey>("simulated-kubelets", (key, cancel) => Follow(pods.Store.Get(key), key, cancel), new() { Workers = 16 }).For(pods);
        _running = Task.WhenAll(pods.Run(_stop.Token), starting.Run(_stop.Token), Beat());
    }

    async Task<ReconcileResult> Follow(Pod? pod, ObjectKey key, CancellationToken cancel)
    {
        if (pod is null or { IsBeingDeleted: true })
        {
            _members.TryRemove(key, out _);
            if (pod is null) return ReconcileResult.Done;
            if (DateTimeOffset.UtcNow - pod.Metadata.DeletionTimestamp < StoppingTakes) return ReconcileResult.Again(StoppingTakes);
            if (await IsGoingUnseen(pod, cancel)) return ReconcileResult.Again(TimeSpan.FromMilliseconds(200));
            await Finalize(pod, null, cancel);
            return ReconcileResult.Done;
        }
        if (_members.GetValueOrDefault(key) == pod.Metadata.Uid || IsBroken(key)) return ReconcileResult.Done;
        try
        {
            await Finalize(pod, Stopping, cancel);
            await MakeReady(pod, cancel);
            _members[key] = pod.Metadata.Uid!;
            await Report(key, cancel);
        }
        catch (KubernetesException gone) when (gone.Reason == ErrorReason.NotFound)
        {
            // Deleted meanwhile.
        }
        return ReconcileResult.Done;
    }

    // The controllers of Kubernetes know an evicted pod by its name alone: one that is replaced before they looked holds up the next
    // eviction for two minutes. Real members end more slowly than that, but real controllers are not starved by a whole fleet beside them.
    async Task<bool> IsGoingUnseen(Pod pod, CancellationToken cancel) =>
        (await _client.TryGet<PodDisruptionBudget>(ClusterOf(pod.Key), cancel))?.Status?.DisruptedPods?.ContainsKey(pod.Metadata.Name) == true;

    // A pod with a kubelet is seen to be stopping before it is gone; one without a node would vanish at once, which controllers of
    // Kubernetes do not expect of a pod that comes back under its name.
    async Task Finalize(Pod pod, string? finalizer, CancellationToken cancel)
    {
        try
        {
            JsonNode? finalizers = finalizer is null ? null : new JsonArray(finalizer);
            await _client.Patch<Pod>(pod.Key, PatchKind.Merge, new JsonObject { ["metadata"] = new JsonObject { ["finalizers"] = finalizers, ["uid"] = pod.Metadata.Uid } }, cancel: cancel);
        }
        catch (KubernetesException gone) when (gone.Reason is ErrorReason.NotFound or ErrorReason.Conflict)
        {
            // Deleted meanwhile, or its successor has come.
        }
    }

    Task<Pod> MakeReady(Pod pod, CancellationToken cancel)
    {
        var containers = new JsonArray([.. (pod.Spec?.Containers ?? []).Select(c => (JsonNode)new JsonObject
        {
            ["name"] = c.Name, ["ready"] = true, ["restartCount"] = 0, ["image"] = c.Image, ["imageID"] = "",
            ["state"] = new JsonObject { ["running"] = new JsonObject { ["startedAt"] = DateTimeOffset.UtcNow.ToString("O") } },
        })]);
        var conditions = new JsonArray([.. new[] { "Ready", "ContainersReady" }.Select(type => (JsonNode)new JsonObject { ["type"] = type, ["status"] = "True" })]);
        var n = Interlocked.Increment(ref _addresses);
        var address = $"127.{1 + (n >> 16 & 0x7f)}.{n >> 8 & 0xff}.{n & 0xff}";
        _podsByAddress[address] = pod.Key;
        return _client.Patch<Pod>(pod.Key, PatchKind.Merge, new JsonObject
        {
            ["status"] = new JsonObject { ["phase"] = "Running", ["podIP"] = address, ["conditions"] = conditions, ["containerStatuses"] = containers },
        }, "status", cancel: cancel);
    }

    // The id of a member is made of its ordinal.
    async Task Report(ObjectKey pod, CancellationToken cancel) => await _client.Patch<Lease>(pod, PatchKind.Merge, new JsonObject
    {
        ["spec"] = new JsonObject
        {
            ["holderIdentity"] = $"{Ordinal(pod)}a:c0ffee:{(LeaderOf(pod) == Ordinal(pod) ? "Leader" : "Member")}",
            ["renewTime"] = DateTimeOffset.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture),
            ["leaseDurationSeconds"] = (int)Heartbeat.TotalSeconds,
        },
    }, cancel: cancel);

    // An election, as soon as a leader is missed: the lowest that is alive.
    int LeaderOf(ObjectKey pod)
    {
        var cluster = ClusterOf(pod);
        var leader = _leaders.GetOrAdd(cluster, Ordinal(pod));
        if (IsAlive(leader)) return leader;
        return _leaders[cluster] = Enumerable.Range(0, 7).Where(IsAlive).DefaultIfEmpty(leader).First();

        bool IsAlive(int ordinal) => _members.ContainsKey(cluster with { Name = $"{cluster.Name}-{ordinal}" });
    }

    async Task Answer(HttpContext context)
    {
        if (_podsByAddress.TryGetValue(context.Connection.LocalIpAddress!.MapToIPv4().ToString(), out var pod)
            && context.Request.Path == "/leader/move" && context.Request.Query["to"].ToString() is [.. var to, 'a'])
        {
            _leaders[ClusterOf(pod)] = int.Parse(to, CultureInfo.InvariantCulture);
            await Report(pod, context.RequestAborted);
            await Report(pod with { Name = $"{ClusterOf(pod).Name}-{to}" }, context.RequestAborted);
            return;
        }
        context.Response.StatusCode = 404;
    }

    // Every member once in a heartbeat, evenly spread over it as agents that started at different times are.
    async Task Beat()
    {
        const int slices = 50;
        using var timer = new PeriodicTimer(Heartbeat / slices);
        for (var slice = 0; await timer.WaitForNextTickAsync(_stop.Token); slice = (slice + 1) % slices)
        {
            if (Silent) continue;
            var due = _members.Keys.Where(key => (uint)key.GetHashCode() % slices == slice).ToList();
            await Parallel.ForEachAsync(due, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = _stop.Token }, Renew);
        }
    }

    async ValueTask Renew(ObjectKey member, CancellationToken cancel)
    {
        try
        {
            await Report(member, cancel);
            Interlocked.Increment(ref _renewals);
        }
        catch (KubernetesException)
        {
            // An agent tries again with its next heartbeat.
        }
    }

    static ObjectKey ClusterOf(ObjectKey pod) => pod with { Name = pod.Name[..pod.Name.LastIndexOf('-')] };

    static int Ordinal(ObjectKey pod) => int.Parse(pod.Name[(pod.Name.LastIndexOf('-') + 1)..], CultureInfo.InvariantCulture);

    static Pod Slim(Pod pod) => new()
    {
        Metadata = new() { Name = pod.Metadata.Name, Namespace = pod.Metadata.Namespace, Uid = pod.Metadata.Uid, ResourceVersion = pod.Metadata.ResourceVersion, DeletionTimestamp = pod.Metadata.DeletionTimestamp },
        Spec = new() { Containers = [.. (pod.Spec?.Containers ?? []).Select(c => new Container { Name = c.Name, Image = c.Image })] },
    };
}
