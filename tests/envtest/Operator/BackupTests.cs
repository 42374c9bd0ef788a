using System.Text.Json.Nodes;
using Druid.Api;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;

namespace Druid.EnvtestTests.Operator;

/// <summary>What someone who configures a store relies on.</summary>
[Collection(OneOperator.Name)]
public sealed class BackupTests(OperatorFixture fixture) : IAsyncLifetime
{
    SimulatedAgent agent = null!;

    public async Task InitializeAsync()
    {
        agent = await SimulatedAgent.Start();
        await fixture.RestartOperator(configuration =>
        {
            configuration.Controllers.Compaction.Enabled = true;
            configuration.Controllers.Compaction.RetryPeriod = TimeSpan.FromSeconds(2);
        });
    }

    public async Task DisposeAsync()
    {
        await agent.DisposeAsync();
        fixture.VerifySteps();
    }

    Task<ObjectKey> Create(int replicas = 1, Func<BackupSpec, BackupSpec>? with = null) => fixture.Create(replicas, spec =>
    {
        var backup = new BackupSpec { Port = agent.Port, Store = new() { Prefix = "p", Provider = "Local", Container = "bucket" } };
        return spec with { Backup = with?.Invoke(backup) ?? backup };
    });

    Task<Lease> Taken(ObjectKey key, string lease, long revision) => fixture.Client.Patch<Lease>(key with { Name = $"e-{lease}-snap" }, PatchKind.Merge, new JsonObject
    {
        ["spec"] = new JsonObject { ["holderIdentity"] = $"{revision}", ["renewTime"] = DateTimeOffset.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", System.Globalization.CultureInfo.InvariantCulture) },
    });

    static string? Condition(Etcd etcd, string type) => etcd.Status.Conditions.FirstOrDefault(c => c.Type == type) is { } c ? $"{c.Status} {c.Reason}" : null;

    Task<Job> End(ObjectKey key, string condition, string reason) => fixture.Client.Patch<Job>(key with { Name = "e-compactor" }, PatchKind.Merge, new JsonObject
    {
        ["status"] = new JsonObject { ["conditions"] = new JsonArray(new JsonObject { ["type"] = condition, ["status"] = "True", ["reason"] = reason }) },
    }, "status");

    [Fact]
    public async Task Leases_tell_whether_backups_are_taken()
    {
        var key = await Create();
        var etcd = await fixture.UntilReady(key);
        Assert.Equal("Unknown Unknown", Condition(etcd, ConditionType.BackupReady));
        await Taken(key, "full", 1);
        await Taken(key, "delta", 2);
        await fixture.Until(key, "is backed up", e => Condition(e, ConditionType.BackupReady) == "True BackupSucceeded");
    }

    [Fact]
    public async Task A_store_that_is_taken_away_takes_its_leases_along()
    {
        var key = await Create();
        await fixture.UntilReady(key);
        Assert.NotNull(await fixture.Client.TryGet<Lease>(key with { Name = "e-full-snap" }));
        await fixture.Change(key, new JsonObject { ["spec"] = new JsonObject { ["backup"] = new JsonObject { ["store"] = null } } });
        await ControlPlane.Eventually("no snapshot lease is left", async () => (await fixture.Client.ListPage<Lease>(key.Namespace)).Items.All(l => !l.Metadata.Name.EndsWith("-snap", StringComparison.Ordinal)));
        await fixture.Until(key, "says nothing of backups", e => Condition(e, ConditionType.BackupReady) is null);
    }

    [Fact]
    public async Task Hibernation_waits_for_a_full_snapshot_taken_for_it()
    {
        agent.Answer = _ => (500, "the bucket is gone");
        var key = await Create();
        await fixture.UntilReady(key);
        // Yesterday's does not count.
        await Taken(key, "full", 1);
        await fixture.Change(key, new JsonObject { ["spec"] = new JsonObject { ["replicas"] = 0 } });

        var etcd = await fixture.Until(key, "shows that the snapshot failed", e => e.Status.LastErrors.Any(error => error.Code == "ERR_CREATE_SNAPSHOT"));
        Assert.Contains("the bucket is gone", etcd.Status.LastErrors[0].Description, StringComparison.Ordinal);
        Assert.Equal("Hibernating/Saving", OperatorFixture.StateOf(etcd, "lifecycle"));
        Assert.Equal(1, (await fixture.Client.Get<StatefulSet>(key)).Spec?.Replicas);
        Assert.Equal(["/snapshot/full"], agent.Asked);

        // A process that starts anew asks again, and once it has its answer the members stop.
        agent.Answer = _ => (200, """{"lastRevision":7}""");
        await fixture.RestartOperator();
        await fixture.Until(key, "is hibernated", e => OperatorFixture.StateOf(e, "lifecycle") == "Hibernated");
        Assert.Equal(0, (await fixture.Client.Get<StatefulSet>(key)).Spec?.Replicas);
        Assert.Equal(["/snapshot/full", "/snapshot/full"], agent.Asked);
        Assert.Empty((await fixture.Client.Get<Etcd>(key)).Status.LastErrors);
    }

    [Fact]
    public async Task Many_deltas_are_compacted_by_one_job_and_its_end_is_told()
    {
        var key = await Create(with: backup => backup with { SnapshotCompaction = new() { EventsThreshold = 100, TriggerFullSnapshotThreshold = 1000 } });
        await fixture.UntilReady(key);
        await Taken(key, "full", 10);
        await Taken(key, "delta", 500);
        var job = await fixture.UntilStarted(key with { Name = "e-compactor" });
        Assert.Contains("compact", job.Spec!.Template!.Spec!.Containers![0].Args!);
        await fixture.Until(key, "compacts", e => OperatorFixture.StateOf(e, "backup") == "Compacting");

        await Taken(key, "full", 500);
        await End(key, "Complete", "CompletionsReached");
        await fixture.Until(key, "has compacted", e => Condition(e, ConditionType.LastSnapshotCompactionSucceeded) == "True None" && OperatorFixture.StateOf(e, "backup") == "Idle");
        await ControlPlane.Eventually("the job is gone", async () => await fixture.Client.TryGet<Job>(key with { Name = "e-compactor" }) is null);
        Assert.Contains($"etcddruid_compaction_jobs_total{{succeeded=\"true\",failureReason=\"none\",etcd_namespace=\"{key.Namespace}\"}} 1", await fixture.Operator.Metrics(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_compaction_is_told_and_tried_again_after_a_while()
    {
        var key = await Create(with: backup => backup with { SnapshotCompaction = new() { EventsThreshold = 100, TriggerFullSnapshotThreshold = 1000 } });
        await fixture.UntilReady(key);
        await Taken(key, "full", 10);
        await Taken(key, "delta", 500);
        var first = await fixture.UntilStarted(key with { Name = "e-compactor" });
        await End(key, "Failed", "BackoffLimitExceeded");
        await fixture.Until(key, "has failed", e => Condition(e, ConditionType.LastSnapshotCompactionSucceeded) == "False Unknown");
        await ControlPlane.Eventually("another job is there", async () => await fixture.Client.TryGet<Job>(key with { Name = "e-compactor" }) is { } job && job.Metadata.Uid != first.Metadata.Uid);
    }

    [Fact]
    public async Task Far_too_many_deltas_are_replaced_by_a_full_snapshot_of_the_members()
    {
        agent.Answer = _ => (200, """{"lastRevision":5000}""");
        var key = await Create(with: backup => backup with { SnapshotCompaction = new() { EventsThreshold = 100, TriggerFullSnapshotThreshold = 1000 } });
        await fixture.UntilReady(key);
        await Taken(key, "full", 10);
        await Taken(key, "delta", 5000);
        await fixture.Until(key, "has a full snapshot", e => Condition(e, ConditionType.LastSnapshotCompactionSucceeded) == "True FullSnapshotTakenSuccessfully");
        Assert.Equal(["/snapshot/full"], agent.Asked);
        Assert.Null(await fixture.Client.TryGet<Job>(key with { Name = "e-compactor" }));
    }
}
