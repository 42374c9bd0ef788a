using Druid.Api;
using Druid.Kubernetes.Resources;
using Druid.Operator.Components;
using Druid.Operator.Images;
using Druid.Operator.Observers;
using Druid.StateMachine.Etcd;

namespace Druid.UnitTests.Operator;

/// <summary>What the machine is told of the world.</summary>
public sealed class ObserverTests
{
    static readonly Etcd Declared = new()
    {
        Metadata = new() { Name = "e", Namespace = "n", Uid = "u", Generation = 1, Finalizers = [Finalizers.Etcd] },
        Spec = new() { Replicas = 3, Labels = new Dictionary<string, string> { ["app"] = "e" } },
    };

    static readonly ClusterObserver Observer = new(new() { Images = ImageVector.Of("docker.io/druid/member:1", "docker.io/druid/busybox:1"), AutoReconcile = true });

    static ClusterObjects Objects(Etcd etcd, params IResource[] owned) => new() { Etcd = etcd, Owned = owned.ToDictionary(o => new OwnedKey(o.Kind, o.Metadata.Name)) };

    static ClusterObjects Applied(Etcd etcd, Plan plan)
    {
        var context = Observer.Context(Objects(etcd), plan);
        return Objects(etcd, [.. OwnedComponents.All.SelectMany(c => OwnedComponents.Render(c.Kind, context))]);
    }

    static Lease MemberLease(int ordinal, string? holder, string? members = null) => new()
    {
        Metadata = new() { Name = $"e-{ordinal}", Namespace = "n", Annotations = members is null ? null : new Dictionary<string, string> { [AgentAnnotations.Members] = members } },
        Spec = new() { HolderIdentity = holder, RenewTime = DateTimeOffset.UnixEpoch },
    };

    [Fact]
    public void Of_a_new_Etcd_every_component_is_missing() =>
        Assert.All(Observer.Observe(Objects(Declared)).Components, c => Assert.True(c.State == ComponentState.Missing || c.Kind == ComponentKind.SnapshotLease));

    [Fact]
    public void What_was_applied_is_current() =>
        Assert.All(Observer.Observe(Applied(Declared, new(3, PeerTls.Off))).Components, c => Assert.Equal((c.Kind, ComponentState.Current, null), (c.Kind, c.State, c.Difference)));

    [Fact]
    public void An_edit_by_hand_is_told_apart_from_a_change_of_the_spec()
    {
        var objects = Applied(Declared, new(3, PeerTls.Off));
        var budget = objects.Find<PodDisruptionBudget>("e")!;
        var edited = objects with { Owned = new Dictionary<OwnedKey, IResource>(objects.Owned) { [new("PodDisruptionBudget", "e")] = budget with { Spec = budget.Spec! with { MinAvailable = 1 } } } };
        var component = Observer.Observe(edited).Components[(int)ComponentKind.PodDisruptionBudget];
        Assert.Equal(ComponentState.Edited, component.State);
        Assert.Contains("minAvailable", component.Difference, StringComparison.Ordinal);

        var changed = objects with { Etcd = Declared with { Spec = Declared.Spec with { Etcd = new() { Quota = Quantity.Parse("1Gi") } } } };
        Assert.Equal(ComponentState.Behind, Observer.Observe(changed).Components[(int)ComponentKind.ConfigMap].State);
    }

    [Fact]
    public void The_plan_is_the_recorded_one_whatever_the_spec_says_or_somebody_scales_by_hand()
    {
        var objects = Applied(Declared, new(3, PeerTls.Off));
        var statefulSet = objects.StatefulSet!;
        var scaled = statefulSet with { Spec = statefulSet.Spec! with { Replicas = 1 } };
        Assert.Equal(new Plan(3, PeerTls.Off), PlanAnnotation.Of(Declared with { Spec = Declared.Spec with { Replicas = 5 } }, scaled));
        var view = Observer.Observe(objects with { Owned = new Dictionary<OwnedKey, IResource>(objects.Owned) { [new("StatefulSet", "e")] = scaled } });
        Assert.Equal(ComponentState.Edited, view.Components[(int)ComponentKind.StatefulSet].State);
    }

    [Fact]
    public void The_plan_of_a_StatefulSet_of_another_manager_is_what_it_shows()
    {
        var foreign = new StatefulSet { Metadata = new() { Name = "e", Namespace = "n" }, Spec = new() { Replicas = 5 } };
        Assert.Equal(new Plan(5, PeerTls.Off), PlanAnnotation.Of(Declared, foreign));
        var encrypted = foreign with { Spec = foreign.Spec with { Template = new() { Spec = new() { Volumes = [new() { Name = "etcd-peer-server-tls" }] } } } };
        Assert.Equal(new Plan(5, PeerTls.On), PlanAnnotation.Of(Declared, encrypted));
    }

    [Theory]
    [InlineData("1f:c0:Leader", "1f", "c0", true)]
    [InlineData("1f:c0:Member", "1f", "c0", false)]
    [InlineData("1f:Leader", "1f", null, true)]
    public void A_lease_names_member_cluster_and_role(string identity, string id, string? cluster, bool leads)
    {
        var holder = LeaseHolder.Parse(identity)!;
        Assert.Equal((id, cluster, leads), (holder.MemberId, holder.ClusterId, holder.Leads));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("a:b:c:d")]
    [InlineData(":c0:Leader")]
    public void A_lease_that_makes_no_sense_is_no_error(string? identity) => Assert.Null(LeaseHolder.Parse(identity));

    [Fact]
    public void Without_a_published_list_a_member_votes_once_its_lease_names_it()
    {
        var members = MemberObserver.Observe(Objects(Declared, MemberLease(0, "1:c:Leader"), MemberLease(1, null)), new(2, PeerTls.Off)).ToList();
        Assert.Equal([Membership.Voter, Membership.Unknown], members.Select(m => m.Membership));
    }

    [Fact]
    public void The_leaders_list_tells_voters_learners_and_who_is_no_member()
    {
        var members = MemberObserver.Observe(
            Objects(Declared, MemberLease(0, "1:c:Leader", "e-0=1:voter,e-1=2:learner"), MemberLease(1, "2:c:Member"), MemberLease(2, "3:c:Member", "e-2=3:voter")), new(3, PeerTls.Off)).ToList();
        Assert.Equal([Membership.Voter, Membership.Learner, Membership.None], members.Select(m => m.Membership));
        Assert.True(members[0].Leads);
    }

    [Theory]
    [InlineData("1:voter", "false", false, MemberTask.Serve, Membership.Learner)] // It joined again since the list was written.
    [InlineData("2:learner", "true", false, MemberTask.Serve, Membership.Voter)] // It may have been promoted since.
    [InlineData(null, "true", false, MemberTask.Serve, Membership.Voter)]
    [InlineData(null, "true", false, MemberTask.Leave, Membership.None)]
    [InlineData(null, "true", false, MemberTask.Rejoin, Membership.None)]
    [InlineData(null, "true", true, MemberTask.Serve, Membership.None)] // What it said is of the identity that it lost.
    [InlineData("1:voter", "true", true, MemberTask.Serve, Membership.Voter)]
    [InlineData("2:learner", null, false, MemberTask.Serve, Membership.Learner)]
    public void What_a_member_says_of_itself_is_newer_than_the_list(string? listed, string? votes, bool dataLost, MemberTask task, Membership expected)
    {
        var lease = MemberLease(1, "2:c:Member");
        Dictionary<string, string> annotations = [];
        if (votes is not null) annotations[AgentAnnotations.Votes] = votes;
        if (dataLost) annotations[AgentAnnotations.DataLost] = "true";
        if (task != MemberTask.Serve) annotations[AgentAnnotations.Task] = task.ToString().ToLowerInvariant();
        lease = lease with { Metadata = lease.Metadata with { Annotations = annotations } };

        var claim = new PersistentVolumeClaim { Metadata = new() { Name = Names.VolumeClaim(Declared, 1) }, Status = new() { Phase = "Bound" } };
        var objects = Objects(Declared, MemberLease(0, "1:c:Leader", $"e-0=1:voter{(listed is null ? "" : $",e-1={listed}")}"), lease) with { Claims = new Dictionary<string, PersistentVolumeClaim> { [claim.Metadata.Name] = claim } };
        var member = MemberObserver.Observe(objects, new(2, PeerTls.Off)).ElementAt(1);

        Assert.Equal(expected, member.Membership);
        Assert.Equal(expected == Membership.Voter && dataLost, member.DataLost);
    }

    [Theory]
    [InlineData("Running", true, true, PodState.Ready)]
    [InlineData("Running", true, false, PodState.Unready)]
    [InlineData("Pending", false, false, PodState.Starting)]
    [InlineData("Failed", true, false, PodState.Failed)]
    public void A_pods_status_tells_its_state(string phase, bool running, bool ready, PodState expected) => Assert.Equal(expected, PodObserver.StateOf(new()
    {
        Metadata = new() { Name = "e-0" },
        Spec = new() { Containers = [new() { Name = "etcd" }] },
        Status = new()
        {
            Phase = phase,
            Conditions = [new() { Type = "Ready", Status = ready ? "True" : "False" }],
            ContainerStatuses = running ? [new() { Name = "etcd", State = new() { Running = new() } }] : null,
        },
    }));

    [Fact]
    public void A_container_that_will_not_start_by_waiting_is_a_failure() => Assert.Equal(PodState.Failed, PodObserver.StateOf(new()
    {
        Metadata = new() { Name = "e-0" },
        Spec = new() { Containers = [new() { Name = "etcd" }] },
        Status = new() { Phase = "Pending", ContainerStatuses = [new() { Name = "etcd", State = new() { Waiting = new() { Reason = "ImagePullBackOff" } } }] },
    }));

    [Theory]
    [InlineData("ImagePullBackOff", "etcd: ImagePullBackOff")]
    [InlineData("ErrImagePull", "etcd: ImagePullBackOff")]
    [InlineData("CrashLoopBackOff", "etcd: CrashLoopBackOff")]
    [InlineData("ContainerCreating", null)]
    public void What_keeps_a_container_from_running_is_told_in_the_kubelets_words(string reason, string? told)
    {
        var pod = new PodOutline
        {
            Metadata = new() { Name = "e-0" },
            Status = new() { Phase = "Pending", ContainerStatuses = [new() { Name = "etcd", State = new() { Waiting = new() { Reason = reason } } }] },
        };
        Assert.Equal(told, PodObserver.TroubleOf(pod));
        if (told is not null)
        {
            Assert.Equal($"member 0 (failed, {told})", new MemberView { Ordinal = 0, Pod = PodObserver.StateOf(pod), Trouble = PodObserver.TroubleOf(pod) }.ToString());
        }
    }

    [Fact]
    public void A_pod_without_a_node_says_so() => Assert.Equal("Unschedulable", PodObserver.TroubleOf(new()
    {
        Metadata = new() { Name = "e-0" },
        Status = new() { Phase = "Pending", Conditions = [new() { Type = "PodScheduled", Status = "False", Reason = "Unschedulable" }] },
    }));

    [Fact]
    public void A_secret_that_is_missing_is_named_with_its_field()
    {
        var etcd = Declared with { Spec = Declared.Spec with { Etcd = new() { AuthSecretRef = new() { Name = "login" } } } };
        Assert.Contains(SpecErrors.Of(Objects(etcd)), e => e.StartsWith("spec.etcd.authSecretRef.name: secret 'login' does not exist in namespace 'n'", StringComparison.Ordinal));
        Assert.DoesNotContain(SpecErrors.Of(Objects(etcd) with { Secrets = new HashSet<string> { "login" } }), e => e.Contains("login", StringComparison.Ordinal));
    }
}
