using Druid.StateMachine.Machines;
using static Druid.StateMachine.Etcd.ClusterFacts;

namespace Druid.StateMachine.Etcd;

/// <summary>
/// Shrinks a cluster by one member at a time, highest ordinal first, without ever risking quorum: told to leave, relieved of
/// leadership, removed from the membership, then its pod goes, then its lease and its volume.
/// </summary>
public static class ScaleIn
{
    /// <summary>The states.</summary>
    public const string Guarding = nameof(Guarding), Leaving = nameof(Leaving), Draining = nameof(Draining);

    static readonly Fact<ClusterView> OthersParticipate = new("all others participate", c => c.Count(m => m.Ordinal < c.Size - 1 && m.Participates) == c.Size - 1);
    static readonly Fact<ClusterView> ToldToLeave = new("it was told to leave", c => Leaver(c).Task == MemberTask.Leave);
    static readonly Fact<ClusterView> OthersTold = new("another one was told to leave", c => c.Count(m => IsMistaken(c, m)) > 0);
    // One that died while it led says so for ever: whoever takes part and leads knows better.
    static readonly Fact<ClusterView> LeaverLeads = new("it leads",
        c => Leaver(c).Leads && (Leaver(c).Participates || !c.Members.Any(m => m != Leaver(c) && m.Leads && m.Participates)));
    static readonly Fact<ClusterView> RemainsLeft = new("something of a removed member is left", c => c.Count(m => IsRemains(c, m)) > 0);
    static readonly Fact<ClusterView> PodLeft = new("its pod is left", c => Remains(c).Pod != PodState.None);
    static readonly Fact<ClusterView> LeaseLeft = new("its lease is left", c => Remains(c).HasLease);

    /// <summary>A member is to leave, is leaving, or has left something behind.</summary>
    internal static readonly Fact<ClusterView> Needed = new("a member is to leave or has left something behind",
        c => FewerWanted.Holds(c) || RemainsLeft.Holds(c) || (c.Size > 1 && ToldToLeave.Holds(c)) || c.Count(m => IsMistaken(c, m)) > 0);

    /// <summary>The machine.</summary>
    public static Machine<ClusterView> Machine { get; } = Define.Machine<ClusterView>("scale-in",
        "Shrinks a cluster by one member at a time, highest ordinal first, without ever risking quorum.", m => m
        .State(Guarding, "A member is to leave; waits until all others participate.", s => s
            .UserCan("Bring the members that are waited for back, or set spec.replicas back: a member leaves only while all others participate.")
            .Unless(SetObserved).Wait(Controller)
            .When(OthersTold).DoEach(c => c.Members.Where(m => IsMistaken(c, m)).Select(m => new AssignTask(m.Ordinal, MemberTask.Serve))).Stay()
            .When(RemainsLeft).GoTo(Draining)
            .When(ToldToLeave).GoTo(Leaving)
            .Unless(OthersParticipate).Wait(Others, "all other members to participate")
            .When(FewerWanted).Do(c => new AssignTask(Leaver(c).Ordinal, MemberTask.Leave)).GoTo(Leaving))
        .State(Leaving, "The member was told to leave, so it cannot join again; it is relieved of leadership and removed.", s => s
            .UserCan("Set spec.replicas back to keep the member: until it is removed it is told to stay.")
            .Unless(SetObserved).GoTo(Guarding)
            .When(RemainsLeft).GoTo(Draining)
            .Unless(ToldToLeave).GoTo(Guarding)
            .Unless(FewerWanted).Do(c => new AssignTask(Leaver(c).Ordinal, MemberTask.Serve)).GoTo(Guarding)
            .Unless(OthersParticipate).Wait(Others, "all other members to participate")
            .When(LeaverLeads).Do(c => new MoveLeader(Leaver(c).Ordinal, c.Size - 2)).Stay()
            .Otherwise().Do(c => new RemoveMember(Leaver(c).Ordinal)).DoEach(c => ChangeTo(c.Plan with { Size = c.Size - 1 })).GoTo(Draining))
        .State(Draining, "It is no member any more; its pod goes, then its lease, then by policy its volume.", s => s
            .UserCan("Look at what keeps the pod (kubectl describe pod): its finalizers, or a node that does not answer. To keep such volumes set spec.policies.volumesOnScaleIn to Retain.")
            .Unless(SetObserved).Wait(Controller)
            .Unless(RemainsLeft).GoTo(Guarding)
            .When(PodLeft).Wait(c => $"the pod of {Remains(c)} to end", "the removed member's pod to end")
            .Unless(HasQuorum).Wait(Missing, "a quorum")
            .When(LeaseLeft).Do(c => new RemoveMember(Remains(c).Ordinal)).Do(c => new DeleteMemberLease(Remains(c).Ordinal)).Stay()
            .Otherwise().Do(c => new DeleteVolume(Remains(c).Ordinal)).Stay()));

    static MemberView Leaver(ClusterView c) => c.Member(c.Size - 1);

    // A deposed operator's last word can come late: only the highest ordinal ever leaves.
    static bool IsMistaken(ClusterView c, MemberView m) => m.Ordinal < c.Size && m.Ordinal != Math.Max(c.Size - 1, 1) && m.Task == MemberTask.Leave;

    // Hibernation keeps everything: only a cluster that runs has removed members.
    static bool IsRemains(ClusterView c, MemberView m) => c.Size > 0 && m.Ordinal >= c.Size
        && (m.Pod != PodState.None || m.HasLease || (m.HasVolume && c.Policies.OnScaleIn == VolumePolicy.Delete));

    static MemberView Remains(ClusterView c) => c.Members.Where(m => IsRemains(c, m)).MaxBy(m => m.Ordinal) ?? c.Member(c.Size);

    static string Others(ClusterView c) =>
        $"{string.Join(", ", Enumerable.Range(0, c.Size - 1).Select(c.Member).Where(m => !m.Participates))} to participate before {Leaver(c)} may leave";
}
