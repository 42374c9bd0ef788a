using Druid.StateMachine.Machines;
using static Druid.StateMachine.Etcd.ClusterFacts;

namespace Druid.StateMachine.Etcd;

/// <summary>
/// Has a full snapshot taken before the first member runs another version of etcd, as there is no way back to the old one with
/// the data of the new. Until it was taken for this upgrade, the StatefulSet stays as it is. A cluster of which no quorum can
/// start has nothing that could be saved, and may need just this change: it gets it at once.
/// </summary>
public static class EtcdUpgrade
{
    /// <summary>The states.</summary>
    public const string Saving = nameof(Saving);

    /// <summary>The StatefulSet must not change yet.</summary>
    internal static readonly Fact<ClusterView> Needed = new("etcd is to be upgraded and its data is not saved yet", c => c.AwaitsSnapshot);
    static readonly Fact<ClusterView> Saved = new("the full snapshot was taken", c => c.Backup.BeforeUpgrade == SnapshotRequest.Done);
    static readonly Fact<ClusterView> Asked = new("the full snapshot was asked for", c => c.Backup.BeforeUpgrade == SnapshotRequest.Asked);
    static readonly Fact<ClusterView> BackingOff = new("it failed just now", c => c.Backup.BeforeUpgrade == SnapshotRequest.Failed && c.Backup.BackingOff);

    /// <summary>The machine.</summary>
    public static Machine<ClusterView> Machine { get; } = Define.Machine<ClusterView>("etcd-upgrade",
        "Takes a full snapshot before members run another version of etcd.", m => m
        .State(Saving, "A full snapshot is taken before any member is upgraded.", s => s
            .UserCan("Correct the store, its secret, or the members (status.lastErrors says what failed). To call the upgrade off, set spec.etcd.image to the image that runs, or take the feature gate back.")
            .When(Saved).Do(c => new ApplyComponent(ComponentKind.StatefulSet, c.Plan)).Stay()
            .When(Asked).Wait("the full snapshot before the upgrade")
            .When(BackingOff).Wait("the next attempt to take the full snapshot before the upgrade; the last one failed")
            .Unless(HasQuorum).Wait(c => $"a quorum, to take the full snapshot before the upgrade: {Missing(c)}", "a quorum, to take the full snapshot before the upgrade")
            .Otherwise().Do(_ => new RequestFullSnapshot(SnapshotPurpose.BeforeUpgrade)).Stay()));
}
