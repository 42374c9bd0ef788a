using Druid.StateMachine.Machines;
using static Druid.StateMachine.Etcd.ClusterFacts;

namespace Druid.StateMachine.Etcd;

/// <summary>
/// Grows a cluster by one member at a time. The new member's agent joins it as a learner and promotes it once it has caught
/// up, so the quorum never counts on a member without data.
/// </summary>
public static class ScaleOut
{
    /// <summary>The states.</summary>
    public const string Guarding = nameof(Guarding), Joining = nameof(Joining);

    /// <summary>The machine.</summary>
    public static Machine<ClusterView> Machine { get; } = Define.Machine<ClusterView>("scale-out",
        "Grows a cluster by one member at a time; each joins as a learner and votes once it has caught up.", m => m
        .State(Guarding, "Another member is wanted; waits until all present ones participate.", s => s
            .UserCan("Bring the members that are waited for back, or set spec.replicas back: a member joins only while all others participate.")
            .Unless(AllParticipate).Wait(Missing, "all members to participate")
            .When(MoreWanted).DoEach(c => ChangeTo(c.Plan with { Size = c.Size + 1 })).GoTo(Joining))
        .State(Joining, "The new member starts, joins as a learner and is promoted once it has caught up.", s => s
            .UserCan("Look at the new pod (kubectl describe pod, kubectl logs): it needs a node, a volume and a way to the others. Setting spec.replicas back takes it out again once it participates.")
            .When(AllParticipate).GoTo(Guarding)
            .Otherwise().Wait(Missing, "the new member to participate")));
}
