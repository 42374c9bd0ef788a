using System.Text.Json.Nodes;
using Druid.Api;
using Druid.Kubernetes.Resources;

namespace Druid.EnvtestTests.Operator;

/// <summary>
/// The operator dies again and again while clusters are created, updated, scaled and deleted; each ends as it was declared last, and
/// the logs of all its lives conform to the machines.
/// </summary>
[Collection(OneOperator.Name)]
public sealed class KillTests(OperatorFixture fixture)
{
    const int Clusters = 10;

    [Fact]
    public Task An_operator_killed_fifteen_times_leaves_every_cluster_as_declared() => Survive(kills: 15, seed: Environment.TickCount);

    [Fact, Trait("Matrix", "Full")]
    public Task An_operator_killed_two_hundred_times_leaves_every_cluster_as_declared() => Survive(kills: 200, seed: Environment.TickCount);

    async Task Survive(int kills, int seed)
    {
        var random = new Random(seed);
        await using var agent = await SimulatedAgent.Start();
        // Members leave when they are told to; leadership is not handed over, as by agents of other implementations.
        agent.Answer = request => request.StartsWith("/leader/move", StringComparison.Ordinal) ? (404, "no such path") : (200, "{}");
        var declared = new Dictionary<ObjectKey, Wish?>();
        for (var i = 0; i < Clusters; i++)
        {
            var replicas = random.Next(1, 4);
            declared[await fixture.Create(replicas, spec => spec with { Backup = new() { Port = agent.Port } })] = new(replicas, null);
        }
        for (var kill = 0; kill < kills; kill++)
        {
            await Change(random, declared, agent.Port);
            await Task.Delay(random.Next(0, 400)); // The random moment; there is nothing to wait for.
            await fixture.KillOperator();
        }
        foreach (var (key, wish) in declared)
        {
            await ControlPlane.Eventually($"seed {seed}: {key} is {(wish is null ? "gone" : wish)}", () => IsAs(key, wish), TimeSpan.FromMinutes(6));
        }
        fixture.VerifySteps();
    }

    // One of the clusters is given another wish; one that is gone is declared anew.
    async Task Change(Random random, Dictionary<ObjectKey, Wish?> declared, int port)
    {
        var key = declared.Keys.ElementAt(random.Next(declared.Count));
        if (declared[key] is not { } wish)
        {
            if (await fixture.Client.TryGet<Etcd>(key) is not null) return;
            await fixture.Client.Create(new Etcd { Metadata = new() { Name = key.Name, Namespace = key.Namespace }, Spec = new() { Replicas = 1, Labels = new Dictionary<string, string> { ["app"] = "test" }, Backup = new() { Port = port } } });
            declared[key] = new(1, null);
            return;
        }
        switch (random.Next(4))
        {
            case 0:
                await fixture.Client.Delete<Etcd>(key);
                declared[key] = null;
                return;
            case 1:
                declared[key] = wish with { Quota = $"{random.Next(1, 5)}Gi" };
                await fixture.Change(key, new JsonObject { ["spec"] = new JsonObject { ["etcd"] = new JsonObject { ["quota"] = declared[key]!.Quota } } });
                return;
            default:
                declared[key] = wish with { Replicas = random.Next(4) };
                await fixture.Change(key, new JsonObject { ["spec"] = new JsonObject { ["replicas"] = declared[key]!.Replicas } });
                return;
        }
    }

    async Task<bool> IsAs(ObjectKey key, Wish? wish)
    {
        var etcd = await fixture.Client.TryGet<Etcd>(key);
        if (wish is null || etcd is null)
        {
            return wish is null && etcd is null && await fixture.Client.TryGet<StatefulSet>(key) is null;
        }
        var set = await fixture.Client.TryGet<StatefulSet>(key);
        var config = await fixture.Client.TryGet<ConfigMap>(key with { Name = $"{key.Name}-config" });
        return etcd.Status.ObservedGeneration == etcd.Metadata.Generation
            && set?.Spec?.Replicas == wish.Replicas
            && (wish.Replicas == 0 ? OperatorFixture.StateOf(etcd, "lifecycle") == "Hibernated" : OperatorFixture.IsReady(etcd))
            && (wish.Quota is null || config?.Data?["etcd.conf.yaml"].Contains($"quota-backend-bytes: {Quantity.Parse(wish.Quota).RoundedUp}", StringComparison.Ordinal) == true);
    }

    /// <summary>What a cluster is declared as.</summary>
    sealed record Wish(int Replicas, string? Quota);
}
