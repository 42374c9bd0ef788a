using Druid.Api;
using Druid.Kubernetes.Resources;
using Druid.Operator.Configuration;

namespace Druid.EnvtestTests.Operator;

/// <summary>What somebody relies on who turns a feature gate on or off while clusters run.</summary>
[Collection(OneOperator.Name)]
public sealed class FeatureGateTests(OperatorFixture fixture) : IAsyncLifetime
{
    const string Next = "docker.io/druid/member:next";

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await fixture.RestartOperator();
        fixture.VerifySteps();
    }

    // A pod without a node is gone at once, and the disruption controller may take the next of its name for it, for two minutes;
    // that can happen to two of three.
    static readonly TimeSpan Rolled = TimeSpan.FromMinutes(6);

    [Fact]
    public async Task Members_roll_to_the_next_images_one_at_a_time_and_back_with_the_gate()
    {
        // Leadership is not handed over, as by agents of other implementations.
        await using var agent = await SimulatedAgent.Start();
        agent.Answer = _ => (404, "no such path");
        var key = await fixture.Create(3, spec => spec with { Backup = new() { Port = agent.Port } });
        await fixture.UntilReady(key);
        var before = await Pods(key);
        Assert.All(before.Values, pod => Assert.Equal(["docker.io/druid/member:test"], ImagesOf(pod)));

        await Restart(gate: true);
        await ControlPlane.Eventually("every pod runs the next images", async () => await Pods(key) is { Count: 3 } pods && pods.Values.All(p => ImagesOf(p) is [Next]), Rolled);
        await fixture.UntilReady(key, Rolled);
        Assert.All(await Pods(key), pod => Assert.NotEqual(before[pod.Key].Metadata.Uid, pod.Value.Metadata.Uid));
        Assert.Contains("docker.io/druid/member:next", (await fixture.Client.Get<StatefulSet>(key)).Spec!.Template!.Spec!.Containers!.Select(c => c.Image));
        // Each let go by the disruption budget, which spares one pod at a time.
        Assert.Equal(3, fixture.Operator.Requests.All.Count(r => r.Namespace == key.Namespace && r.Resource == "pods/eviction" && r.Code == 201));

        await Restart(gate: false);
        await ControlPlane.Eventually("every pod runs the images of before", async () => await Pods(key) is { Count: 3 } pods && pods.Values.All(p => ImagesOf(p) is ["docker.io/druid/member:test"]), Rolled);
        await fixture.UntilReady(key, Rolled);
    }

    [Fact]
    public async Task An_upgrade_of_etcd_waits_for_a_full_snapshot_taken_for_it()
    {
        await using var agent = await SimulatedAgent.Start();
        agent.Answer = _ => (500, "the bucket is gone");
        var key = await fixture.Create(1, spec => spec with { Backup = new() { Port = agent.Port, Store = new() { Prefix = "p", Provider = "Local", Container = "bucket" } } });
        await fixture.UntilReady(key);

        await Restart(gate: true);
        var etcd = await fixture.Until(key, "shows that the snapshot failed", e => e.Status.LastErrors.Any(error => error.Code == "ERR_CREATE_SNAPSHOT"));
        Assert.Contains("the bucket is gone", etcd.Status.LastErrors[0].Description, StringComparison.Ordinal);
        Assert.Equal("Upgrading/Saving", OperatorFixture.StateOf(etcd, "lifecycle"));
        Assert.DoesNotContain(Next, (await fixture.Client.Get<StatefulSet>(key)).Spec!.Template!.Spec!.Containers!.Select(c => c.Image));
        Assert.All(await Pods(key), pod => Assert.DoesNotContain(Next, ImagesOf(pod.Value)));

        // A process that starts anew asks again, and once it has its answer the members are upgraded.
        agent.Answer = request => request.StartsWith("/leader/move", StringComparison.Ordinal) ? (404, "no such path") : (200, """{"lastRevision":7}""");
        await Restart(gate: true);
        await ControlPlane.Eventually("the pod runs the next images", async () => await Pods(key) is { Count: 1 } pods && pods.Values.All(p => ImagesOf(p) is [Next]), Rolled);
        await fixture.UntilReady(key, Rolled);
        Assert.Equal(["/snapshot/full", "/snapshot/full"], agent.Asked.Where(asked => asked.StartsWith("/snapshot", StringComparison.Ordinal)));
        Assert.Empty((await fixture.Client.Get<Etcd>(key)).Status.LastErrors);
    }

    [Fact]
    public async Task The_StatefulSet_controller_replaces_pods_where_that_is_asked_for()
    {
        await fixture.RestartOperator(configuration => configuration.FeatureGates[FeatureGates.RollingUpdate] = true);
        var key = await fixture.Create(1);
        await fixture.UntilReady(key);
        Assert.Equal("RollingUpdate", (await fixture.Client.Get<StatefulSet>(key)).Spec?.UpdateStrategy?.Type);
        await fixture.RestartOperator();
        await ControlPlane.Eventually("the operator replaces them again", async () => (await fixture.Client.Get<StatefulSet>(key)).Spec?.UpdateStrategy?.Type == "OnDelete");
    }

    Task Restart(bool gate) => fixture.RestartOperator(
        configuration => configuration.FeatureGates[FeatureGates.UpgradeEtcdVersion] = gate,
        RunningOperator.Images.OverwrittenBy("images: [{name: etcd-wrapper-next, tag: next}, {name: etcd-backup-restore-next, tag: next}]"));

    static string[] ImagesOf(Pod pod) => [.. (pod.Spec?.Containers ?? []).Select(c => c.Image ?? "").Distinct()];

    async Task<Dictionary<string, Pod>> Pods(ObjectKey key) => (await fixture.Client.ListPage<Pod>(key.Namespace)).Items.ToDictionary(p => p.Metadata.Name);
}
