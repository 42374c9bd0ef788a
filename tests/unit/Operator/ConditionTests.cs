using Druid.Api;
using Druid.Kubernetes.Resources;
using Druid.Operator.Health;
using Druid.Operator.Observers;
using Druid.StateMachine.Etcd;

namespace Druid.UnitTests.Operator;

/// <summary>Every reason that a condition of an Etcd can have, with the situation that brings it about.</summary>
public sealed class ConditionTests
{
    static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    static readonly TimeSpan Late = TimeSpan.FromMinutes(2), Lost = TimeSpan.FromMinutes(10);

    /// <summary>A cluster of three, all well, of which a situation changes what it is about.</summary>
    sealed record Situation
    {
        public TimeSpan?[] Silences { get; init; } = [TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero];

        public string[] ClusterIds { get; init; } = ["c", "c", "c"];

        public string?[] Claims { get; init; } = ["Bound", "Bound", "Bound"];

        public string[] Revisions { get; init; } = ["r2", "r2", "r2"];

        public bool HasStatefulSet { get; init; } = true;

        public int Updated { get; init; } = 3;

        public long Observed { get; init; } = 1;

        public bool ContainersReady { get; init; } = true;

        public ClusterObjects Objects()
        {
            var set = new StatefulSet
            {
                Metadata = new() { Name = "e", Namespace = "n", Uid = "set", Generation = 1 },
                Spec = new() { Replicas = 3 },
                Status = new() { ObservedGeneration = Observed, UpdateRevision = "r2", UpdatedReplicas = Updated, Replicas = 3, ReadyReplicas = 3 },
            };
            var leases = Silences.Select((silence, i) => new Lease
            {
                Metadata = new() { Name = $"e-{i}", Namespace = "n" },
                Spec = silence is { } s ? new() { HolderIdentity = $"{i}:{ClusterIds[i]}:{(i == 0 ? "Leader" : "Member")}", RenewTime = Now - s } : new(),
            });
            return new()
            {
                Etcd = new() { Metadata = new() { Name = "e", Namespace = "n" }, Spec = new() { Replicas = 3 } },
                At = Now,
                Owned = leases.Cast<IResource>().Concat(HasStatefulSet ? [set] : []).ToDictionary(o => new OwnedKey(o.Kind, o.Metadata.Name)),
                Pods = Revisions.Select((revision, i) => new PodOutline
                {
                    Metadata = new()
                    {
                        Name = $"e-{i}",
                        Labels = new Dictionary<string, string> { [PodObserver.RevisionLabel] = revision },
                        OwnerReferences = [set.ToControllerReference()],
                    },
                    Status = new() { Phase = "Running", Conditions = ContainersReady ? [new() { Type = "ContainersReady", Status = "True" }] : [] },
                }).ToDictionary(p => p.Metadata.Name),
                Claims = Claims.Select((phase, i) => (phase, i)).Where(c => c.phase is not null)
                    .ToDictionary(c => $"e-e-{c.i}", c => new PersistentVolumeClaim { Metadata = new() { Name = $"e-e-{c.i}" }, Status = new() { Phase = c.phase } }),
            };
        }
    }

    static readonly Dictionary<string, Situation> Situations = new()
    {
        ["all is well"] = new(),
        ["nobody has reported"] = new() { Silences = [null, null, null] },
        ["one is missing"] = new() { Silences = [TimeSpan.Zero, TimeSpan.Zero, null] },
        ["one is lost"] = new() { Silences = [TimeSpan.Zero, TimeSpan.Zero, Lost] },
        ["two are lost"] = new() { Silences = [TimeSpan.Zero, Lost, Lost] },
        ["two are silent, their containers ready"] = new() { Silences = [TimeSpan.Zero, Late, Late] },
        ["two are silent, their containers not ready"] = new() { Silences = [TimeSpan.Zero, Late, Late], ContainersReady = false },
        ["the last two of another cluster"] = new() { ClusterIds = ["c", "d", "d"] },
        ["a silent one of another cluster"] = new() { ClusterIds = ["c", "c", "d"], Silences = [TimeSpan.Zero, TimeSpan.Zero, Late] },
        ["no StatefulSet"] = new() { HasStatefulSet = false },
        ["a pod of the last revision"] = new() { Revisions = ["r2", "r1", "r2"] },
        ["pods not counted yet"] = new() { Updated = 2 },
        ["a StatefulSet not seen yet"] = new() { Observed = 0 },
        ["a claim that is pending"] = new() { Claims = ["Bound", "Pending", "Bound"] },
        ["a claim that is lost"] = new() { Claims = ["Bound", "Lost", "Bound"] },
        ["a claim that is missing"] = new() { Claims = ["Bound", null, "Bound"] },
    };

    [Theory]
    [InlineData("all is well", ConditionType.Ready, "True", "Quorate", "3 of 3 members serve; 2 are a quorum.")]
    [InlineData("one is lost", ConditionType.Ready, "True", "Quorate", "2 of 3 members serve")]
    [InlineData("two are silent, their containers ready", ConditionType.Ready, "True", "Quorate", "3 of 3 members serve")]
    [InlineData("two are silent, their containers not ready", ConditionType.Ready, "False", "QuorumLost", "Only 1 of 3 members serve")]
    [InlineData("two are lost", ConditionType.Ready, "False", "QuorumLost", "Only 1 of 3 members serve; 2 are a quorum.")]
    [InlineData("nobody has reported", ConditionType.Ready, "Unknown", "NoMembersInStatus", "No member has reported yet.")]
    [InlineData("all is well", ConditionType.AllMembersReady, "True", "AllMembersReady", "All members are ready.")]
    [InlineData("one is missing", ConditionType.AllMembersReady, "False", "NotAllMembersReady", "1 of 3 members have not reported yet")]
    [InlineData("one is lost", ConditionType.AllMembersReady, "False", "NotAllMembersReady", "e-2 is NotReady (UnknownGracePeriodExceeded)")]
    [InlineData("two are silent, their containers ready", ConditionType.AllMembersReady, "False", "NotAllMembersReady", "e-1 is Unknown (LeaseExpired); e-2 is Unknown (LeaseExpired)")]
    [InlineData("two are silent, their containers not ready", ConditionType.AllMembersReady, "False", "NotAllMembersReady", "e-1 is NotReady (ContainersNotReady)")]
    [InlineData("nobody has reported", ConditionType.AllMembersReady, "Unknown", "NoMembersInStatus", "No member has reported yet.")]
    [InlineData("all is well", ConditionType.AllMembersUpdated, "True", "AllMembersUpdated", "All members run what the spec asks for.")]
    [InlineData("a pod of the last revision", ConditionType.AllMembersUpdated, "False", "NotAllMembersUpdated", "Of an older revision: e-1.")]
    [InlineData("pods not counted yet", ConditionType.AllMembersUpdated, "False", "NotAllMembersUpdated", "The StatefulSet controller has not made all pods yet.")]
    [InlineData("a StatefulSet not seen yet", ConditionType.AllMembersUpdated, "False", "NotAllMembersUpdated", "The StatefulSet controller has not made all pods yet.")]
    [InlineData("no StatefulSet", ConditionType.AllMembersUpdated, "Unknown", "StatefulSetNotFound", "StatefulSet e is not there.")]
    [InlineData("all is well", ConditionType.DataVolumesReady, "True", "NoWarningsFoundForDataVolumes", "All volume claims are bound.")]
    [InlineData("a claim that is pending", ConditionType.DataVolumesReady, "False", "FoundWarningsForDataVolumes", "e-e-1 is Pending")]
    [InlineData("a claim that is lost", ConditionType.DataVolumesReady, "False", "FoundWarningsForDataVolumes", "e-e-1 is Lost")]
    [InlineData("a claim that is missing", ConditionType.DataVolumesReady, "False", "FoundWarningsForDataVolumes", "e-e-1 is Missing")]
    [InlineData("no StatefulSet", ConditionType.DataVolumesReady, "Unknown", "StatefulSetNotFound", "StatefulSet e is not there.")]
    [InlineData("all is well", ConditionType.ClusterIdMismatch, "False", "NoClusterIDMismatchDetected", "All members belong to cluster c.")]
    [InlineData("a silent one of another cluster", ConditionType.ClusterIdMismatch, "False", "NoClusterIDMismatchDetected", "All members belong to cluster c.")]
    [InlineData("the last two of another cluster", ConditionType.ClusterIdMismatch, "True", "MultipleClusterIDsDetected", "cluster c: e-0; cluster d: e-1, e-2.")]
    [InlineData("nobody has reported", ConditionType.ClusterIdMismatch, "Unknown", "NoClusterIDDetected", "No member has reported its cluster yet.")]
    public void A_condition_says_whether_it_holds_why_and_what_it_waits_for(string situation, string type, string status, string reason, string message)
    {
        var objects = Situations[situation].Objects();
        var plan = new Plan(3, PeerTls.Off);
        var view = new ClusterView
        {
            Wanted = 3,
            Plan = plan,
            RevisionKnown = objects.StatefulSet is null || Adoption.IsComplete(objects),
            Members = [.. MemberObserver.Observe(objects, plan)],
        };
        var members = MemberHealthCheck.Check(objects, 3, MemberThresholds.Default, Now).ToList();
        var found = ConditionChecks.Run(new(objects, view, members)).Single(c => c.Type == type);
        Assert.Equal((status, reason), (found.Status, found.Reason));
        Assert.Contains(message, found.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("")]
    [InlineData(":::")]
    [InlineData("1:c:Emperor")]
    public void A_lease_of_nonsense_costs_at_most_the_member_that_it_is_of(string holder)
    {
        var objects = new Situation().Objects();
        var lease = objects.MemberLease(2)! with { Spec = new() { HolderIdentity = holder, RenewTime = Now } };
        objects = objects with { Owned = new Dictionary<OwnedKey, IResource>(objects.Owned) { [new("Lease", "e-2")] = lease } };
        var plan = new Plan(3, PeerTls.Off);
        var view = new ClusterView { Wanted = 3, Plan = plan, Members = [.. MemberObserver.Observe(objects, plan)] };
        var findings = ConditionChecks.Run(new(objects, view, [.. MemberHealthCheck.Check(objects, 3, MemberThresholds.Default, Now)])).ToList();
        Assert.Equal(ConditionStatus.True, findings.Single(f => f.Type == ConditionType.Ready).Status);
    }

    [Fact]
    public void A_pod_that_another_StatefulSet_owns_still_is_not_one_of_the_new_one()
    {
        var objects = new Situation().Objects();
        Assert.True(Adoption.IsComplete(objects));
        var left = objects.Pods["e-1"] with { Metadata = objects.Pods["e-1"].Metadata with { OwnerReferences = [] } };
        Assert.False(Adoption.IsComplete(objects with { Pods = new Dictionary<string, PodOutline>(objects.Pods) { ["e-1"] = left } }));
        var going = left with { Metadata = left.Metadata with { DeletionTimestamp = Now } };
        Assert.True(Adoption.IsComplete(objects with { Pods = new Dictionary<string, PodOutline>(objects.Pods) { ["e-1"] = going } }));
        var compaction = left with { Metadata = left.Metadata with { Name = "e-compactor-x1" } };
        Assert.True(Adoption.IsComplete(objects with { Pods = new Dictionary<string, PodOutline>(objects.Pods) { ["e-compactor-x1"] = compaction } }));
        Assert.False(Adoption.IsComplete(new Situation { Observed = 0 }.Objects()));
    }
}
