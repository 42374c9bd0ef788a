using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Druid.Api;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;
using Druid.Kubernetes.Runtime;

namespace Druid.EnvtestTests.Operator;

/// <summary>
/// Stands in for kubelet and agents where there is no node: pods become ready and leases are held. What the operator sees
/// of members it sees through these, so nothing of the operator is simulated. Volumes stay unbound: no node asks for them.
/// </summary>
sealed class SimulatedMembers : IAsyncDisposable
{
    static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);

    // A pod with a kubelet is seen to be stopping before it is gone. One that is back under its name before the controller of disruption
    // budgets saw it go counts as about to be evicted for two minutes.
    const string Stopping = "envtest.druid/kubelet";

    static readonly TimeSpan StoppingTakes = TimeSpan.FromMilliseconds(300);

    const string Managed = $"{Labels.ManagedBy}={Labels.Manager}";

    readonly CancellationTokenSource stop = new();
    readonly KubernetesClient client;
    readonly KubernetesClient agents;
    readonly Task running;
    readonly ConcurrentDictionary<string, byte> stopping = new();

    SimulatedMembers(KubernetesClient client, KubernetesClient agents)
    {
        (this.client, this.agents) = (client, agents);
        var pods = new Reflector<Pod>(client, new() { LabelSelector = Managed });
        var starting = new Controller<ObjectKey>("simulated-kubelet", Start).For(pods);
        running = Task.WhenAll(pods.Run(stop.Token), starting.Run(stop.Token));
    }

    /// <summary>Members whose pods do not become ready, by name.</summary>
    public HashSet<string> Broken { get; } = [];

    public static SimulatedMembers Start(ControlPlane plane) =>
        new(plane.NewClient(), plane.NewClient(new() { Wrap = inner => new AsMembers(inner) }));

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running.ContinueWith(_ => { }, TaskScheduler.Default);
        stop.Dispose();
    }

    async Task<ReconcileResult> Start(ObjectKey key, CancellationToken cancel)
    {
        if (await client.TryGet<Pod>(key, cancel) is not { } pod)
        {
            return ReconcileResult.Done;
        }
        if (pod.IsBeingDeleted)
        {
            return await Stop(pod, cancel);
        }
        if (Broken.Contains(key.Name))
        {
            return ReconcileResult.Done;
        }
        if (pod.Status?.Phase == "Running")
        {
            return await Renew(pod, cancel);
        }
        var containers = new JsonArray([.. (pod.Spec?.Containers ?? []).Select(c => (JsonNode)new JsonObject
        {
            ["name"] = c.Name, ["ready"] = true, ["restartCount"] = 0, ["image"] = c.Image, ["imageID"] = "",
            ["state"] = new JsonObject { ["running"] = new JsonObject { ["startedAt"] = DateTimeOffset.UtcNow.ToString("O") } },
        })]);
        var conditions = new JsonArray([.. new[] { "Ready", "ContainersReady" }.Select(type => (JsonNode)new JsonObject { ["type"] = type, ["status"] = "True" })]);
        await SetFinalizers(pod, new JsonArray(Stopping), cancel);
        await client.Patch<Pod>(key, PatchKind.Merge, new JsonObject
        {
            ["status"] = new JsonObject { ["phase"] = "Running", ["podIP"] = "127.0.0.1", ["conditions"] = conditions, ["containerStatuses"] = containers },
        }, "status", cancel: cancel);
        return await Renew(pod, cancel);
    }

    async Task<ReconcileResult> Stop(Pod pod, CancellationToken cancel)
    {
        if (!pod.HasFinalizer(Stopping))
        {
            return ReconcileResult.Done;
        }
        if (stopping.TryAdd(pod.Metadata.Uid!, 0))
        {
            return ReconcileResult.Again(StoppingTakes);
        }
        await SetFinalizers(pod, null, cancel);
        return ReconcileResult.Done;
    }

    Task<Pod> SetFinalizers(Pod pod, JsonArray? finalizers, CancellationToken cancel) => client.Patch<Pod>(
        pod.Key, PatchKind.Merge, new JsonObject { ["metadata"] = new JsonObject { ["finalizers"] = finalizers, ["uid"] = pod.Metadata.Uid } }, cancel: cancel);

    async Task<ReconcileResult> Renew(Pod pod, CancellationToken cancel)
    {
        if (pod.Label(Labels.Component) != Druid.Api.Components.StatefulSet)
        {
            return ReconcileResult.Done;
        }
        try
        {
            await Report(pod.Key, cancel);
        }
        catch (KubernetesException refused) when (refused.Reason is ErrorReason.NotFound or ErrorReason.Forbidden && pod.Status?.Phase == "Running")
        {
            // The lease, or the right to renew it, went before the pod.
        }
        return ReconcileResult.Again(Heartbeat);
    }

    // Ordinal 0 leads; ids are made of the ordinal.
    async Task Report(ObjectKey pod, CancellationToken cancel)
    {
        var ordinal = pod.Name[(pod.Name.LastIndexOf('-') + 1)..];
        await agents.Patch<Lease>(pod, PatchKind.Merge, new JsonObject
        {
            ["spec"] = new JsonObject
            {
                ["holderIdentity"] = $"{ordinal}a:c0ffee:{(ordinal == "0" ? "Leader" : "Member")}",
                ["renewTime"] = DateTimeOffset.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", System.Globalization.CultureInfo.InvariantCulture),
                ["leaseDurationSeconds"] = 10,
            },
        }, cancel: cancel);
    }

    // Leases are renewed by the members' service account, with no rights but those that the operator granted it.
    sealed class AsMembers(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.RequestUri!.AbsolutePath.Split('/') is [.., "namespaces", var ns, "leases", var lease])
            {
                request.Headers.Add("Impersonate-User", $"system:serviceaccount:{ns}:{lease[..lease.LastIndexOf('-')]}");
            }
            return base.SendAsync(request, cancellationToken);
        }
    }
}
