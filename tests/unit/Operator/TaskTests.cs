using Druid.Api;
using Druid.Kubernetes.Resources;
using Druid.Operator.Agents;
using Druid.Operator.Health;
using Druid.Operator.Observers;
using Druid.StateMachine.Etcd;

namespace Druid.UnitTests.Operator;

/// <summary>What is told of tasks.</summary>
public sealed class TaskTests
{
    static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    static EtcdOpsTask Ops(string? state = null, TimeSpan? since = null, string name = "t", OnDemandSnapshot? snapshot = null) => new()
    {
        Metadata = new() { Name = name, Namespace = "n", Uid = name, CreationTimestamp = Now.AddMinutes(-1) },
        Spec = new() { EtcdName = "e", Config = new() { OnDemandSnapshot = snapshot ?? new() { Type = "full" } } },
        Status = new() { State = state, StartedAt = Now - since, LastTransitionTime = Now - since },
    };

    static readonly Etcd Ready = new()
    {
        Metadata = new() { Name = "e", Namespace = "n" },
        Spec = new() { Backup = new() { Store = new() { Prefix = "p", Provider = "S3" } } },
        Status = new() { Conditions = [new() { Type = ConditionType.Ready, Status = ConditionStatus.True }] },
    };

    static OpsTaskObjects Objects(EtcdOpsTask task, TaskRun? run = null, params EtcdOpsTask[] others) => new(task, Ready, others, run ?? TaskRun.None, Now);

    static string Codes(OpsTaskObjects objects) => string.Join(",", OpsTaskObserver.Objections(objects).Select(o => o.Code));

    [Fact]
    public void A_task_for_a_ready_cluster_with_a_store_is_accepted() => Assert.Equal("", Codes(Objects(Ops())));

    [Fact]
    public void What_cannot_be_accepted_is_told_with_a_code()
    {
        Assert.Equal("ERR_GET_ETCD", Codes(Objects(Ops()) with { Etcd = null }));
        Assert.Equal("ERR_BACKUP_NOT_ENABLED", Codes(Objects(Ops()) with { Etcd = Ready with { Spec = new() } }));
        Assert.Equal("ERR_ETCD_NOT_READY", Codes(Objects(Ops()) with { Etcd = Ready with { Status = new() } }));
        Assert.Equal("ERR_INVALID_SPEC", Codes(Objects(Ops(snapshot: new() { Type = "half" }))));
    }

    [Fact]
    public void Of_two_tasks_that_wait_the_later_one_is_the_duplicate()
    {
        var earlier = Ops(name: "b") with { Metadata = new() { Name = "b", Namespace = "n", CreationTimestamp = Now.AddMinutes(-2) } };
        Assert.Equal("ERR_DUPLICATE_TASK", Codes(Objects(Ops(), null, earlier)));
        Assert.Equal("", Codes(Objects(earlier, null, Ops())));
        Assert.Equal("ERR_DUPLICATE_TASK", Codes(Objects(Ops(name: "z"), null, Ops(name: "a"))));
        Assert.Equal("ERR_DUPLICATE_TASK", Codes(Objects(earlier, null, Ops(TaskState.InProgress))));
        Assert.Equal("", Codes(Objects(Ops(), null, Ops(TaskState.Succeeded, name: "a"), Ops(TaskState.Failed, name: "b"), Ops(TaskState.Rejected, name: "c"))));
    }

    [Fact]
    public void Once_accepted_a_task_is_not_judged_again() => Assert.Equal("", Codes(Objects(Ops(TaskState.InProgress)) with { Etcd = null }));

    [Theory]
    [InlineData("full", null, 901, true)]
    [InlineData("full", null, 899, false)]
    [InlineData("full", 120, 121, true)]
    [InlineData("delta", null, 61, true)]
    [InlineData("delta", 10, 9, false)]
    public void A_tasks_time_is_that_of_its_kind_of_snapshot(string type, int? seconds, int ago, bool expected)
    {
        var snapshot = new OnDemandSnapshot { Type = type, TimeoutSecondsFull = type == "full" ? seconds : null, TimeoutSecondsDelta = type == "delta" ? seconds : null };
        Assert.Equal(expected, OpsTaskObserver.Observe(Objects(Ops(TaskState.InProgress, TimeSpan.FromSeconds(ago), snapshot: snapshot))).TimedOut);
    }

    [Fact]
    public void An_ended_task_is_kept_for_its_time()
    {
        Assert.False(OpsTaskObserver.Observe(Objects(Ops(TaskState.Succeeded, TimeSpan.FromSeconds(3599)))).Expired);
        Assert.True(OpsTaskObserver.Observe(Objects(Ops(TaskState.Rejected, TimeSpan.FromSeconds(3601)))).Expired);
        Assert.False(OpsTaskObserver.Observe(Objects(Ops(TaskState.InProgress, TimeSpan.FromHours(3)))).Expired);
    }

    [Fact]
    public void At_most_ten_errors_are_kept_and_one_that_comes_again_is_told_once()
    {
        var task = Ops(TaskState.InProgress, TimeSpan.FromSeconds(5));
        for (var i = 0; i < 14; i++)
        {
            var objects = Objects(task, new(SnapshotRequest.Asked, "ERR_EXECUTE_HTTP_REQUEST", $"attempt {i / 2}", Now.AddSeconds(15)));
            task = task with { Status = OpsTaskStatus.Build(objects, OpsTaskObserver.Observe(objects), TaskState.InProgress, null, "run") };
        }
        Assert.Equal(Enumerable.Range(0, 7).Select(i => $"attempt {i}"), task.Status.LastErrors.Select(e => e.Description));
        for (var i = 0; i < 14; i++)
        {
            var objects = Objects(task, new(SnapshotRequest.Asked, "ERR_EXECUTE_HTTP_REQUEST", $"again {i}", Now.AddSeconds(15)));
            task = task with { Status = OpsTaskStatus.Build(objects, OpsTaskObserver.Observe(objects), TaskState.InProgress, null, "run") };
        }
        Assert.Equal(EtcdOpsTaskStatus.KeptErrors, task.Status.LastErrors.Count);
        Assert.Equal("again 13", task.Status.LastErrors[^1].Description);
    }

    [Fact]
    public void A_task_whose_time_ran_out_says_so()
    {
        var objects = Objects(Ops(TaskState.InProgress, TimeSpan.FromHours(1)));
        var status = OpsTaskStatus.Build(objects, OpsTaskObserver.Observe(objects), TaskState.Failed, null, "run");
        Assert.Equal(("ERR_OPERATION_CANCELLED", OperationState.Failed), (status.LastErrors.Single().Code, status.LastOperation!.State));
    }

    static CopyTaskObjects Copy(Job? job = null, EtcdCopyBackupsTaskStatus? status = null, string? secret = null) => new(
        new()
        {
            Metadata = new() { Name = "t", Namespace = "n", Generation = 2 },
            Spec = new() { SourceStore = new() { Provider = "S3", Prefix = "a", Container = "bucket", SecretRef = secret is null ? null : new() { Name = secret } }, TargetStore = new() { Provider = "S3", Prefix = "b", Container = "bucket" } },
            Status = status ?? new(),
        }, job, new HashSet<string>());

    static Job Ended(string condition) => new() { Metadata = new() { Name = "t-worker" }, Status = new() { Conditions = [new() { Type = condition, Status = "True" }] } };

    [Fact]
    public void How_a_copy_ended_outlives_its_job()
    {
        Assert.Equal(BackupCopy.Pending, CopyTaskObserver.StateOf(Copy()));
        Assert.Equal(BackupCopy.Pending, CopyTaskObserver.StateOf(Copy(Ended("Complete"))));
        var done = CopyTaskStatus.Build(Copy(Ended("Complete")), CopyTaskObserver.Observe(Copy(Ended("Complete"))), null, Now);
        Assert.Equal(("Succeeded", "Complete", 2L, (string?)null), (done.Conditions.Single().Type, done.Conditions.Single().Reason, done.ObservedGeneration, done.LastError));
        Assert.Equal(BackupCopy.Succeeded, CopyTaskObserver.StateOf(Copy(status: done)));
        var failed = CopyTaskStatus.Build(Copy(Ended("Failed")), CopyTaskObserver.Observe(Copy(Ended("Failed"))), null, Now);
        Assert.Equal("Job t-worker failed; its pods' logs tell why.", failed.LastError);
        Assert.Equal(BackupCopy.Failed, CopyTaskObserver.StateOf(Copy(status: failed)));
    }

    [Fact]
    public void A_copy_that_lacks_a_secret_is_rejected_until_it_is_there()
    {
        var view = CopyTaskObserver.Observe(Copy(secret: "keys"));
        Assert.Equal("spec.sourceStore.secretRef.name: secret 'keys' does not exist in namespace 'n'; create it or correct the name.", view.SpecErrors.Single());
        var status = CopyTaskStatus.Build(Copy(secret: "keys"), view, null, Now);
        Assert.Equal(BackupCopy.Rejected, CopyTaskObserver.StateOf(Copy(status: status, secret: "keys")));
        Assert.Empty(CopyTaskObserver.Observe(Copy(secret: "keys") with { Secrets = new HashSet<string> { "keys" } }).SpecErrors);
    }
}
