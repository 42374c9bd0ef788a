using Druid.StateMachine.Machines;

namespace Druid.StateMachine.Etcd;

/// <summary>Facts that several machines of a cluster ask for, so that the same words mean the same everywhere.</summary>
static class ClusterFacts
{
    public static readonly Fact<ClusterView> MoreWanted = new("more members wanted", c => c.Wanted > c.Size && c.Size > 0 && !c.RuntimeDisabled);

    public static readonly Fact<ClusterView> FewerWanted = new("fewer members wanted", c => c.Wanted < c.Size && c.Wanted > 0);

    public static readonly Fact<ClusterView> NoMemberWanted = new("no member wanted", c => c.Wanted == 0 || c.RuntimeDisabled);

    public static readonly Fact<ClusterView> NoMemberDeclared = new("the StatefulSet has no replicas", c => c.Size == 0);

    public static readonly Fact<ClusterView> NoMemberDue = new("no member is wanted, or none declared yet", c => c.Wanted == 0 || c.RuntimeDisabled || c.Size == 0);

    public static readonly Fact<ClusterView> Formed = new("a cluster was formed", c => c.Bootstrapped);

    public static readonly Fact<ClusterView> HasQuorum = new("a quorum participates", c => c.Bootstrapped && c.Participating >= c.Quorum);

    public static readonly Fact<ClusterView> AllParticipate = new("all members participate",
        c => c.Participating >= c.Size && c.Count(m => m.Ordinal < c.Size && !m.Participates) == 0);

    public static readonly Fact<ClusterView> SetObserved = new("the StatefulSet controller has seen the StatefulSet as it is", c => c.RevisionKnown);

    public static readonly Fact<ClusterView> PodsLeft = new("pods are left", c => c.Count(m => m.Pod != PodState.None) > 0);

    public static readonly Fact<ClusterView> JobThere = new("a compaction job is there", c => c.Backup.Job != JobState.None);

    /// <summary>The actions that take a cluster from its plan to another one, in an order that every crash survives.</summary>
    /// <remarks>
    /// The configuration comes before the pods that read it; the lease before the agent that renews it. A crash in between
    /// leaves objects that differ from the plan recorded on the StatefulSet, which is written last, so they are put back
    /// and the step is taken again.
    /// </remarks>
    public static IEnumerable<ApplyComponent> ChangeTo(Plan plan) =>
    [
        new(ComponentKind.MemberLease, plan),
        new(ComponentKind.PodDisruptionBudget, plan),
        new(ComponentKind.ConfigMap, plan),
        new(ComponentKind.StatefulSet, plan),
    ];

    /// <summary>What a machine waits for that must not act while pods are still made or deleted for an older StatefulSet.</summary>
    public const string Controller = "the StatefulSet controller to take up the last change";

    /// <summary>The members that do not participate, in words.</summary>
    public static string Missing(ClusterView c) =>
        $"{string.Join(", ", Enumerable.Range(0, c.Size).Select(c.Member).Where(m => !m.Participates))} to participate";
}
