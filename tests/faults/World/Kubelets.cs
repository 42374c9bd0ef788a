using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Druid.Api;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;
using Druid.Kubernetes.Runtime;
using Druid.Operator.Observers;

namespace Druid.FaultTests.World;

/// <summary>
/// Stands in for nodes and what runs on them: pods become ready and take their time to end, members report by their leases and do
/// what they are told there, jobs come to their end. Everything else is real: API server, controllers of Kubernetes, operator.
/// </summary>
sealed class Kubelets : IAsyncDisposable
{
    const string Stopping = "faults.druid/kubelet";

    // How long a member takes to end; the controllers of Kubernetes are to see that it does.
    static readonly TimeSpan StoppingTakes = TimeSpan.FromMilliseconds(400);

    readonly CancellationTokenSource _stop = new();
    readonly KubernetesClient _client;
    readonly ConcurrentDictionary<ObjectKey, Member> _members = new();
    readonly ConcurrentDictionary<ObjectKey, int> _leaders = new();
    readonly ConcurrentDictionary<ObjectKey, byte> _lost = new();
    readonly ConcurrentDictionary<string, ObjectKey> _podsByAddress = new();
    Reflector<Pod> _pods = null!;
    Reflector<Lease> _leases = null!;
    Task _running = Task.CompletedTask;
    int _addresses;

    Kubelets(KubernetesClient client) => _client = client;

    /// <summary>The port of every agent.</summary>
    public int AgentPort => Agents.Port;

    /// <summary>Who answers for the agents.</summary>
    public Agents Agents { get; private set; } = null!;

    public static async Task<Kubelets> Start(KubernetesClient client)
    {
        var kubelets = new Kubelets(client);
        kubelets.Agents = await Agents.Start(kubelets, client);
        kubelets.Run();
        return kubelets;
    }

    /// <summary>The pod with the address.</summary>
    public ObjectKey? PodAt(string address) => _podsByAddress.TryGetValue(address, out var pod) ? pod : null;

    /// <summary>Most members lose their data, and none serves any more.</summary>
    public async Task LoseQuorum(ObjectKey etcd, int replicas)
    {
        var pods = Enumerable.Range(0, replicas).Select(i => PodOf(etcd, i)).ToList();
        foreach (var pod in pods) _lost[pod] = 0;
        foreach (var pod in pods) await _client.Patch<Pod>(pod, PatchKind.Merge, Readiness(false), "status");
        foreach (var pod in pods.Skip(1)) await Annotate(pod, AgentAnnotations.DataLost, "true", default);
    }

    /// <summary>Leadership goes to another member, which both tell.</summary>
    public async Task Lead(ObjectKey etcd, int ordinal, CancellationToken cancel)
    {
        var before = _leaders.GetValueOrDefault(etcd);
        _leaders[etcd] = ordinal;
        await Report(PodOf(etcd, before), cancel);
        await Report(PodOf(etcd, ordinal), cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ContinueWith(_ => { }, TaskScheduler.Default);
        await Agents.DisposeAsync();
        _stop.Dispose();
    }

    void Run()
    {
        const string managed = $"{Labels.ManagedBy}={Labels.Manager}";
        _pods = new(_client, new() { LabelSelector = managed });
        _leases = new(_client, new() { LabelSelector = managed });
        var kubelets = new Controller<ObjectKey>("simulated-kubelets", Follow, new() { Workers = 8, Backoff = new(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(1)) })
            .For(_pods).For(_leases, change => change.Old?.Annotation(AgentAnnotations.Task) != change.New?.Annotation(AgentAnnotations.Task) || IsBlank(change.New));
        _running = Task.WhenAll(_pods.Run(_stop.Token), _leases.Run(_stop.Token), kubelets.Run(_stop.Token));
    }

    async Task<ReconcileResult> Follow(ObjectKey key, CancellationToken cancel)
    {
        try
        {
            return _pods.Store.Get(key) is { } pod ? await Follow(pod, cancel) : await Gone(key, cancel);
        }
        catch (KubernetesException error) when (error.Reason is ErrorReason.NotFound or ErrorReason.Conflict)
        {
            return ReconcileResult.Again(TimeSpan.FromMilliseconds(100));
        }
    }

    async Task<ReconcileResult> Gone(ObjectKey key, CancellationToken cancel)
    {
        if (_members.TryRemove(key, out _)) await Elect(ClusterOf(key), cancel);
        return ReconcileResult.Done;
    }

    async Task<ReconcileResult> Follow(Pod pod, CancellationToken cancel)
    {
        if (pod.Label(Labels.Component) != Druid.Api.Components.StatefulSet) return await RunJob(pod, cancel);
        if (pod.IsBeingDeleted)
        {
            if (_members.TryRemove(pod.Key, out _))
            {
                await Elect(ClusterOf(pod.Key), cancel);
                return ReconcileResult.Again(StoppingTakes);
            }
            await Finalizers(pod, null, cancel);
            return ReconcileResult.Done;
        }
        if (_lost.ContainsKey(pod.Key) && !await IsHealed(pod.Key, cancel)) return ReconcileResult.Again(TimeSpan.FromMilliseconds(200));
        if (_members.TryGetValue(pod.Key, out var known) && known.Uid == pod.Metadata.Uid)
        {
            // A lease that was made anew is filled by the next renewal.
            if (IsBlank(_leases.Store.Get(LeaseOf(pod.Key)))) await Report(pod.Key, cancel);
            return ReconcileResult.Done;
        }
        await Finalizers(pod, Stopping, cancel);
        await _client.Patch<Pod>(pod.Key, PatchKind.Merge, Running(pod), "status", cancel: cancel);
        _members[pod.Key] = new(pod.Metadata.Uid!, await HasPeerTls(pod.Key, cancel));
        await Elect(ClusterOf(pod.Key), cancel);
        await Report(pod.Key, cancel);
        return ReconcileResult.Done;
    }

    // A member that was told to found the cluster anew does so; one that was told to rejoin waits until it is founded.
    async Task<bool> IsHealed(ObjectKey pod, CancellationToken cancel)
    {
        var isFounded = _members.Keys.Any(other => ClusterOf(other) == ClusterOf(pod) && !_lost.ContainsKey(other));
        var task = _leases.Store.Get(pod)?.Annotation(AgentAnnotations.Task);
        if (task != "rebuild" && (task != "rejoin" || !isFounded)) return false;
        await Annotate(pod, AgentAnnotations.DataLost, null, cancel);
        await _client.Patch<Pod>(pod, PatchKind.Merge, Readiness(true), "status", cancel: cancel);
        _lost.TryRemove(pod, out _);
        await Report(pod, cancel);
        return true;
    }

    async Task<ReconcileResult> RunJob(Pod pod, CancellationToken cancel)
    {
        if (pod.IsBeingDeleted || pod.Status?.Phase == "Succeeded") return ReconcileResult.Done;
        if (pod.Label(Labels.Component) == Druid.Api.Components.CompactionJob) await Agents.HasCompacted(new(pod.Key.Namespace, pod.Label(Labels.PartOf)!), cancel);
        await _client.Patch<Pod>(pod.Key, PatchKind.Merge, new JsonObject { ["status"] = new JsonObject { ["phase"] = "Succeeded" } }, "status", cancel: cancel);
        return ReconcileResult.Done;
    }

    // An election as soon as a leader is missed: the lowest that is alive.
    async Task Elect(ObjectKey etcd, CancellationToken cancel)
    {
        if (_leaders.TryGetValue(etcd, out var leader) && _members.ContainsKey(PodOf(etcd, leader))) return;
        var next = Enumerable.Range(0, 7).Where(i => _members.ContainsKey(PodOf(etcd, i))).DefaultIfEmpty(-1).First();
        if (next < 0) return;
        _leaders[etcd] = next;
        await Report(PodOf(etcd, next), cancel);
    }

    // The id of a member is made of its ordinal.
    async Task Report(ObjectKey pod, CancellationToken cancel)
    {
        if (!_members.TryGetValue(pod, out var member)) return;
        var role = _leaders.GetValueOrDefault(ClusterOf(pod), -1) == Ordinal(pod) ? "Leader" : "Member";
        await _client.Patch<Lease>(LeaseOf(pod), PatchKind.Merge, new JsonObject
        {
            ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [Annotations.MemberTlsEnabled] = member.PeerTls ? "true" : "false" } },
            ["spec"] = new JsonObject { ["holderIdentity"] = $"{Ordinal(pod)}a:c0ffee:{role}", ["renewTime"] = Now(), ["leaseDurationSeconds"] = 10 },
        }, cancel: cancel);
    }

    static bool IsBlank(Lease? lease) => lease is { Spec: null or { HolderIdentity: null or "" } };

    // A prefix of the members' names is one of the leases' names too.
    ObjectKey LeaseOf(ObjectKey pod) =>
        _leases.Store.All().FirstOrDefault(l => l.Metadata.Namespace == pod.Namespace && l.Metadata.Name.EndsWith("-" + pod.Name, StringComparison.Ordinal))?.Key ?? pod;

    async Task<bool> HasPeerTls(ObjectKey pod, CancellationToken cancel) =>
        (await _client.TryGet<ConfigMap>(pod with { Name = $"{ClusterOf(pod).Name}-config" }, cancel))?.Data?.GetValueOrDefault("etcd.conf.yaml")?.Contains("https://" + pod.Name + ".", StringComparison.Ordinal) == true;

    Task<Lease> Annotate(ObjectKey lease, string name, string? value, CancellationToken cancel) =>
        _client.Patch<Lease>(lease, PatchKind.Merge, new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [name] = value } } }, cancel: cancel);

    // A pod with a kubelet is seen to be stopping before it is gone.
    Task<Pod> Finalizers(Pod pod, string? finalizer, CancellationToken cancel)
    {
        JsonNode? finalizers = finalizer is null ? null : new JsonArray(finalizer);
        return _client.Patch<Pod>(pod.Key, PatchKind.Merge, new JsonObject { ["metadata"] = new JsonObject { ["finalizers"] = finalizers, ["uid"] = pod.Metadata.Uid } }, cancel: cancel);
    }

    JsonObject Running(Pod pod)
    {
        var containers = new JsonArray([.. (pod.Spec?.Containers ?? []).Select(c => (JsonNode)new JsonObject
        {
            ["name"] = c.Name, ["ready"] = true, ["restartCount"] = 0, ["image"] = c.Image, ["imageID"] = "",
            ["state"] = new JsonObject { ["running"] = new JsonObject { ["startedAt"] = DateTimeOffset.UtcNow.ToString("O") } },
        })]);
        // All of 127.0.0.0/8 is this machine, so pods can have addresses of their own without a network.
        var n = Interlocked.Increment(ref _addresses);
        var address = $"127.{1 + (n >> 16 & 0x7f)}.{n >> 8 & 0xff}.{n & 0xff}";
        _podsByAddress[address] = pod.Key;
        var running = Readiness(true);
        var status = (JsonObject)running["status"]!;
        (status["phase"], status["podIP"], status["containerStatuses"]) = ("Running", address, containers);
        return running;
    }

    static JsonObject Readiness(bool ready) => new()
    {
        ["status"] = new JsonObject { ["conditions"] = new JsonArray([.. new[] { "Ready", "ContainersReady" }.Select(type => (JsonNode)new JsonObject { ["type"] = type, ["status"] = ready ? "True" : "False" })]) },
    };

    /// <summary>The time as leases carry it.</summary>
    public static string Now() => DateTimeOffset.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);

    /// <summary>The cluster that a pod of the kind <c>name-ordinal</c> belongs to.</summary>
    public static ObjectKey ClusterOf(ObjectKey pod) => pod with { Name = pod.Name[..pod.Name.LastIndexOf('-')] };

    static ObjectKey PodOf(ObjectKey etcd, int ordinal) => etcd with { Name = $"{etcd.Name}-{ordinal}" };

    static int Ordinal(ObjectKey pod) => int.Parse(pod.Name[(pod.Name.LastIndexOf('-') + 1)..], CultureInfo.InvariantCulture);

    sealed record Member(string Uid, bool PeerTls);
}
