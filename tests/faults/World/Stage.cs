using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Druid.Api;
using Druid.EnvtestTests.Operator;
using Druid.FaultTests.Proxy;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;
using Druid.Testing;

namespace Druid.FaultTests.World;

/// <summary>One namespace, one operator that sees nothing else, and the proxy between it and the API server.</summary>
sealed class Stage : IAsyncDisposable
{
    // Longer than a disruption budget takes a pod that is back for one that is about to go: two minutes. A rollout waits for it.
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    // Longer than news of a status are held, so that what is to be written has been.
    static readonly TimeSpan Calm = TimeSpan.FromMilliseconds(900);

    readonly Lab _lab;
    readonly List<RunningOperator> _operators = [];
    Task _succession = Task.CompletedTask;

    Stage(Lab lab, string ns, FaultProxy proxy)
    {
        (_lab, Namespace, Proxy) = (lab, ns, proxy);
        proxy.Crash = () => _succession = Task.Run(Succeed);
        _operators.Add(StartOperator());
    }

    /// <summary>The namespace.</summary>
    public string Namespace { get; }

    /// <summary>The cluster that the scenarios are about.</summary>
    public ObjectKey Key => new(Namespace, "e");

    /// <summary>Between the operator and the API server.</summary>
    public FaultProxy Proxy { get; }

    /// <summary>Of an administrator, past the proxy.</summary>
    public KubernetesClient Client => _lab.Client;

    /// <summary>The nodes.</summary>
    public Kubelets Kubelets => _lab.Kubelets;

    /// <summary>How many operators there have been.</summary>
    public int Lives => _operators.Count;

    /// <summary>Whether the next operator after a crash at first sees the lists that the proxy remembers.</summary>
    public bool SucceedInThePast { get; set; }

    /// <summary>An empty namespace with an operator that waits for an Etcd.</summary>
    public static async Task<Stage> Set(Lab lab, System.Security.Cryptography.X509Certificates.X509Certificate2? certificate = null)
    {
        var ns = await lab.Plane.NewNamespace("f");
        return new(lab, ns, await FaultProxy.Start(lab.Upstream, ns, certificate));
    }

    /// <summary>Declares the cluster.</summary>
    public Task<Etcd> Declare(int replicas, Func<EtcdSpec, EtcdSpec>? with = null) => Declare(Key.Name, replicas, with);

    /// <summary>Declares a cluster of another name.</summary>
    public Task<Etcd> Declare(string name, int replicas, Func<EtcdSpec, EtcdSpec>? with = null)
    {
        var spec = new EtcdSpec
        {
            Replicas = replicas,
            Labels = new Dictionary<string, string> { ["app"] = "test" },
            Backup = new() { Port = Kubelets.AgentPort, Store = new() { Prefix = "p", Provider = "Local", Container = "bucket" } },
        };
        return Client.Create(new Etcd { Metadata = new() { Name = name, Namespace = Namespace }, Spec = with?.Invoke(spec) ?? spec });
    }

    /// <summary>Changes the cluster's declaration.</summary>
    public Task<Etcd> Change(string patch) => Client.Patch<Etcd>(Key, PatchKind.Merge, JsonNode.Parse(patch)!);

    /// <summary>Creates a secret with one entry.</summary>
    public Task<Secret> Secret(string name, string entry, string value) => Client.Create(new Secret
    {
        Metadata = new() { Name = name, Namespace = Namespace },
        Data = new Dictionary<string, byte[]> { [entry] = System.Text.Encoding.UTF8.GetBytes(value) },
    });

    /// <summary>Waits until the cluster is ready and nothing happens any more.</summary>
    public Task UntilReady() => UntilSettled("is ready", IsReady);

    /// <summary>Waits until something holds of the cluster and the operator has nothing more to do.</summary>
    /// <exception cref="TimeoutException">It does not come to that; the message tells where it stands and what the operator said.</exception>
    public async Task UntilSettled(string what, Func<Etcd?, bool> holds)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            await _succession;
            var etcd = await Client.TryGet<Etcd>(Key);
            if (Stopwatch.GetElapsedTime(started) > Calm && Proxy.Quiet > Calm && holds(etcd)) return;
            if (Stopwatch.GetElapsedTime(started) > Patience)
            {
                throw new TimeoutException($"Waited {Patience.TotalSeconds:0} s in vain: {Key} {what}. {Where(etcd)} The last words:\n{string.Join('\n', LastWords())}");
            }
            await Task.Delay(100);
        }
    }

    /// <summary>Waits until something holds.</summary>
    /// <exception cref="TimeoutException">It does not come to that.</exception>
    public async Task Until(string what, Func<Task<bool>> holds)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await holds())
        {
            if (Stopwatch.GetElapsedTime(started) > Patience)
            {
                throw new TimeoutException($"Waited {Patience.TotalSeconds:0} s in vain in {Namespace}: {what}. The last words:\n{string.Join('\n', LastWords())}");
            }
            await Task.Delay(100);
        }
    }

    /// <summary>Kills the operator and starts another.</summary>
    public async Task CrashOperator()
    {
        Proxy.Severed = true;
        await Succeed();
    }

    /// <summary>Every step of every operator so far is one that the model allows.</summary>
    public void VerifySteps() => OperatorLog.Conforms([.. _operators.Select(o => o.Log.Lines)]);

    public async ValueTask DisposeAsync()
    {
        await _succession;
        await _operators[^1].Kill();
        await Proxy.DisposeAsync();
    }

    /// <summary>Whether a cluster is as declared, and all its members serve.</summary>
    public static bool IsReady(Etcd? etcd) => IsAt(etcd, "Ready") && RegionOf(etcd, "serving") == "Quorate" && RegionOf(etcd, "backup") == "Idle"
        && etcd!.Status.Conditions.Any(c => c is { Type: ConditionType.AllMembersReady, Status: ConditionStatus.True });

    /// <summary>Whether the lifecycle of a cluster is in a state, with all of its declaration taken up.</summary>
    public static bool IsAt(Etcd? etcd, string state) => etcd is not null && RegionOf(etcd, "lifecycle") == state && etcd.Status.ObservedGeneration == etcd.Metadata.Generation;

    /// <summary>The state of a region.</summary>
    public static string? RegionOf(Etcd? etcd, string region) => etcd?.Status.Lifecycle?.Regions.FirstOrDefault(r => r.Name == region)?.State;

    async Task Succeed()
    {
        await _operators[^1].Kill();
        if (SucceedInThePast)
        {
            Proxy.GoBack();
            Proxy.Hold();
            _ = Task.Delay(TimeSpan.FromSeconds(1)).ContinueWith(_ => Proxy.Release(), TaskScheduler.Default);
        }
        Proxy.Severed = false;
        _operators.Add(StartOperator());
    }

    RunningOperator StartOperator() => RunningOperator.Start(
        _lab.Plane,
        configuration =>
        {
            configuration.Controllers.Compaction.Enabled = true;
            // Nobody renews leases here.
            configuration.Controllers.Etcd.EtcdMember.UnknownThreshold = TimeSpan.FromHours(1);
        },
        Proxy.Configuration);

    static string Where(Etcd? etcd) => etcd is null ? "It is gone." : string.Create(CultureInfo.InvariantCulture,
        $"generation {etcd.Metadata.Generation}, observed {etcd.Status.ObservedGeneration}; {string.Join("; ", etcd.Status.Lifecycle?.Regions.Select(r => $"{r.Name}: {r.State}, waits for {r.WaitingFor ?? "nothing"}") ?? [])}; {string.Join("; ", etcd.Status.LastErrors.Select(e => e.Description))}.");

    IEnumerable<string> LastWords() =>
        [.. _operators[^1].Log.Lines.Where(line => !line.Contains(" status: ", StringComparison.Ordinal)).TakeLast(12), .. _operators[^1].Ended is { } why ? new[] { $"It ended by itself: {why}" } : []];
}
