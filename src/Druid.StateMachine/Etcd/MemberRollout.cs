using Druid.StateMachine.Machines;
using static Druid.StateMachine.Etcd.ClusterFacts;

namespace Druid.StateMachine.Etcd;

/// <summary>
/// Replaces pods of an older revision one at a time, in the order that costs clients least: those that do not serve anyway,
/// then followers, then the leader, which hands over first. A participating pod goes only while all members
/// participate, so a template that does not start costs one member and never the quorum. Where the feature gate leaves serving
/// pods to the StatefulSet controller, which knows of no quorum, only those that do not serve are replaced here.
/// </summary>
public static class MemberRollout
{
    /// <summary>The states.</summary>
    public const string Replacing = nameof(Replacing);

    static readonly Fact<ClusterView> FollowerOutdated = new("a follower is outdated", c => Followers(c).Any());
    static readonly Fact<ClusterView> LeaderOutdated = new("the leader is outdated", c => c.Count(IsOutdatedLeader) > 0);
    static readonly Fact<ClusterView> HasSuccessor = new("another member can lead", c => !c.CannotHandOver && c.Count(CanLead) > 0);
    static readonly Fact<ClusterView> BudgetSpent = new("the disruption budget is spent", c => c.EvictionRefused && !c.ToleratesNoFailure);
    static readonly Fact<ClusterView> ByController = new("the StatefulSet controller replaces pods by itself", c => c.ControllerRolls);

    /// <summary>A pod of an older revision is not ready, so it has no clients: replacing it takes nothing from them.</summary>
    internal static readonly Fact<ClusterView> IdleOutdated = new("an outdated pod is not ready", c => c.RevisionKnown && Idle(c) is not null);

    /// <summary>Pods of an older revision are there.</summary>
    internal static readonly Fact<ClusterView> Needed = new("pods are outdated", c => c.Size > 0 && (!c.RevisionKnown || c.Count(m => m.Outdated) > 0));

    /// <summary>The machine.</summary>
    public static Machine<ClusterView> Machine { get; } = Define.Machine<ClusterView>("member-rollout",
        "Replaces pods of an older revision: those that do not serve first, followers next, the leader last.", m => m
        .State(Replacing, "Outdated pods are replaced one at a time; each waits until all members participate.", s => s
            .UserCan("Look at the pod that is waited for (kubectl describe pod, kubectl logs) and correct the spec: a pod that does not serve is replaced at once, and the others keep serving meanwhile.")
            .Unless(SetObserved).Wait(Controller)
            .When(IdleOutdated).Do(ReplaceIdle).Stay()
            .When(ByController).Wait(c => $"the StatefulSet controller to replace {string.Join(", ", c.Members.Where(m => m.Outdated))}", "the StatefulSet controller to replace outdated pods")
            .Unless(AllParticipate).Wait(c => $"{Missing(c)} before the next pod is replaced", "all members to participate before the next pod is replaced")
            .When(BudgetSpent).Wait("the disruption budget to let another pod go")
            .When(FollowerOutdated).Do(c => new DeletePod(Followers(c).Max(f => f.Ordinal), Evict: !c.ToleratesNoFailure)).Stay()
            .When(LeaderOutdated).And(HasSuccessor).Do(c => new MoveLeader(Leader(c).Ordinal, c.Members.Last(CanLead).Ordinal)).Stay()
            .When(LeaderOutdated).Do(c => new DeletePod(Leader(c).Ordinal, Evict: !c.ToleratesNoFailure)).Stay()));

    /// <summary>Replaces the outdated pod that is least alive: dead, then starting, then alive but unready.</summary>
    internal static DeletePod ReplaceIdle(ClusterView c) => new(Idle(c)!.Ordinal, Evict: false);

    static MemberView? Idle(ClusterView c) => c.Members
        .Where(m => m is { Outdated: true, Pod: PodState.Failed or PodState.Starting or PodState.Unready })
        .OrderBy(m => m.Pod).ThenByDescending(m => m.Ordinal).FirstOrDefault();

    static IEnumerable<MemberView> Followers(ClusterView c) => c.Members.Where(m => m.Outdated && m.Participates && !m.Leads);

    static bool IsOutdatedLeader(MemberView m) => m is { Outdated: true, Leads: true, Participates: true };

    static bool CanLead(MemberView m) => m is { Leads: false, Participates: true, Task: MemberTask.Serve };

    static MemberView Leader(ClusterView c) => c.Members.First(IsOutdatedLeader);
}
