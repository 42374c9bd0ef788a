using System.Text.Json.Nodes;
using Druid.Api;
using Druid.Api.Schemas;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;
using Druid.Testing;

namespace Druid.EnvtestTests.Operator;

/// <summary>A control plane with the CRDs, members that come up, and what tests of the operator do again and again.</summary>
public sealed class OperatorFixture : IAsyncLifetime
{
    readonly List<RunningOperator> before = [];
    SimulatedMembers? members;
    RunningOperator? running;

    internal ControlPlane Plane { get; private set; } = null!;

    internal RunningOperator Operator => running ?? throw new InvalidOperationException("No operator runs.");

    internal SimulatedMembers Members => members!;

    internal KubernetesClient Client => Plane.Client;

    public async Task InitializeAsync()
    {
        Plane = await ControlPlane.Start("operator");
        await InstallCrds(Plane);
        members = SimulatedMembers.Start(Plane);
        running = RunningOperator.Start(Plane);
    }

    public async Task DisposeAsync()
    {
        if (running is not null)
        {
            await running.DisposeAsync();
        }
        if (members is not null)
        {
            await members.DisposeAsync();
        }
        await Plane.DisposeAsync();
    }

    /// <summary>The logs of all operators so far: each of their steps is one that the model allows.</summary>
    internal void VerifySteps() => OperatorLog.Conforms([.. before.Append(Operator).Select(o => o.Log.Lines)]);

    /// <summary>Stops the operator that runs and starts another.</summary>
    internal async Task RestartOperator(Action<Druid.Operator.Configuration.OperatorConfiguration>? configure = null, Druid.Operator.Images.ImageVector? images = null)
    {
        await Operator.DisposeAsync();
        before.Add(Operator);
        running = RunningOperator.Start(Plane, configure, images: images);
    }

    /// <summary>Cuts the operator off from the API server in the middle of whatever it does, as its death would, and starts another.</summary>
    internal async Task KillOperator()
    {
        await Operator.Kill();
        before.Add(Operator);
        running = RunningOperator.Start(Plane);
    }

    /// <summary>Creates an Etcd in a namespace of its own.</summary>
    internal async Task<ObjectKey> Create(int replicas = 3, Func<EtcdSpec, EtcdSpec>? with = null, IReadOnlyDictionary<string, string>? annotations = null)
    {
        var spec = new EtcdSpec { Replicas = replicas, Labels = new Dictionary<string, string> { ["app"] = "test" } };
        var etcd = new Etcd { Metadata = new() { Name = "e", Namespace = await Plane.NewNamespace("etcd"), Annotations = annotations }, Spec = with?.Invoke(spec) ?? spec };
        await Client.Create(etcd);
        return etcd.Key;
    }

    internal Task<Etcd> Until(ObjectKey key, string what, Func<Etcd, bool> holds, TimeSpan? within = null)
    {
        Etcd? last = null;
        return ControlPlane.Eventually<Etcd>($"Etcd {key}: {what}", async () => (last = await Client.TryGet<Etcd>(key)) is { } etcd && holds(etcd) ? etcd : null, within, () => Describe(last));
    }

    static string Describe(Etcd? etcd) => etcd is null ? "It is gone." :
        $"It is {string.Join(", ", (etcd.Status.Lifecycle?.Regions ?? []).Select(r => $"{r.Name}={r.State}{(r.WaitingFor is null ? "" : $" (waits for {r.WaitingFor})")}"))}; "
        + $"generation {etcd.Metadata.Generation}, observed {etcd.Status.ObservedGeneration}; "
        + string.Join("; ", etcd.Status.Conditions.Where(c => c.Status != ConditionStatus.True).Select(c => $"{c.Type}={c.Status} {c.Reason}: {c.Message}").Concat(etcd.Status.LastErrors.Select(e => e.Description)));

    // The job controller of old servers writes over what others write into a status before it has told of the start.
    internal Task<Job> UntilStarted(ObjectKey key) => ControlPlane.Eventually<Job>(
        $"Job {key} is started", async () => await Client.TryGet<Job>(key) is { Status.StartTime: not null } job ? job : null);

    internal Task<Etcd> UntilReady(ObjectKey key, TimeSpan? within = null) => Until(key, "is ready", IsReady, within);

    internal Task UntilGone(ObjectKey key) => ControlPlane.Eventually($"Etcd {key} is gone", async () => await Client.TryGet<Etcd>(key) is null);

    internal Task<Etcd> Change(ObjectKey key, JsonObject patch) => Client.Patch<Etcd>(key, PatchKind.Merge, patch);

    internal static bool IsReady(Etcd etcd) => StateOf(etcd, "lifecycle") == "Ready" && StateOf(etcd, "serving") == "Quorate"
        && etcd.Status.Conditions.Any(c => c is { Type: ConditionType.AllMembersReady, Status: ConditionStatus.True });

    internal static string? StateOf(Etcd etcd, string region) => etcd.Status.Lifecycle?.Regions.FirstOrDefault(r => r.Name == region)?.State;

    internal static string WaitOf(Etcd etcd) => etcd.Status.Lifecycle?.Regions.FirstOrDefault(r => r.Name == "lifecycle")?.WaitingFor ?? "";

    internal static async Task InstallCrds(ControlPlane plane)
    {
        foreach (var crd in Crds.All)
        {
            // Created, not applied: a server without CEL refuses to apply rules that it drops from an object that is created.
            await plane.Client.Create(CustomResourceDefinition.Type.Read(crd.ToJson().ToJsonString()));
        }
        await ControlPlane.Eventually("the CRDs are served", async () =>
        {
            await plane.Client.ListPage<Etcd>();
            return true;
        });
    }
}
