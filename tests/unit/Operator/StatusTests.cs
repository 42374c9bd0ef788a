using Druid.Api;
using Druid.Kubernetes.Resources;
using Druid.Operator.Actions;
using Druid.Operator.Health;
using Druid.Operator.Observers;
using Druid.StateMachine.Etcd;
using Druid.StateMachine.Machines;

namespace Druid.UnitTests.Operator;

/// <summary>What a user reads in the status.</summary>
public sealed class StatusTests
{
    static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    static readonly MemberThresholds Thresholds = MemberThresholds.Default;
    static readonly Etcd Declared = new() { Metadata = new() { Name = "e", Namespace = "n", Generation = 4 }, Spec = new() { Replicas = 3 } };

    static ClusterObjects Objects(params TimeSpan[] silences) => new()
    {
        Etcd = Declared,
        Owned = silences.Select((silence, i) => (IResource)new Lease
        {
            Metadata = new() { Name = $"e-{i}", Namespace = "n" },
            Spec = new() { HolderIdentity = $"{i}:c:{(i == 0 ? "Leader" : "Member")}", RenewTime = Now - silence },
        }).ToDictionary(l => new OwnedKey(l.Kind, l.Metadata.Name)),
    };

    static Reconciled Run(ClusterObjects objects, RunOutcome? outcome = null, params Transition[] steps) => new(
        objects, new() { Wanted = 3, Plan = new(3, PeerTls.Off), Members = [.. MemberObserver.Observe(objects, new(3, PeerTls.Off))] },
        EtcdLifecycle.Machine.Initial, steps, outcome ?? RunOutcome.Nothing, "run");

    static EtcdStatus Build(Reconciled run) => StatusBuilder.Build(run, Thresholds, Now);

    static string Condition(EtcdStatus status, string type) => status.Conditions.Single(c => c.Type == type) is var c ? $"{c.Status} {c.Reason}" : "";

    [Theory]
    [InlineData(5, MemberHealth.Ready, MemberReason.LeaseSucceeded)]
    [InlineData(61, MemberHealth.NotReady, MemberReason.ContainersNotReady)]
    [InlineData(361, MemberHealth.NotReady, MemberReason.UnknownGracePeriodExceeded)]
    public void A_silent_member_loses_trust_in_steps(int seconds, string status, string reason)
    {
        var member = MemberHealthCheck.Check(Objects(TimeSpan.FromSeconds(seconds)), 1, Thresholds, Now).Single();
        Assert.Equal((status, reason), (member.Status, member.Reason));
    }

    [Fact]
    public void A_silent_member_whose_containers_are_ready_is_unknown()
    {
        var pod = new PodOutline { Metadata = new() { Name = "e-0" }, Status = new() { Conditions = [new() { Type = "ContainersReady", Status = "True" }] } };
        var objects = Objects(TimeSpan.FromSeconds(61)) with { Pods = new Dictionary<string, PodOutline> { ["e-0"] = pod } };
        Assert.Equal(MemberHealth.Unknown, MemberHealthCheck.Check(objects, 1, Thresholds, Now).Single().Status);
    }

    [Fact]
    public void Two_of_three_are_a_quorum_and_one_is_none()
    {
        var late = TimeSpan.FromMinutes(10);
        Assert.Equal("True Quorate", Condition(Build(Run(Objects(default, default, late))), ConditionType.Ready));
        Assert.Equal("False QuorumLost", Condition(Build(Run(Objects(default, late, late))), ConditionType.Ready));
        Assert.Equal("Unknown NoMembersInStatus", Condition(Build(Run(Objects())), ConditionType.Ready));
    }

    [Fact]
    public void Members_of_two_clusters_are_a_mismatch()
    {
        var objects = Objects(default, default);
        var stranger = objects.MemberLease(1)! with { Spec = new() { HolderIdentity = "1:other:Member", RenewTime = Now } };
        objects = objects with { Owned = new Dictionary<OwnedKey, IResource>(objects.Owned) { [new("Lease", "e-1")] = stranger } };
        Assert.Equal("True MultipleClusterIDsDetected", Condition(Build(Run(objects)), ConditionType.ClusterIdMismatch));
    }

    [Fact]
    public void Nothing_new_is_nothing_to_write()
    {
        var status = Build(Run(Objects(default, default, default)));
        var again = StatusBuilder.Build(Run(Objects(default, default, default) with { Etcd = Declared with { Status = status } }), Thresholds, Now);
        Assert.Null(StatusPatch.Between(status, again));
    }

    static Etcd Joining(EtcdStatus? status = null) => Declared with
    {
        Spec = Declared.Spec with { Etcd = new() { BootstrapWithExistingCluster = new() { Members = [new() { Name = "source-0", PeerUrls = ["http://10.0.0.1:2380"] }], ClientEndpoints = ["http://source:2379"] } } },
        Status = status ?? new(),
    };

    static ClusterView Members(params (PodState Pod, Membership Place)[] members) => new()
    {
        Wanted = 3,
        Plan = new(3, PeerTls.Off),
        Members = [.. members.Select((m, i) => new MemberView { Ordinal = i, Pod = m.Pod, Membership = m.Place })],
    };

    [Fact]
    public void A_cluster_that_joins_another_says_who_is_missing_and_remembers_the_members_it_joined()
    {
        var voter = (PodState.Ready, Membership.Voter);
        var joining = Build(Run(Objects() with { Etcd = Joining() }) with { View = Members(voter, voter, (PodState.Ready, Membership.Learner)) });
        Assert.Equal("False BootstrapInProgress", Condition(joining, ConditionType.BootstrappedWithExistingCluster));
        Assert.Contains("member 2 (learner)", joining.Conditions.Single(c => c.Type == ConditionType.BootstrappedWithExistingCluster).Message, StringComparison.Ordinal);
        Assert.Null(joining.BootstrapWithExistingCluster);

        var joined = Build(Run(Objects() with { Etcd = Joining() }) with { View = Members(voter, voter, voter) });
        Assert.Equal("True BootstrapSucceeded", Condition(joined, ConditionType.BootstrappedWithExistingCluster));
        Assert.Equal(("source-0", Now), (joined.BootstrapWithExistingCluster!.Members.Single().Name, joined.BootstrapWithExistingCluster.JoinedAt));

        // Once joined, a member that is away is no matter of joining any more.
        var later = Build(Run(Objects() with { Etcd = Joining(joined) }) with { View = Members(voter) });
        Assert.Equal("True BootstrapSucceeded", Condition(later, ConditionType.BootstrappedWithExistingCluster));
        Assert.Equal(joined.BootstrapWithExistingCluster, later.BootstrapWithExistingCluster);
    }

    [Fact]
    public void A_cluster_that_joins_none_has_no_condition_about_it() =>
        Assert.DoesNotContain(Build(Run(Objects())).Conditions, c => c.Type == ConditionType.BootstrappedWithExistingCluster);

    [Fact]
    public void A_patch_says_what_is_gone()
    {
        var patch = StatusPatch.Between(new() { ObservedGeneration = 1, Selector = "x" }, new() { ObservedGeneration = 2 })!;
        Assert.Equal("""{"status":{"observedGeneration":2,"selector":null}}""", patch.ToJsonString());
    }

    [Fact]
    public void A_failed_action_is_an_error_with_a_code_and_its_words()
    {
        var status = Build(Run(Objects(), new([], new(new ApplyComponent(ComponentKind.StatefulSet, new(3, PeerTls.Off)), new InvalidOperationException("the server said no")))));
        Assert.Equal(("ERR_APPLY_COMPONENT", "the server said no"), (status.LastErrors.Single().Code, status.LastErrors.Single().Description));
        Assert.Equal(OperationState.Error, status.LastOperation?.State);
    }

    [Fact]
    public void A_state_remembers_since_when_and_what_it_waits_for()
    {
        var wait = new Transition("lifecycle", "Creating", "Creating", "otherwise", [new Wait("member 0 to participate")]);
        var region = Build(Run(Objects(), null, wait)).Lifecycle!.Regions.Single(r => r.Name == "lifecycle");
        Assert.Equal(("Creating", "member 0 to participate", Now), (region.State, region.WaitingFor, region.Since));
    }

    [Fact]
    public void The_recorded_lifecycle_is_read_back()
    {
        var at = EtcdLifecycle.Machine.Restore(new Dictionary<string, string> { ["lifecycle"] = "ScalingIn/Leaving", ["serving"] = "Degraded" });
        Assert.Equal(at, LifecycleRecord.Read(LifecycleRecord.Write(null, at, [], new Dictionary<string, string>(), 1, Now)));
    }

    [Fact]
    public void Only_the_last_transitions_are_kept()
    {
        var step = new Transition("serving", "Quorate", "Degraded", "t", []);
        LifecycleStatus? status = null;
        for (var i = 0; i < 30; i++)
        {
            status = LifecycleRecord.Write(status, EtcdLifecycle.Machine.Initial, [step], new Dictionary<string, string>(), 1, Now);
        }
        Assert.Equal(LifecycleStatus.KeptTransitions, status!.Transitions.Count);
    }
}
