using System.Text.Json.Nodes;
using Druid.Api;
using Druid.Kubernetes.Resources;

namespace Druid.EndToEndTests;

/// <summary>Whatever a cluster is doing when it is deleted, nothing that runs or is configured for it is left.</summary>
[Collection(nameof(Installation))]
public sealed class DeletionTests(Installation druid) : IAsyncLifetime
{
    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => druid.CleanUp();

    [Fact]
    public async Task One_that_is_as_declared_leaves_nothing_but_its_volumes()
    {
        var key = await druid.CreateReady(1);
        await druid.Client.Delete<Etcd>(key);
        await UntilNothingIsLeft(key);
        Assert.Single((await druid.Client.ListPage<PersistentVolumeClaim>(key.Namespace)).Items);
    }

    [Fact]
    public async Task One_that_was_just_created() => await DeleteWhile(await druid.Create(3), "Creating");

    [Fact]
    public async Task One_that_grows_and_one_that_shrinks()
    {
        var (small, large) = (await druid.Create(1), await druid.Create(3));
        await druid.UntilReady(small, 1);
        await druid.UntilReady(large, 3);
        await druid.Change(small, new() { ["replicas"] = 3 });
        await druid.Change(large, new() { ["replicas"] = 1 });
        await Task.WhenAll(DeleteWhile(small, "ScalingOut"), DeleteWhile(large, "ScalingIn"));
    }

    [Fact]
    public async Task One_whose_rollout_is_stuck_and_one_that_is_suspended()
    {
        var (stuck, suspended) = (await druid.Create(1), await druid.Create(1));
        await druid.UntilReady(stuck, 1);
        await druid.UntilReady(suspended, 1);
        await druid.Change(stuck, new() { ["etcd"] = new JsonObject { ["image"] = "druid.invalid/no-such-image:1" } });
        await DeleteWhile(stuck, "Updating");

        await druid.Cli("suspend", suspended.Name, "-n", suspended.Namespace!);
        await UntilIn(suspended, "Suspended");
        await druid.Client.Delete<Etcd>(suspended);
        await druid.Until(suspended, "waiting for the end of its suspension", e => e.Status.Lifecycle!.Regions.Any(r => r.WaitingFor?.Contains("suspension's end, to go on with the deletion", StringComparison.Ordinal) == true), TimeSpan.FromMinutes(1));
        Assert.Single((await druid.Client.ListPage<Pod>(suspended.Namespace)).Items);
        await druid.Cli("resume", suspended.Name, "-n", suspended.Namespace!);
        await UntilNothingIsLeft(suspended);
    }

    [Fact]
    public async Task One_that_falls_asleep_one_that_sleeps_and_one_that_wakes()
    {
        var clusters = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => druid.Create(1)));
        await Task.WhenAll(clusters.Select(key => druid.UntilReady(key, 1)));
        await Task.WhenAll(clusters.Skip(1).Select(async key =>
        {
            await druid.Change(key, new() { ["replicas"] = 0 });
            await druid.UntilReady(key, 0);
        }));
        await druid.Change(clusters[0], new() { ["replicas"] = 0 });
        await druid.Change(clusters[2], new() { ["replicas"] = 1 });
        await Task.WhenAll(DeleteWhile(clusters[0], "Hibernating"), DeleteWhile(clusters[1], "Hibernated"), DeleteWhile(clusters[2], "Waking"));
    }

    async Task DeleteWhile(ObjectKey key, string state)
    {
        await UntilIn(key, state);
        await druid.Client.Delete<Etcd>(key);
        await UntilNothingIsLeft(key);
    }

    Task<Etcd> UntilIn(ObjectKey key, string state) => druid.Until(key, state,
        e => e.Status.Lifecycle?.Regions.Any(r => r.Name == "lifecycle" && r.State.StartsWith(state, StringComparison.Ordinal)) == true, TimeSpan.FromMinutes(1));

    async Task UntilNothingIsLeft(ObjectKey key)
    {
        await druid.UntilGone(key);
        var ns = key.Namespace;
        Assert.Empty((await druid.Client.ListPage<StatefulSet>(ns)).Items);
        Assert.Empty((await druid.Client.ListPage<Pod>(ns)).Items);
        Assert.Empty((await druid.Client.ListPage<Lease>(ns)).Items);
        Assert.Empty((await druid.Client.ListPage<Service>(ns)).Items);
        Assert.Empty((await druid.Client.ListPage<Role>(ns)).Items);
    }
}
