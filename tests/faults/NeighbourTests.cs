using System.Diagnostics;
using System.Globalization;
using Druid.Api;
using Druid.FaultTests.World;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;

namespace Druid.FaultTests;

/// <summary>Clusters whose agents never answer do not slow the others.</summary>
[Collection(InTheLab.Name)]
public sealed class NeighbourTests(Lab lab)
{
    const int Noisy = 6;

    [Fact]
    public async Task A_cluster_is_created_while_the_agents_of_others_are_waited_for()
    {
        await using var stage = await Stage.Set(lab);
        var alone = await Created(stage, "alone");
        // Each wants to hand leadership over, to replace the leader's pod; nobody answers.
        for (var i = 0; i < Noisy; i++)
        {
            await stage.Declare($"noisy-{i}", 2);
        }
        await stage.Until("the noisy ones are ready", async () => (await Etcds(stage)).Count(e => Stage.IsReady(e)) == Noisy + 1);
        lab.Kubelets.Agents.Silence(stage.Namespace);
        var asked = lab.Kubelets.Agents.Asked(stage.Namespace);
        for (var i = 0; i < Noisy; i++)
        {
            await stage.Client.Patch<Etcd>(new(stage.Namespace, $"noisy-{i}"), PatchKind.Merge, System.Text.Json.Nodes.JsonNode.Parse("""{"spec":{"replicas":1}}""")!);
        }
        await stage.Until("the agents are asked and do not answer", () => Task.FromResult(lab.Kubelets.Agents.Asked(stage.Namespace) >= asked + Noisy));

        var before = lab.Kubelets.Agents.GivenUp(stage.Namespace);
        var beside = await Created(stage, "beside");
        var after = lab.Kubelets.Agents.GivenUp(stage.Namespace);
        lab.Report.Note(string.Create(CultureInfo.InvariantCulture,
            $"From an Etcd to its StatefulSet: {alone.TotalMilliseconds:0} ms alone, {beside.TotalMilliseconds:0} ms beside {Noisy} clusters whose agents do not answer."));
        // An agent is waited for for 15 s; whoever needs one that waits for it is created after that at the earliest, on however slow a machine.
        Assert.True(after == before, $"It was created once {after - before} requests to silent agents had been given up: {beside.TotalSeconds:0.0} s, {alone.TotalSeconds:0.0} s alone.");
    }

    static async Task<TimeSpan> Created(Stage stage, string name)
    {
        var started = Stopwatch.GetTimestamp();
        await stage.Declare(name, 1);
        await stage.Until($"{name} has a StatefulSet", async () => await stage.Client.TryGet<StatefulSet>(new(stage.Namespace, name)) is not null);
        return Stopwatch.GetElapsedTime(started);
    }

    static async Task<IReadOnlyList<Etcd>> Etcds(Stage stage) => (await stage.Client.ListPage<Etcd>(stage.Namespace)).Items;
}
