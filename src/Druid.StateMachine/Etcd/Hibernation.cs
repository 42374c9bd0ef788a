using Druid.StateMachine.Machines;
using static Druid.StateMachine.Etcd.ClusterFacts;

namespace Druid.StateMachine.Etcd;

/// <summary>
/// Stops all members and keeps their volumes. Where a store is configured a full snapshot comes first, taken for this
/// hibernation and no earlier; while it cannot be taken the members keep running and the reason is shown.
/// </summary>
public static class Hibernation
{
    /// <summary>The states.</summary>
    public const string Saving = nameof(Saving), Stopping = nameof(Stopping);

    /// <summary>Members can be stopped as they are.</summary>
    internal static readonly Fact<ClusterView> NothingToSave = new("no store is configured, or no cluster was formed", c => !c.Backup.Configured || !c.Bootstrapped);
    static readonly Fact<ClusterView> Saved = new("the full snapshot was taken", c => c.Backup.BeforeStop == SnapshotRequest.Done);
    static readonly Fact<ClusterView> Asked = new("the full snapshot was asked for", c => c.Backup.BeforeStop == SnapshotRequest.Asked);
    static readonly Fact<ClusterView> BackingOff = new("it failed just now", c => c.Backup.BeforeStop == SnapshotRequest.Failed && c.Backup.BackingOff);

    /// <summary>The machine.</summary>
    public static Machine<ClusterView> Machine { get; } = Define.Machine<ClusterView>("hibernation",
        "Takes a full snapshot where there is a store, then stops all members and keeps their volumes.", m => m
        .State(Saving, "A full snapshot is taken before the members stop.", s => s
            .UserCan("Correct the store, its secret, or the members (status.lastErrors says what failed); set spec.replicas back to call the hibernation off. Without spec.backup.store members stop without a snapshot.")
            .When(NoMemberDeclared).GoTo(Stopping)
            .When(NothingToSave).DoEach(Stop).GoTo(Stopping)
            .When(Saved).DoEach(Stop).GoTo(Stopping)
            .When(Asked).Wait("the full snapshot before hibernation")
            .When(BackingOff).Wait("the next attempt to take the full snapshot before hibernation; the last one failed")
            .Unless(HasQuorum).Wait(c => $"a quorum, to take the full snapshot before hibernation: {Missing(c)}", "a quorum, to take the full snapshot before hibernation")
            .Otherwise().Do(c => new RequestFullSnapshot(SnapshotPurpose.BeforeStop)).Stay())
        .State(Stopping, "The members are being stopped; their volumes stay.", s => s
            .UserCan("Look at what keeps the pods from ending (kubectl describe pod).")
            .Unless(NoMemberDeclared).GoTo(Saving)
            .When(PodsLeft).Wait("the members' pods to end")));

    static IEnumerable<ApplyComponent> Stop(ClusterView c) => ChangeTo(c.Plan with { Size = 0 });
}
