using System.Collections.Immutable;
using Druid.Model.Tasks;
using Druid.StateMachine.Etcd;

namespace Druid.Model;

/// <summary>
/// The settings that are explored, with their bounds: the one place that says how far the harness goes. In each the operator may
/// die, or a call of it fail, before or after any action, as often as it likes.
/// </summary>
public static class Bounds
{
    static readonly ImmutableArray<Verb> MemberFaults = [Verb.CrashPod, Verb.LoseDisk, Verb.Partition, Verb.Sicken, Verb.LosePod];

    static readonly ImmutableArray<Verb> ObjectFaults = [Verb.DeleteSet, Verb.DeleteOthers, Verb.EditOthers, Verb.Forget];

    static readonly ImmutableArray<Verb> BackupFaults = [Verb.FailSnapshot, Verb.FailJob, Verb.ExceedDeadline];

    static readonly ImmutableArray<Template> AllTemplates = [Template.A, Template.B, Template.Broken];

    /// <summary>Explored in every run of the tests: together about a minute.</summary>
    public static ImmutableArray<ISetting> Quick { get; } =
    [
        new Scenario { Name = "create", StartsSettled = false, Edits = 1, EditKinds = [Verb.ChangeTemplate], Templates = [Template.B] },
        new Scenario { Name = "create, encrypted", StartsSettled = false, PeerTls = true, Edits = 1, EditKinds = [Verb.TogglePeerTls, Verb.Scale], Replicas = [1], Lag = 1 },
        new Scenario { Name = "two faults", Faults = 2, FaultKinds = MemberFaults },
        new Scenario { Name = "scale in, changing one's mind", Edits = 2, EditKinds = [Verb.Scale], Replicas = [1, 2, 3], Lag = 1 },
        new Scenario { Name = "scale in with a fault", Edits = 1, EditKinds = [Verb.Scale], Replicas = [1], Faults = 1, FaultKinds = MemberFaults, Lag = 1 },
        new Scenario { Name = "scale out with a fault", Wanted = 1, Edits = 1, EditKinds = [Verb.Scale], Replicas = [3], Faults = 1, FaultKinds = MemberFaults },
        new Scenario { Name = "five members, with a fault", Members = 5, Wanted = 5, Edits = 1, EditKinds = [Verb.Scale], Replicas = [3], Faults = 1, FaultKinds = MemberFaults },
        new Scenario { Name = "rollout, of a broken template too", Edits = 2, EditKinds = [Verb.ChangeTemplate], Templates = AllTemplates, Lag = 1 },
        new Scenario { Name = "rollout, by the controller in between", Edits = 3, EditKinds = [Verb.ToggleStrategy, Verb.ChangeTemplate], Templates = AllTemplates },
        new Scenario { Name = "peer TLS, on and off", Edits = 2, EditKinds = [Verb.TogglePeerTls], Lag = 1 },
        new Scenario { Name = "hibernation and waking", Edits = 2, EditKinds = [Verb.Scale], Replicas = [0, 3], Store = true },
        new Scenario { Name = "upgrade of etcd", Upgrades = true, Store = true, Edits = 2, EditKinds = [Verb.ChangeTemplate, Verb.Scale], Templates = [Template.B], Replicas = [2, 0] },
        new Scenario { Name = "volumes, then deletion", Edits = 2, EditKinds = [Verb.ChangeCapacity, Verb.DeleteEtcd], VolumesOnDeletion = VolumePolicy.Delete, Lag = 1 },
        new Scenario { Name = "suspended, invalid", Edits = 3, EditKinds = [Verb.ToggleSuspension, Verb.ToggleInvalid, Verb.ChangeTemplate, Verb.Scale], Templates = [Template.B], Replicas = [2] },
        new Scenario { Name = "changes held back", AutoReconcile = false, Edits = 3, EditKinds = [Verb.RequestReconcile, Verb.ChangeTemplate, Verb.Scale, Verb.TogglePeerTls], Templates = [Template.B], Replicas = [2, 0] },
        new Scenario { Name = "runtime disabled", Edits = 2, EditKinds = [Verb.ToggleRuntime, Verb.Scale], Replicas = [2, 0] },
        new Scenario { Name = "a deposed operator", Faults = 1, FaultKinds = [Verb.Depose], Edits = 2, EditKinds = [Verb.Scale, Verb.ChangeTemplate], Replicas = [1, 3], Templates = [Template.B] },
        new Scenario { Name = "compaction", Members = 1, Wanted = 1, Store = true, Compaction = true, Edits = 3, EditKinds = [Verb.Write, Verb.DeleteEtcd, Verb.ToggleSuspension, Verb.Scale], Replicas = [0], Faults = 1, FaultKinds = BackupFaults },
        new Scenario { Name = "recovery", Faults = 2, FaultKinds = [Verb.LoseDisk], Edits = 1, EditKinds = [Verb.AllowRecovery], Store = true },
        new CopyScenario { Name = "a copy of backups", Faults = 3, Edits = 2 },
        new OpsScenario { Name = "a task", Faults = 2, Edits = 2 },
    ];

    /// <summary>Explored by <c>hack/prove</c> besides: minutes.</summary>
    public static ImmutableArray<ISetting> Wide { get; } =
    [
        new Scenario { Name = "objects lost", Faults = 1, FaultKinds = ObjectFaults, Edits = 1, EditKinds = [Verb.Scale, Verb.ChangeTemplate, Verb.TogglePeerTls], Replicas = [1, 0], Templates = [Template.B] },
        new Scenario { Name = "runtime disabled and back, rescaled", Edits = 3, EditKinds = [Verb.ToggleRuntime, Verb.Scale], Replicas = [2] },
        new Scenario { Name = "compaction without luck", Members = 1, Wanted = 1, Store = true, Compaction = true, Edits = 4, EditKinds = [Verb.Write, Verb.DeleteEtcd, Verb.ToggleSuspension, Verb.Scale], Replicas = [0], Faults = 2, FaultKinds = BackupFaults },
        new Scenario { Name = "compaction of a cluster that cannot start", Members = 1, Wanted = 1, Store = true, Compaction = true, Edits = 3, EditKinds = [Verb.Write, Verb.ChangeTemplate], Templates = [Template.Broken] },
        new Scenario { Name = "stopped by a deposed operator while it is founded", StartsSettled = false, Store = true, Edits = 1, EditKinds = [Verb.ToggleRuntime], Faults = 1, FaultKinds = [Verb.Depose] },
        new Scenario { Name = "upgrade of etcd without luck", Upgrades = true, Store = true, Edits = 1, EditKinds = [Verb.ChangeTemplate], Templates = [Template.B, Template.Broken], Faults = 1, FaultKinds = [Verb.FailSnapshot, Verb.CrashPod, Verb.LoseDisk, Verb.Forget] },
        new Scenario { Name = "upgrade of a single member that cannot start", Members = 1, Wanted = 1, Upgrades = true, Store = true, Edits = 3, EditKinds = [Verb.ChangeTemplate, Verb.ChangeCapacity], Templates = AllTemplates, Faults = 1, FaultKinds = [Verb.FailSnapshot] },
        new Scenario { Name = "hibernation without luck", Store = true, Edits = 2, EditKinds = [Verb.Scale], Replicas = [0, 3], Faults = 1, FaultKinds = [.. MemberFaults, Verb.FailSnapshot] },
        new Scenario { Name = "recovery, by policy", Faults = 2, FaultKinds = [Verb.LoseDisk, Verb.LosePod], RecoveryAllowed = true, Store = true },
        new Scenario { Name = "recovery of a member that is to sleep", Members = 1, Wanted = 1, Faults = 1, FaultKinds = [Verb.LoseDisk], Edits = 3, EditKinds = [Verb.Scale, Verb.AllowRecovery], Replicas = [0, 1], Store = true },
        new Scenario { Name = "recovery, rescaled meanwhile", Faults = 2, FaultKinds = [Verb.LoseDisk], Edits = 1, EditKinds = [Verb.Scale], Replicas = [1, 2], RecoveryAllowed = true, Store = true },
        new Scenario { Name = "recovery, with a crash", Faults = 3, FaultKinds = [Verb.LoseDisk, Verb.CrashPod], RecoveryAllowed = true, Store = true },
        new Scenario { Name = "recovery from three losses", Faults = 3, FaultKinds = [Verb.LoseDisk], RecoveryAllowed = true, Store = true },
        new Scenario { Name = "recovery beside a compaction", Compaction = true, Faults = 2, FaultKinds = [Verb.LoseDisk], Edits = 2, EditKinds = [Verb.Write], RecoveryAllowed = true, Store = true },
        new Scenario { Name = "hibernation of a lost majority", Crashes = false, Faults = 2, FaultKinds = [Verb.LoseDisk], Edits = 1, EditKinds = [Verb.Scale], Replicas = [0], RecoveryAllowed = true, Store = true },
        new Scenario { Name = "volumes with a fault", Edits = 2, EditKinds = [Verb.ChangeCapacity, Verb.Scale], Replicas = [2], Faults = 1, FaultKinds = [Verb.CrashPod, Verb.LoseDisk, Verb.LosePod] },
        new Scenario { Name = "rollout by the controller, with a fault", Edits = 2, EditKinds = [Verb.ToggleStrategy, Verb.ChangeTemplate], Templates = [Template.B], Faults = 1, FaultKinds = [Verb.CrashPod, Verb.LosePod] },
        new Scenario { Name = "deletion, anywhere", Edits = 2, EditKinds = [Verb.DeleteEtcd, Verb.Scale, Verb.ChangeTemplate, Verb.TogglePeerTls, Verb.ChangeCapacity], Replicas = [0, 1], Templates = [Template.B], VolumesOnDeletion = VolumePolicy.Delete },
        new Scenario { Name = "peer TLS with a fault", Edits = 1, EditKinds = [Verb.TogglePeerTls], Faults = 1, FaultKinds = MemberFaults },
        new Scenario { Name = "composed: scaling and a new template, lost pods", Edits = 2, EditKinds = [Verb.Scale, Verb.ChangeTemplate], Replicas = [1], Templates = [Template.B], Faults = 2, FaultKinds = [Verb.CrashPod, Verb.LosePod], MaxStates = 8_000_000 },
        new Scenario { Name = "composed: scaling, lost disks and partitions", Edits = 2, EditKinds = [Verb.Scale], Replicas = [2, 3], Faults = 2, FaultKinds = [Verb.LoseDisk, Verb.Partition] },
        new Scenario { Name = "composed: new templates, lost disks and pods", Edits = 2, EditKinds = [Verb.ChangeTemplate], Templates = [Template.B], Faults = 2, FaultKinds = [Verb.LoseDisk, Verb.CrashPod], MaxStates = 8_000_000 },
    ];
}
