using Druid.Api;
using Druid.Kubernetes.Resources;
using Druid.Operator.Agents;
using Druid.Operator.Health;
using Druid.Operator.Observers;
using Druid.StateMachine.Etcd;
using Druid.StateMachine.Machines;

namespace Druid.UnitTests.Operator;

/// <summary>What is told of a cluster's backups.</summary>
public sealed class BackupTests
{
    static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    static readonly Etcd Declared = new()
    {
        Metadata = new() { Name = "e", Namespace = "n", Uid = "u" },
        Spec = new() { Replicas = 1, Backup = new() { Store = new() { Prefix = "p", Provider = "Local", Container = "bucket" }, FullSnapshotSchedule = "0 */2 * * *" } },
    };

    static Lease SnapshotLease(string name, DateTimeOffset? at, string? revision = null) => new()
    {
        Metadata = new() { Name = name, Namespace = "n", CreationTimestamp = Now.AddHours(-1) },
        Spec = new() { HolderIdentity = revision, RenewTime = at },
    };

    static ClusterObjects Objects(Etcd etcd, params IResource[] owned) =>
        new() { Etcd = etcd, At = Now, Owned = owned.ToDictionary(o => new OwnedKey(o.Kind, o.Metadata.Name)) };

    static ClusterObjects Taken(double? full, double? delta, Func<BackupSpec, BackupSpec>? with = null) => Objects(
        Declared with { Spec = Declared.Spec with { Backup = with?.Invoke(Declared.Spec.Backup) ?? Declared.Spec.Backup } },
        SnapshotLease("e-full-snap", full is { } f ? Now.AddSeconds(-f) : null), SnapshotLease("e-delta-snap", delta is { } d ? Now.AddSeconds(-d) : null));

    static string Said(ClusterObjects objects, int size = 1) => BackupHealth.Check(objects, size, Now) is { } finding ? $"{finding.Status} {finding.Reason}" : "nothing";

    [Theory]
    [InlineData(null, null, "Unknown Unknown")]
    [InlineData(60.0, null, "Unknown Unknown")]
    [InlineData(60.0, 10.0, "True BackupSucceeded")]
    [InlineData(null, 10.0, "True BackupSucceeded")]
    [InlineData(3600.0, 59.0, "True BackupSucceeded")]
    [InlineData(3600.0, 90.0, "Unknown Unknown")]
    [InlineData(3600.0, 301.0, "False BackupFailed")]
    [InlineData(5.0, 3600.0, "True BackupSucceeded")]
    [InlineData(-3600.0, -3600.0, "True BackupSucceeded")]
    public void Backups_are_healthy_while_snapshots_are_in_time(double? full, double? delta, string expected) => Assert.Equal(expected, Said(Taken(full, delta)));

    [Fact]
    public void A_missed_full_snapshot_is_a_failure_whatever_the_deltas_are()
    {
        // Two hours apart, and a quarter of an hour to take one.
        Assert.Equal("True BackupSucceeded", Said(Taken(2 * 3600, 10)));
        Assert.Equal("False BackupFailed", Said(Taken(4.5 * 3600, 10)));
    }

    [Fact]
    public void Without_deltas_only_full_snapshots_count() =>
        Assert.Equal("True BackupSucceeded", Said(Taken(3600, null, backup => backup with { DeltaSnapshotPeriod = Duration.Zero })));

    [Fact]
    public void A_period_or_schedule_that_is_not_set_is_that_of_the_agent()
    {
        var unset = Taken(60, 10, backup => backup with { FullSnapshotSchedule = null, DeltaSnapshotPeriod = null });
        Assert.Equal("True BackupSucceeded", Said(unset));
        Assert.Equal(Now.AddSeconds(50), BackupHealth.NextChange(unset, 1, Now));
    }

    [Fact]
    public void Nobody_is_alarmed_about_a_hibernated_cluster() => Assert.Equal("Unknown NotChecked", Said(Taken(7200, 7200), size: 0));

    [Fact]
    public void Without_a_store_there_is_nothing_to_say() =>
        Assert.Equal("nothing", Said(Objects(Declared with { Spec = Declared.Spec with { Backup = new() } })));

    [Fact]
    public void A_cluster_that_loses_its_store_is_not_said_to_have_backups()
    {
        var before = new EtcdStatus { Conditions = [new() { Type = ConditionType.BackupReady, Status = ConditionStatus.True }] };
        var objects = Objects(Declared with { Spec = Declared.Spec with { Backup = new() }, Status = before });
        var run = new Reconciled(objects, new() { Wanted = 1, Plan = new(1, PeerTls.Off) }, EtcdLifecycle.Machine.Initial, [], Druid.Operator.Actions.RunOutcome.Nothing, "run");
        Assert.DoesNotContain(StatusBuilder.Build(run, MemberThresholds.Default, Now).Conditions, c => c.Type == ConditionType.BackupReady);
    }

    [Theory]
    [InlineData("100", "350", 0, 250)]
    [InlineData("100", "350", 300, 50)]
    [InlineData("400", "350", 0, 0)]
    [InlineData(null, "350", 0, 0)]
    [InlineData("nonsense", "350", 0, 0)]
    [InlineData("100", "", 0, 0)]
    public void Revisions_since_the_last_full_snapshot_are_told_by_the_leases(string? full, string? delta, long taken, long expected)
    {
        var objects = Objects(Declared, SnapshotLease("e-full-snap", Now, full), SnapshotLease("e-delta-snap", Now, delta)) with { Agents = new() { FullSnapshotRevision = taken } };
        Assert.Equal(expected, BackupObserver.DeltaRevisions(objects));
    }

    [Fact]
    public void The_Etcds_own_thresholds_go_before_the_operators()
    {
        var own = Declared with { Spec = Declared.Spec with { Backup = Declared.Spec.Backup with { SnapshotCompaction = new() { EventsThreshold = 7 } } } };
        var view = BackupObserver.Observe(Objects(own), new(true, 100, 200, TimeSpan.FromMinutes(5)));
        Assert.Equal((7, 200, true, true), (view.CompactAt, view.SnapshotAt, view.Configured, view.CompactionEnabled));
    }

    [Fact]
    public void After_a_failed_compaction_the_next_one_waits_for_the_retry_period()
    {
        var failing = new LifecycleStatus { Regions = [new() { Name = "backup", State = SnapshotCompaction.Failing, Since = Now.AddMinutes(-3) }] };
        var objects = Objects(Declared with { Status = new() { Lifecycle = failing } });
        Assert.True(BackupObserver.Observe(objects, new(true, 1, 2, TimeSpan.FromMinutes(5))).BackingOff);
        Assert.False(BackupObserver.Observe(objects, new(true, 1, 2, TimeSpan.FromMinutes(2))).BackingOff);
    }

    static Job CompactionJob(string condition, string? reason = null, string owner = "u") => new()
    {
        Metadata = new() { Name = "e-compactor", Namespace = "n", OwnerReferences = [new() { ApiVersion = "v", Kind = "Etcd", Name = "e", Uid = owner, Controller = true }] },
        Status = new() { StartTime = Now.AddSeconds(-90), CompletionTime = Now, Conditions = [new() { Type = condition, Status = "True", Reason = reason, LastTransitionTime = Now }] },
    };

    [Theory]
    [InlineData("Complete", null, JobState.Succeeded)]
    [InlineData("Failed", "BackoffLimitExceeded", JobState.Failed)]
    [InlineData("Failed", "DeadlineExceeded", JobState.DeadlineExceeded)]
    [InlineData("Suspended", null, JobState.Running)]
    public void A_jobs_conditions_tell_its_state(string condition, string? reason, JobState expected) => Assert.Equal(expected, JobObserver.StateOf(CompactionJob(condition, reason)));

    [Fact]
    public void The_job_of_an_earlier_Etcd_of_the_same_name_is_not_ours() =>
        Assert.Null(BackupObserver.CompactionJobOf(Objects(Declared, CompactionJob("Complete", owner: "another"))));

    static CompactionEnd? End(Job job, params PodOutline[] pods)
    {
        var objects = Objects(Declared, job) with { Pods = pods.ToDictionary(p => p.Metadata.Name) };
        var step = new Transition(EtcdLifecycle.Backup, SnapshotCompaction.Compacting, SnapshotCompaction.Idle, "t", [new DeleteCompactionJob()]);
        return CompactionEnd.Of(new(EtcdLifecycle.Machine.Initial, EtcdLifecycle.Machine.Initial, [step]), new() { Wanted = 1, Plan = new(1, PeerTls.Off), Backup = BackupObserver.Observe(objects, CompactionOptions.Off) }, objects);
    }

    static PodOutline Ended(string? disruption, bool terminated) => new()
    {
        Metadata = new() { Name = "e-compactor-x", Labels = new Dictionary<string, string> { ["job-name"] = "e-compactor" } },
        Status = new()
        {
            Conditions = disruption is null ? null : [new() { Type = "DisruptionTarget", Status = "True", Reason = disruption }],
            ContainerStatuses = terminated ? [new() { Name = "compact-backup", State = new() { Terminated = new() { ExitCode = 1 } } }] : null,
        },
    };

    [Fact]
    public void A_compaction_that_succeeded_says_so_and_how_long_it_took()
    {
        var end = End(CompactionJob("Complete"))!;
        Assert.Equal((true, "None", "none", TimeSpan.FromSeconds(90)), (end.Succeeded, end.Reason, end.FailureReason, end.Took));
        Assert.Equal(ConditionType.LastSnapshotCompactionSucceeded, end.Finding.Type);
    }

    [Theory]
    [InlineData("DeadlineExceeded", null, false, "DeadlineExceeded", "deadlineExceeded")]
    [InlineData("BackoffLimitExceeded", "PreemptionByScheduler", false, "PreemptionByScheduler", "preempted")]
    [InlineData("BackoffLimitExceeded", "DeletionByTaintManager", false, "DeletionByTaintManager", "evicted")]
    [InlineData("BackoffLimitExceeded", "EvictionByEvictionAPI", false, "EvictionByEvictionAPI", "evicted")]
    [InlineData("BackoffLimitExceeded", "TerminationByKubelet", true, "TerminationByKubelet", "evicted")]
    [InlineData("BackoffLimitExceeded", null, true, "ProcessFailure", "processFailure")]
    [InlineData("BackoffLimitExceeded", null, false, "Unknown", "unknown")]
    public void A_compaction_that_failed_says_why(string jobReason, string? disruption, bool terminated, string reason, string metric)
    {
        var end = End(CompactionJob("Failed", jobReason), Ended(disruption, terminated))!;
        Assert.Equal((false, reason, metric), (end.Succeeded, end.Reason, end.FailureReason));
    }

    [Theory]
    [InlineData(SnapshotRequest.Done, SnapshotCompaction.Idle, true, "FullSnapshotTakenSuccessfully")]
    [InlineData(SnapshotRequest.Failed, SnapshotCompaction.Failing, false, "ErrorTriggeringFullSnapshot")]
    public void A_full_snapshot_instead_of_a_job_is_told_too(SnapshotRequest state, string to, bool succeeded, string reason)
    {
        var objects = Objects(Declared) with { Agents = new() { Requests = new Dictionary<RequestPurpose, RequestNews> { [RequestPurpose.InsteadOfJob] = new(state, "no space left") } } };
        var step = new Transition(EtcdLifecycle.Backup, SnapshotCompaction.Snapshotting, to, "t", []);
        var view = new ClusterView { Wanted = 1, Plan = new(1, PeerTls.Off), Backup = BackupObserver.Observe(objects, CompactionOptions.Off) };
        var end = CompactionEnd.Of(new(EtcdLifecycle.Machine.Initial, EtcdLifecycle.Machine.Initial, [step]), view, objects)!;
        Assert.Equal((succeeded, reason, false), (end.Succeeded, end.Reason, end.ByJob));
    }

    [Fact]
    public void A_snapshot_that_fails_before_hibernation_is_an_error_of_the_Etcd()
    {
        var objects = Objects(Declared) with { Agents = new() { Requests = new Dictionary<RequestPurpose, RequestNews> { [RequestPurpose.BeforeStop] = new(SnapshotRequest.Failed, "the bucket is gone", Now.AddSeconds(20)) } } };
        var run = new Reconciled(objects, new() { Wanted = 0, Plan = new(1, PeerTls.Off), Backup = BackupObserver.Observe(objects, CompactionOptions.Off) }, EtcdLifecycle.Machine.Initial, [], Druid.Operator.Actions.RunOutcome.Nothing, "run");
        var status = StatusBuilder.Build(run, MemberThresholds.Default, Now);
        Assert.Equal(("ERR_CREATE_SNAPSHOT", "the bucket is gone"), (status.LastErrors.Single().Code, status.LastErrors.Single().Description));
        Assert.Equal(OperationState.Error, status.LastOperation?.State);
    }

    [Theory]
    [InlineData("250", 100, 250, true)]
    [InlineData("250", 249, 300, true)]
    [InlineData("250", 250, 300, false)]
    [InlineData("nonsense", 100, 250, false)]
    [InlineData(null, 100, 250, false)]
    public void A_compaction_that_is_asked_for_is_due_until_a_full_snapshot_holds_it(string? asked, long full, long delta, bool due)
    {
        var etcd = Declared with { Metadata = Declared.Metadata with { Annotations = asked is null ? null : new Dictionary<string, string> { [Annotations.CompactUpTo] = asked } } };
        var view = BackupObserver.Observe(Objects(etcd, SnapshotLease("e-full-snap", Now, $"{full}"), SnapshotLease("e-delta-snap", Now, $"{delta}")), CompactionOptions.Off);
        Assert.Equal(due, view.CompactionEnabled && view.DeltaRevisions >= view.CompactAt);
    }

    [Fact]
    public void A_compaction_that_was_asked_for_is_let_to_end_once_its_snapshot_is_there()
    {
        var etcd = Declared with { Metadata = Declared.Metadata with { Annotations = new Dictionary<string, string> { [Annotations.CompactUpTo] = "250" } } };
        var backup = BackupObserver.Observe(Objects(etcd, SnapshotLease("e-full-snap", Now, "250"), SnapshotLease("e-delta-snap", Now, "2000000")), CompactionOptions.Off) with { Job = JobState.Running };
        var view = new ClusterView { Wanted = 1, Plan = new(1, PeerTls.Off), Backup = backup };
        var compacting = SnapshotCompaction.Machine.Fire(SnapshotCompaction.Machine.Initial, view with { Backup = backup with { Job = JobState.None, CompactAt = 1 } }).After;
        var decision = SnapshotCompaction.Machine.Fire(compacting, view);
        Assert.Empty(decision.Actions);
        Assert.Equal(SnapshotCompaction.Compacting, SnapshotCompaction.Machine.At(decision.After, 0).Path);
        Assert.False(backup.DeltaRevisions >= backup.CompactAt, "Compaction is off: nothing is compacted but what was asked for.");
    }

    [Theory]
    [InlineData(JobState.Running, false, SnapshotCompaction.Compacting, false)]
    [InlineData(JobState.Failed, false, SnapshotCompaction.Compacting, false)]
    [InlineData(JobState.Succeeded, false, SnapshotCompaction.Idle, true)]
    [InlineData(JobState.Running, true, SnapshotCompaction.Idle, true)]
    public void A_job_of_an_operator_that_ended_before_it_recorded_it_is_followed_to_its_end(JobState job, bool invalid, string to, bool deleted)
    {
        var view = new ClusterView
        {
            Wanted = 1,
            Plan = new(1, PeerTls.Off),
            SpecErrors = invalid ? ["an error"] : [],
            Backup = BackupObserver.Observe(Objects(Declared), new(true, 1, 2, TimeSpan.FromMinutes(5))) with { Job = job },
        };
        var decision = SnapshotCompaction.Machine.Fire(SnapshotCompaction.Machine.Initial, view);
        Assert.Equal((to, deleted), (SnapshotCompaction.Machine.At(decision.After, 0).Path, decision.Actions.OfType<DeleteCompactionJob>().Any()));
    }
}
