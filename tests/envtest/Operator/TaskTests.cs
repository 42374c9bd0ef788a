using System.Text.Json.Nodes;
using Druid.Api;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;

namespace Druid.EnvtestTests.Operator;

/// <summary>What someone who creates a task relies on, up to what the agents do.</summary>
[Collection(OneOperator.Name)]
public sealed class TaskTests(OperatorFixture fixture) : IAsyncLifetime
{
    SimulatedAgent agent = null!;

    public async Task InitializeAsync()
    {
        agent = await SimulatedAgent.Start();
        await fixture.RestartOperator(configuration => configuration.Controllers.EtcdOpsTask.RequeueInterval = TimeSpan.FromSeconds(1));
    }

    public async Task DisposeAsync()
    {
        await agent.DisposeAsync();
        fixture.VerifySteps();
    }

    async Task<ObjectKey> Cluster()
    {
        var key = await fixture.Create(1, spec => spec with { Backup = new() { Port = agent.Port, Store = new() { Prefix = "p", Provider = "Local", Container = "bucket" } } });
        await fixture.UntilReady(key);
        return key;
    }

    Task<EtcdOpsTask> Snapshot(ObjectKey etcd, string name, OnDemandSnapshot? snapshot = null, int? ttl = null) => fixture.Client.Create(new EtcdOpsTask
    {
        Metadata = new() { Name = name, Namespace = etcd.Namespace },
        Spec = new() { EtcdName = etcd.Name, TtlSecondsAfterFinished = ttl, Config = new() { OnDemandSnapshot = snapshot ?? new() { Type = "full" } } },
    });

    Task<EtcdOpsTask> Until(EtcdOpsTask task, string state) => ControlPlane.Eventually<EtcdOpsTask>(
        $"task {task.Key} is {state}", async () => await fixture.Client.TryGet<EtcdOpsTask>(task.Key) is { } now && now.Status.State == state ? now : null);

    [Fact]
    public async Task A_snapshot_on_demand_is_taken_and_the_task_goes_after_its_time()
    {
        var etcd = await Cluster();
        var done = await Until(await Snapshot(etcd, "full", new() { Type = "full", IsFinal = true }), TaskState.Succeeded);
        Assert.Equal(["/snapshot/full?final=true"], agent.Asked);
        Assert.Empty(done.Status.LastErrors);
        Assert.Equal((OperationType.Execution, OperationState.Completed), (done.Status.LastOperation!.Type, done.Status.LastOperation.State));
        Assert.NotNull(done.Status.StartedAt);

        var short_ = await Snapshot(etcd, "delta", new() { Type = "delta" }, ttl: 1);
        await ControlPlane.Eventually("the task is gone", async () => await fixture.Client.TryGet<EtcdOpsTask>(short_.Key) is null);
        Assert.Equal("/snapshot/delta", agent.Asked.Last());
    }

    [Fact]
    public async Task An_agent_that_refuses_fails_the_task_and_one_that_is_away_is_asked_again()
    {
        var etcd = await Cluster();
        agent.Answer = _ => (500, "the bucket is gone");
        var failed = await Until(await Snapshot(etcd, "refused"), TaskState.Failed);
        Assert.Equal("ERR_CREATE_SNAPSHOT", failed.Status.LastErrors.Single().Code);
        Assert.Contains("the bucket is gone", failed.Status.LastErrors[0].Description, StringComparison.Ordinal);

        // The port of the pods is one where nobody listens yet.
        var port = agent.Port;
        await agent.DisposeAsync();
        var waiting = await Snapshot(etcd, "patient");
        await ControlPlane.Eventually("the task tells that nobody answers", async () =>
            (await fixture.Client.Get<EtcdOpsTask>(waiting.Key)).Status is { State: TaskState.InProgress, LastErrors: [{ Code: "ERR_EXECUTE_HTTP_REQUEST" }] });
        agent = await SimulatedAgent.Start(port);
        await Until(waiting, TaskState.Succeeded);
    }

    [Fact]
    public async Task A_task_for_nobody_or_without_a_store_or_for_a_cluster_that_is_not_ready_or_twice_is_rejected()
    {
        var etcd = await Cluster();
        async Task Rejected(EtcdOpsTask task, string code)
        {
            var rejected = await Until(task, TaskState.Rejected);
            Assert.Equal(code, rejected.Status.LastErrors.Single().Code);
            Assert.Equal(OperationType.Admit, rejected.Status.LastOperation!.Type);
        }
        await Rejected(await Snapshot(etcd with { Name = "nobody" }, "nobody"), "ERR_GET_ETCD");

        var bare = await fixture.Create(1);
        await fixture.UntilReady(bare);
        await Rejected(await Snapshot(bare, "bare"), "ERR_BACKUP_NOT_ENABLED");

        var asleep = await fixture.Create(0, spec => spec with { Backup = new() { Store = new() { Prefix = "p", Provider = "Local", Container = "bucket" } } });
        await fixture.Until(asleep, "is hibernated", e => OperatorFixture.StateOf(e, "lifecycle") == "Hibernated");
        await Rejected(await Snapshot(asleep, "asleep"), "ERR_ETCD_NOT_READY");

        using var held = new ManualResetEventSlim();
        agent.Answer = _ => held.Wait(TimeSpan.FromSeconds(20)) ? (200, "{}") : (500, "late");
        var first = await Until(await Snapshot(etcd, "first"), TaskState.InProgress);
        await Rejected(await Snapshot(etcd, "second"), "ERR_DUPLICATE_TASK");
        held.Set();
        await Until(first, TaskState.Succeeded);
    }

    [Fact]
    public async Task A_copy_task_runs_one_job_and_tells_how_it_ended()
    {
        var ns = await fixture.Plane.NewNamespace("copy");
        async Task<EtcdCopyBackupsTask> Create(string name, string? secret = null)
        {
            var store = new StoreSpec { Provider = "Local", Container = secret is null ? "bucket" : "other", Prefix = "new", SecretRef = secret is null ? null : new() { Name = secret } };
            return await fixture.Client.Create(new EtcdCopyBackupsTask { Metadata = new() { Name = name, Namespace = ns }, Spec = new() { SourceStore = store with { Prefix = "old", Container = "bucket", SecretRef = null }, TargetStore = store } });
        }
        Task<Job> JobOf(string name) => fixture.UntilStarted(new(ns, $"{name}-worker"));
        Task<Job> End(string name, string condition) => fixture.Client.Patch<Job>(new(ns, $"{name}-worker"), PatchKind.Merge, new JsonObject
        {
            ["status"] = new JsonObject { ["conditions"] = new JsonArray(new JsonObject { ["type"] = condition, ["status"] = "True" }) },
        }, "status");
        Task<EtcdCopyBackupsTask> Holds(string name, string condition) => ControlPlane.Eventually<EtcdCopyBackupsTask>(
            $"task {name}: {condition}", async () => await fixture.Client.TryGet<EtcdCopyBackupsTask>(new(ns, name)) is { } task && task.Status.Conditions.Any(c => c.Type == condition && c.Status == "True") ? task : null);

        var good = await Create("good");
        Assert.True((await JobOf("good")).IsControlledBy(good));
        await End("good", "Complete");
        Assert.Null((await Holds("good", ConditionType.Succeeded)).Status.LastError);

        await Create("bad");
        await JobOf("bad");
        await End("bad", "Failed");
        Assert.Contains("bad-worker failed", (await Holds("bad", ConditionType.Failed)).Status.LastError, StringComparison.Ordinal);

        // What is missing is named and waited for.
        await Create("secretive", "credentials");
        await ControlPlane.Eventually("the missing secret is named", async () =>
            (await fixture.Client.Get<EtcdCopyBackupsTask>(new(ns, "secretive"))).Status.LastError?.Contains("spec.targetStore.secretRef.name: secret 'credentials' does not exist", StringComparison.Ordinal) == true);
        await fixture.Client.Create(new Secret { Metadata = new() { Name = "credentials", Namespace = ns }, Data = new Dictionary<string, byte[]> { ["hostPath"] = "/srv/backups"u8.ToArray() } });
        var job = await JobOf("secretive");
        Assert.Contains(job.Spec!.Template!.Spec!.Volumes!, v => v.HostPath?.Path == "/srv/backups/other");

        await fixture.Client.Delete<EtcdCopyBackupsTask>(new(ns, "secretive"));
        await ControlPlane.Eventually("task and job are gone", async () =>
            await fixture.Client.TryGet<EtcdCopyBackupsTask>(new(ns, "secretive")) is null && await fixture.Client.TryGet<Job>(new(ns, "secretive-worker")) is null);
    }

    [Fact]
    public async Task A_secret_is_kept_as_long_as_an_Etcd_names_it()
    {
        var ns = await fixture.Plane.NewNamespace("secrets");
        foreach (var name in (string[])["credentials", "of-nobody"])
        {
            await fixture.Client.Create(new Secret { Metadata = new() { Name = name, Namespace = ns } });
        }
        var etcd = await fixture.Client.Create(new Etcd
        {
            Metadata = new() { Name = "e", Namespace = ns },
            Spec = new() { Replicas = 0, Labels = new Dictionary<string, string> { ["a"] = "b" }, Backup = new() { Store = new() { Prefix = "p", Provider = "S3", Container = "bucket", SecretRef = new() { Name = "credentials" } } } },
        });
        async Task<bool> IsKept(string name) => (await fixture.Client.Get<Secret>(new(ns, name))).HasFinalizer(Finalizers.Etcd);
        await ControlPlane.Eventually("the secret is kept", () => IsKept("credentials"));
        Assert.False(await IsKept("of-nobody"));

        await fixture.Client.Delete<Secret>(new(ns, "credentials"));
        Assert.NotNull(await fixture.Client.TryGet<Secret>(new(ns, "credentials")));
        await fixture.Until(etcd.Key, "is taken up", e => OperatorFixture.StateOf(e, "lifecycle") is not null);
        await fixture.Client.Delete<Etcd>(etcd.Key);
        await ControlPlane.Eventually("the secret goes with the last Etcd", async () => await fixture.Client.TryGet<Secret>(new(ns, "credentials")) is null);
    }
}
