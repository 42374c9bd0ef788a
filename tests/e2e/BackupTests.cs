using System.Text.Json.Nodes;
using Druid.Api;
using Druid.Kubernetes.Resources;

namespace Druid.EndToEndTests;

/// <summary>What someone relies on who configured a store: snapshots are there when data is not.</summary>
[Collection(nameof(Installation))]
public sealed class BackupTests(Installation druid) : IAsyncLifetime
{
    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => druid.CleanUp();

    [Fact]
    public async Task A_lone_member_with_a_broken_database_is_restored_from_its_snapshots()
    {
        var key = await Backed(1);
        await using var workload = await druid.StartWorkload(key);
        await workload.UntilWritten(200);
        await workload.Stop();
        await Snapshot(key, "delta");
        await druid.Until(key, "backed up", e => Holds(e, ConditionType.BackupReady), TimeSpan.FromMinutes(2));

        await Installation.OnNode("truncate", "--size=5000", await druid.Database(key, 0));
        await druid.Replace(key with { Name = "e-0" });
        await druid.UntilReady(key, 1);
        await workload.Verify();
    }

    [Fact]
    public async Task Snapshots_are_compacted_copied_and_found_another_cluster()
    {
        var key = await Backed(1);
        await using var workload = await druid.StartWorkload(key);
        await workload.UntilWritten(200);
        await workload.Stop();
        await Snapshot(key, "delta");
        Assert.Contains("is compacted up to revision", await druid.Cli("compact", "e", "-n", key.Namespace, "--wait"), StringComparison.Ordinal);
        await druid.Until(key, "told of the compaction", e => Holds(e, ConditionType.LastSnapshotCompactionSucceeded), TimeSpan.FromMinutes(1));

        var heir = await druid.Create(0, InStore);
        await druid.CreateStore(heir);
        await druid.UntilReady(heir, 0);
        await Copy(key, heir);
        await druid.Change(heir, new() { ["replicas"] = 1 });
        await druid.UntilReady(heir, 1);
        await workload.VerifyAt(await druid.ClientUrl(heir));
    }

    [Theory]
    [InlineData(2, "deleted")]
    [InlineData(3, "deleted")]
    [InlineData(2, "corrupted")]
    [InlineData(3, "corrupted")]
    public async Task A_majority_lost_for_good_comes_back_once_the_owner_allows_it(int lost, string how)
    {
        var key = await Backed(3);
        await using var workload = await druid.StartWorkload(key);
        await workload.UntilWritten(200);
        await workload.Stop();
        await Snapshot(key, "full");

        var victims = Enumerable.Range(3 - lost, lost).ToList();
        foreach (var ordinal in victims)
        {
            var database = await druid.Database(key, ordinal);
            await (how == "deleted"
                ? Installation.OnNode("rm", "-rf", Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(database)))!)
                : Installation.OnNode("truncate", "--size=5000", database));
        }
        // At one moment: while one of them still votes, another may leave the membership and come back as a learner.
        await druid.KillEtcd(victims.Select(ordinal => key with { Name = $"e-{ordinal}" }));
        await Task.WhenAll(victims.Select(ordinal => druid.Kill(key with { Name = $"e-{ordinal}" })));
        await druid.Until(key, "waiting for its owner's permission", e => e.Status.Lifecycle!.Regions.Any(r => r.WaitingFor?.Contains("recover-quorum", StringComparison.Ordinal) == true), TimeSpan.FromMinutes(3));

        await druid.Client.Patch<Etcd>(key, Kubernetes.Client.PatchKind.Merge, new JsonObject
        {
            ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [Annotations.RecoverQuorum] = "true" } },
        });
        await druid.UntilReady(key, 3, TimeSpan.FromMinutes(6));
        await workload.Verify($"A_majority_lost_for_good_comes_back_once_the_owner_allows_it, {lost} of 3 {how}");
    }

    async Task<ObjectKey> Backed(int replicas)
    {
        var key = await druid.Create(replicas, InStore);
        await druid.CreateStore(key);
        await druid.UntilReady(key, replicas);
        return key;
    }

    internal static EtcdSpec InStore(EtcdSpec spec) => spec with
    {
        Backup = new()
        {
            Store = new() { Provider = "Local", Container = "e2e", Prefix = Guid.NewGuid().ToString("N"), SecretRef = new() { Name = Installation.Store } },
            FullSnapshotSchedule = "0 0 1 1 *",
            DeltaSnapshotPeriod = TimeSpan.FromSeconds(10),
        },
    };

    async Task Copy(ObjectKey from, ObjectKey to)
    {
        var task = await druid.Client.Create(new EtcdCopyBackupsTask
        {
            Metadata = new() { Name = "copy", Namespace = to.Namespace },
            Spec = new() { SourceStore = await StoreOf(from), TargetStore = await StoreOf(to) },
        });
        await Installation.Eventually("the snapshots are copied", async () =>
        {
            var now = await druid.Client.Get<EtcdCopyBackupsTask>(task.Key);
            return (now.Status.Conditions.Any(c => c is { Type: ConditionType.Succeeded, Status: ConditionStatus.True }) ? now : null, now.Status.LastError ?? "no error");
        }, TimeSpan.FromMinutes(2));
    }

    async Task<StoreSpec> StoreOf(ObjectKey key) => (await druid.Client.Get<Etcd>(key)).Spec.Backup.Store!;

    async Task Snapshot(ObjectKey key, string type) =>
        Assert.Contains("has succeeded", await druid.Cli("snapshot", "e", "--type", type, "-n", key.Namespace, "--wait"), StringComparison.Ordinal);

    static bool Holds(Etcd etcd, string condition) => etcd.Status.Conditions.Any(c => c.Type == condition && c.Status == ConditionStatus.True);
}
