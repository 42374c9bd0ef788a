using Druid.StateMachine.Machines;
using static Druid.StateMachine.Etcd.ClusterFacts;

namespace Druid.StateMachine.Etcd;

/// <summary>
/// Brings a cluster back whose majority lost its data for good: one member founds it anew, from the data of a survivor or
/// from the latest verified snapshot, and the others join it. Acknowledged writes can be lost this way, so nothing is
/// touched until the owner allows it; a majority that is merely away is waited for and never replaced.
/// </summary>
public static class QuorumRecovery
{
    /// <summary>The states.</summary>
    public const string Confirming = nameof(Confirming), Rebuilding = nameof(Rebuilding), Regrowing = nameof(Regrowing);

    static readonly Fact<ClusterView> Allowed = new("recovery is allowed by the owner", c => c.Policies.RecoveryAllowed);
    static readonly Fact<ClusterView> HasSurvivor = new("a member still has its data", c => Survivor(c) is not null);
    static readonly Fact<ClusterView> HasStore = new("a store is configured", c => c.Backup.Configured);
    static readonly Fact<ClusterView> Verified = new("a restorable snapshot was verified", c => c.Backup.Verified == SnapshotRequest.Done);
    static readonly Fact<ClusterView> Verifying = new("verification was asked for", c => c.Backup.Verified == SnapshotRequest.Asked);
    static readonly Fact<ClusterView> BackingOff = new("it failed just now", c => c.Backup.Verified == SnapshotRequest.Failed && c.Backup.BackingOff);
    static readonly Fact<ClusterView> FounderChosen = new("a founder was chosen", c => Founder(c) is not null);
    static readonly Fact<ClusterView> FounderServes = new("the founder serves", c => Founder(c) is { Participates: true });
    static readonly Fact<ClusterView> OthersServe = new("others serve", c => c.Count(m => m is { Participates: true, Task: not MemberTask.Rebuild }) > 0);
    static readonly Fact<ClusterView> RejoinerServes = new("a member has joined the founder", c => c.Count(IsBack) > 0);
    static readonly Fact<ClusterView> OthersTold = new("all others were told to rejoin", c => !Untold(c).Any());

    /// <summary>
    /// Fewer members than a quorum still have their data, and none serves: a pod that is ready answers linearizable reads, so
    /// there is a quorum that has not been reported yet.
    /// </summary>
    internal static readonly Fact<ClusterView> Lost = Fact<ClusterView>.Fault("the majority has lost its data for good",
        c => c.Bootstrapped && c.Participating < c.Quorum && c.Whole < c.Quorum && c.Count(m => m.Pod == PodState.Ready) == 0);

    /// <summary>A recovery is under way, whatever was remembered of it.</summary>
    internal static readonly Fact<ClusterView> Begun = new("members were told to rebuild or rejoin",
        c => c.Count(m => m.Task is MemberTask.Rebuild or MemberTask.Rejoin) > 0);

    /// <summary>The machine.</summary>
    public static Machine<ClusterView> Machine { get; } = Define.Machine<ClusterView>("quorum-recovery",
        "Founds a cluster anew from one member when the majority has lost its data for good and the owner allows it.", m => m
        .State(Confirming, "The majority has lost its data for good; nothing is touched until the owner allows it.", s => s
            .UserCan("Bring the lost volumes back if they can be, as that costs nothing. Otherwise allow the recovery by the annotation druid.gardener.cloud/recover-quorum=true: what was written since the survivor, or the latest snapshot, is lost. A store that cannot be read has to be corrected first.")
            .When(FounderChosen).GoTo(Rebuilding)
            .When(Begun).AndNot(Lost).GoTo(Regrowing)
            .Unless(Allowed).Wait("the owner to allow recovery: annotate the Etcd with druid.gardener.cloud/recover-quorum=true")
            .When(JobThere).Wait("the compaction job to be deleted: it writes to the store that members restore from")
            .When(HasSurvivor).DoEach(c => Choose(c, Survivor(c)!.Ordinal)).GoTo(Rebuilding)
            .Unless(HasStore).Wait("a member's data to come back: none has any, and there is no store to restore from")
            .When(Verified).DoEach(c => Choose(c, 0)).GoTo(Rebuilding)
            .When(Verifying).Wait("a restorable snapshot to be found and verified")
            .When(BackingOff).Wait("the next attempt to find a restorable snapshot; the last one failed")
            .Otherwise().Do(_ => new VerifySnapshot()).Stay())
        .State(Rebuilding, "One member founds the cluster anew; the others keep away from it.", s => s
            .UserCan("Look at the pod of the founder (kubectl describe pod, kubectl logs). Edits of spec.replicas are taken up once the cluster is recovered.")
            .Unless(FounderChosen).GoTo(Confirming)
            .Unless(OthersTold).DoEach(c => Untold(c).Select(m => new AssignTask(m.Ordinal, MemberTask.Rejoin))).Stay()
            .When(OthersServe).Do(c => new AssignTask(Founder(c)!.Ordinal, MemberTask.Serve)).GoTo(Regrowing)
            // It takes the order back itself, with that report: one that was told to serve before would look as lost as it was.
            .When(FounderServes).Wait(c => $"{Founder(c)} to report the members of the new cluster", "the founder to report the members of the new cluster")
            .Otherwise().Wait(c => $"{Founder(c)} to found the cluster anew", "the member that founds the cluster anew"))
        .State(Regrowing, "The cluster serves again; the other members join it, one at a time.", s => s
            .UserCan("Look at the pods that are waited for. Edits of spec.replicas are taken up once the cluster is recovered.")
            .When(RejoinerServes).DoEach(c => c.Members.Where(IsBack).Select(m => new AssignTask(m.Ordinal, MemberTask.Serve))).Stay()
            .When(FounderChosen).GoTo(Rebuilding)
            .When(Lost).GoTo(Confirming)
            .Otherwise().Wait(Missing, "the other members to participate")));

    // The others first: none of them may join the cluster that is given up, or be in the way of the one that is founded.
    static IEnumerable<AssignTask> Choose(ClusterView c, int founder) =>
        [.. Untold(c).Where(m => m.Ordinal != founder).Select(m => new AssignTask(m.Ordinal, MemberTask.Rejoin)), new AssignTask(founder, MemberTask.Rebuild)];

    static MemberView? Founder(ClusterView c) => c.Members.FirstOrDefault(m => m.Task == MemberTask.Rebuild);

    // One beyond the size has left, though it may still be listed: its pod goes, and its data with it.
    static MemberView? Survivor(ClusterView c) => c.Members.FirstOrDefault(m => m is { Membership: Membership.Voter, DataLost: false } && m.Ordinal < c.Size);

    static bool IsBack(MemberView m) => m is { Task: MemberTask.Rejoin, Participates: true };

    static IEnumerable<MemberView> Untold(ClusterView c) => c.Members.Where(m => m.Ordinal < c.Size && m.Task is MemberTask.Serve or MemberTask.Leave);
}
