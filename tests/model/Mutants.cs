using System.Collections.Immutable;
using Druid.Model.Tasks;
using Druid.StateMachine.Etcd;
using static Druid.StateMachine.Etcd.EtcdLifecycle;

namespace Druid.Model;

/// <summary>At least one broken machine for each promise. A promise that none of them breaks proves nothing.</summary>
public static class Mutants
{
    const string ScaleInGuard = $"{ScalingIn}/{ScaleIn.Guarding}", ScaleInLeaving = $"{ScalingIn}/{ScaleIn.Leaving}",
        Replacing = $"{Updating}/{MemberRollout.Replacing}", Saving = $"{Hibernating}/{Hibernation.Saving}", UpgradeSaving = $"{Upgrading}/{EtcdUpgrade.Saving}";

    static readonly Scenario ScalesIn = new() { Name = "", Crashes = false, Edits = 1, EditKinds = [Verb.Scale], Replicas = [1] };

    static readonly Scenario ScalesOut = new() { Name = "", Crashes = false, Wanted = 1, Edits = 1, EditKinds = [Verb.Scale], Replicas = [3] };

    static readonly Scenario Updates = new() { Name = "", Crashes = false, Edits = 1, EditKinds = [Verb.ChangeTemplate], Templates = [Template.B] };

    static readonly Scenario Hibernates = new() { Name = "", Crashes = false, Store = true, Edits = 1, EditKinds = [Verb.Scale], Replicas = [0] };

    static readonly Scenario Upgrades = Updates with { Upgrades = true, Store = true };

    static readonly Scenario Deletes = new() { Name = "", Crashes = false, Wanted = 1, Members = 1, Edits = 1, EditKinds = [Verb.DeleteEtcd] };

    static readonly Scenario Compacts = new() { Name = "", Crashes = false, Wanted = 1, Members = 1, Store = true, Compaction = true, Edits = 2, EditKinds = [Verb.Write] };

    static readonly Scenario Recovers = new() { Name = "", Crashes = false, RecoveryAllowed = true, Store = true, Faults = 2, FaultKinds = [Verb.LoseDisk] };

    static readonly CopyScenario Copies = new() { Name = "", Edits = 1 };

    static readonly OpsScenario Runs = new() { Name = "" };

    /// <summary>All of them.</summary>
    public static ImmutableArray<Mutant> All { get; } =
    [
        // Invariants.
        Mutant.Of("a rollout that does not wait for the last pod", "QuorumKept", Updates, m => m
            .Drop(Replacing, "not (all members participate)")
            .Instead(Replacing, "a follower is outdated", c => [new DeletePod(c.Members.Last(p => p is { Outdated: true, Participates: true }).Ordinal, Evict: false)])),
        Mutant.Of("a scale-out by two", "OneChangeAtATime", ScalesOut, m => m
            .Instead($"{ScalingOut}/{ScaleOut.Guarding}", "more members wanted", c => ClusterFacts.ChangeTo(c.Plan with { Size = c.Wanted }))),
        Mutant.Of("a scale-in that forgets the membership", "OrderOfLeaving", ScalesIn, m => m
            .Instead(ScaleInLeaving, "otherwise", c => ClusterFacts.ChangeTo(c.Plan with { Size = c.Size - 1 }))),
        Mutant.Of("a volume taken for garbage as no pod uses it", "VolumesKept", Updates with { Edits = 0, Faults = 1, FaultKinds = [Verb.LosePod] }, m => m
            .Instead(Ready, "not (all members participate)", c => c.Members.Where(v => v is { HasVolume: true, Pod: PodState.None }).Select(v => new DeleteVolume(v.Ordinal)))),
        Mutant.Of("a deletion that does not wait for pods", "FinalizerLast", Deletes, m => m
            .Drop(Deleting, "pods without a StatefulSet are left").Drop(Deleting, "pods are left")),
        Mutant.Of("a deletion that leaves the compaction job", "FinalizerLast", Compacts with { Crashes = true, EditKinds = [Verb.Write, Verb.DeleteEtcd] }, m => m
            .Drop(Deleting, "a compaction job is there")),
        Mutant.Of("a suspension that does not hold", "SuspensionRespected", Updates with { Edits = 2, EditKinds = [Verb.ToggleSuspension, Verb.ChangeTemplate] }, m => m
            .Forget(Lifecycle, "managed and objects are missing, edited or behind the spec", "managed")),
        Mutant.Of("a hibernation that does not wait for the snapshot", "SavedBeforeStop", Hibernates, m => m
            .Forget(Saving, "the full snapshot was taken", "the full snapshot was taken")),
        Mutant.Of("a hibernation that goes on without the snapshot that failed", "SavedBeforeStop", Hibernates with { Faults = 1, FaultKinds = [Verb.FailSnapshot] }, m => m
            .Instead(Saving, "it failed just now", c => ClusterFacts.ChangeTo(c.Plan with { Size = 0 }))),
        Mutant.Of("an upgrade that does not wait for the snapshot", "SavedBeforeUpgrade", Upgrades, m => m
            .Forget(UpgradeSaving, "the full snapshot was taken", "the full snapshot was taken")),
        Mutant.Of("an upgrade on the back of a scale-out", "SavedBeforeUpgrade", Upgrades with { Wanted = 1, Edits = 2, EditKinds = [Verb.Scale, Verb.ChangeTemplate], Replicas = [3] }, m => m
            .Drop(ScalingOut, "etcd is to be upgraded and its data is not saved yet")),
        Mutant.Of("a compaction that does not look for another", "OneCompaction", Compacts, m => m
            .Drop(SnapshotCompaction.Idle, "a compaction job runs or failed").Drop(SnapshotCompaction.Idle, "a compaction job is there")),
        Mutant.Of("a compaction begun by another that is thrown away", "OneCompaction", Compacts with { Crashes = true }, m => m
            .Drop(SnapshotCompaction.Idle, "a compaction job runs or failed")),
        Mutant.Of("a recovery beside a compaction", "OneCompaction", Recovers with { Compaction = true, Edits = 1, EditKinds = [Verb.Write] }, m => m
            .Drop($"{Recovering}/{QuorumRecovery.Confirming}", "a compaction job is there")),
        Mutant.Of("a generation observed when the work begins", "HonestGeneration", ScalesIn, m => m
            .Instead(ScaleInGuard, "fewer members wanted", c => [new AssignTask(c.Size - 1, MemberTask.Leave), new ObserveGeneration(c.Generation)])),
        Mutant.Of("a recovery that takes the order back before the founder told of its members", "OnlyTheLostIsRebuilt", Recovers with { Faults = 3, FaultKinds = [Verb.LoseDisk, Verb.CrashPod] }, m => m
            .Instead($"{Recovering}/{QuorumRecovery.Rebuilding}", "the founder serves", c => [new AssignTask(c.Members.First(f => f.Task == MemberTask.Rebuild).Ordinal, MemberTask.Serve)])),
        Mutant.Of("a recovery from a member that has left", "OrderOfLeaving", Recovers with { Crashes = true, Edits = 1, EditKinds = [Verb.Scale], Replicas = [1] }, m => m
            .Instead($"{Recovering}/{QuorumRecovery.Confirming}", "a member still has its data", c =>
                [new AssignTask(c.Members.Last(s => s is { Membership: Membership.Voter, DataLost: false }).Ordinal, MemberTask.Rebuild)])),
        Mutant.Of("a recovery from pods that are merely away", "OnlyTheLostIsRebuilt", Recovers with { FaultKinds = [Verb.CrashPod] }, m => m
            .Instead(Ready, "not (all members participate)", _ => [new AssignTask(0, MemberTask.Rebuild)])),

        // Liveness.
        Mutant.Of("a scale-out that never begins", "StableReconciliation", ScalesOut, m => m
            .Drop($"{ScalingOut}/{ScaleOut.Guarding}", "more members wanted")),
        Mutant.Of("a scale-in that changes its mind again and again", "StableReconciliation", ScalesIn, m => m
            .Instead(ScaleInLeaving, "otherwise", c => [new AssignTask(c.Size - 1, MemberTask.Serve)])),
        Mutant.Of("a rollout that leaves the leader out", "StableReconciliation", Updates with { Members = 1, Wanted = 1 }, m => m
            .Drop(Replacing, "the leader is outdated")),
        Mutant.Of("a hibernation that never asks for the snapshot", "StableReconciliation", Hibernates, m => m
            .Drop(Saving, "otherwise")),
        Mutant.Of("an upgrade that never asks for the snapshot", "StableReconciliation", Upgrades, m => m
            .Drop(UpgradeSaving, "otherwise")),
        Mutant.Of("a peer TLS change that stops half-way", "StableReconciliation", Updates with { Members = 1, Wanted = 1, EditKinds = [Verb.TogglePeerTls] }, m => m
            .Drop($"{ChangingPeerTls}/{PeerTlsChange.Rolling}/{MemberRollout.Replacing}", "the leader is outdated")),
        Mutant.Of("a resize that leaves the claim template", "StableReconciliation", Updates with { Members = 1, Wanted = 1, EditKinds = [Verb.ChangeCapacity] }, m => m
            .Drop($"{ResizingVolumes}/{VolumeResize.Growing}", "the claim template is behind the spec")),
        Mutant.Of("a recovery that does not release its members", "StableReconciliation", Recovers, m => m
            .Drop($"{Recovering}/{QuorumRecovery.Regrowing}", "a member has joined the founder")),
        new("StableReconciliation", Recovers with { Name = "a recovery that counts by the leader's list alone", TrustsListAlone = true }),
        Mutant.Of("a compaction whose end nobody notices", "StableReconciliation", Compacts, m => m
            .Drop(SnapshotCompaction.Compacting, "the job succeeded")),
        Mutant.Of("a snapshot instead of a compaction that is asked of nobody", "StableReconciliation", Compacts with { Edits = 3, EditKinds = [Verb.Write, Verb.ChangeTemplate], Templates = [Template.Broken] }, m => m
            .Drop(SnapshotCompaction.Snapshotting, "not (a quorum participates)")),
        Mutant.Of("a deletion that keeps its finalizer", "DeletionCompletes", Deletes, m => m
            .Drop(Deleting, "otherwise")),

        // Tasks.
        Mutant.Of("a copy that looks at its spec only once", "CopiedWhenDue", Copies, m => m
            .Drop(BackupCopy.Pending, "the spec is invalid").Instead(BackupCopy.Pending, "otherwise", _ => [new StartCopyJob()])),
        new("OneCopyJob", Copies with { Name = "a copy that begins again as the operator forgot that it was done", Edits = 0, Faults = 1, TrustsMemory = true }),
        Mutant.Of("a copy task that goes before its job", "CopyFinalizerLast", Copies with { Edits = 1 }, m => m
            .Drop(BackupCopy.Deleting, "the job is there")),
        Mutant.Of("a copy whose failure nobody notices", "CopyEnds", Copies with { Faults = 1 }, m => m
            .Drop(BackupCopy.Copying, "the job failed")),
        Mutant.Of("a copy task that keeps its finalizer", "CopyDeletionCompletes", Copies with { Edits = 1 }, m => m
            .Drop(BackupCopy.Deleting, "otherwise")),
        Mutant.Of("a task that asks before it is recorded", "AskedOnceAccepted", Runs, m => m
            .Instead(OpsTask.Pending, "otherwise", _ => [new RunTask()])),
        Mutant.Of("a failed task that begins again", "OutcomeIsFinal", Runs with { Faults = 1 }, m => m
            .Instead(OpsTask.Failed, "it was kept long enough", _ => []).Redirect(OpsTask.Failed, "it was kept long enough", OpsTask.Pending)),
        Mutant.Of("a task that takes the question for the answer", "SuccessIsTrue", Runs, m => m
            .Forget(OpsTask.InProgress, "it is done", "it is done")),
        Mutant.Of("a task that is removed at once", "KeptForAWhile", Runs, m => m
            .Forget(OpsTask.Succeeded, "it was kept long enough", "it was kept long enough")),
        Mutant.Of("a task without a time limit", "TaskEnds", Runs, m => m
            .Drop(OpsTask.InProgress, "its time ran out")),
        Mutant.Of("a task that is kept for ever", "TaskGoes", Runs, m => m
            .Drop(OpsTask.Succeeded, "it was kept long enough")),
    ];
}
