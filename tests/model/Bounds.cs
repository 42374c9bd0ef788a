using System.Collections.Immutable;
using Druid.StateMachine.Etcd;

namespace Druid.Model;

/// <summary>
/// The settings that are explored, with their bounds: the one place that says how far the harness goes.
/// </summary>
public static class Bounds
{
    static readonly ImmutableArray<Verb> MemberFaults = [Verb.CrashPod, Verb.LoseDisk, Verb.Partition, Verb.Sicken, Verb.LosePod];

    static readonly ImmutableArray<Verb> ObjectFaults = [Verb.DeleteSet, Verb.DeleteOthers, Verb.EditOthers, Verb.Forget];

    static readonly ImmutableArray<Verb> BackupFaults = [Verb.FailSnapshot, Verb.FailJob, Verb.ExceedDeadline];

    static readonly ImmutableArray<Template> AllTemplates = [Template.A, Template.B, Template.Broken];

    /// <summary>Explored in every run of the tests: seconds each.</summary>
    public static ImmutableArray<Scenario> Quick { get; } =
    [
        new() { Name = "create", StartsSettled = false, Edits = 1, EditKinds = [Verb.ChangeTemplate], Templates = [Template.B] },
        new() { Name = "two faults", Faults = 2, FaultKinds = MemberFaults },
        new() { Name = "scale in, changing one's mind", Edits = 2, EditKinds = [Verb.Scale], Replicas = [1, 2, 3], Lag = 1 },
        new() { Name = "scale in with a fault", Edits = 1, EditKinds = [Verb.Scale], Replicas = [1], Faults = 1, FaultKinds = MemberFaults, Lag = 1 },
        new() { Name = "scale out with a fault", Wanted = 1, Edits = 1, EditKinds = [Verb.Scale], Replicas = [3], Faults = 1, FaultKinds = MemberFaults },
        new() { Name = "rollout, of a broken template too", Edits = 2, EditKinds = [Verb.ChangeTemplate], Templates = AllTemplates, Lag = 1 },
        new() { Name = "peer TLS, on and off", Edits = 2, EditKinds = [Verb.TogglePeerTls], Lag = 1 },
        new() { Name = "hibernation and waking", Edits = 2, EditKinds = [Verb.Scale], Replicas = [0, 3], Store = true },
        new() { Name = "deletion", Edits = 1, EditKinds = [Verb.DeleteEtcd] },
    ];

    /// <summary>Candidates.</summary>
    public static ImmutableArray<Scenario> Full { get; } =
    [
        new() { Name = "objects lost", Faults = 1, FaultKinds = ObjectFaults, Edits = 1, EditKinds = [Verb.Scale, Verb.ChangeTemplate, Verb.TogglePeerTls], Replicas = [1, 0], Templates = [Template.B] },
        new() { Name = "deposed operator", Faults = 1, FaultKinds = [Verb.Depose], Edits = 2, EditKinds = [Verb.Scale, Verb.ChangeTemplate], Replicas = [1, 3], Templates = [Template.B] },
        new() { Name = "suspension, invalid", Edits = 3, EditKinds = [Verb.ToggleSuspension, Verb.ToggleInvalid, Verb.ChangeTemplate, Verb.Scale], Templates = [Template.B], Replicas = [2] },
        new() { Name = "held back", AutoReconcile = false, Edits = 3, EditKinds = [Verb.RequestReconcile, Verb.ChangeTemplate, Verb.Scale, Verb.TogglePeerTls], Templates = [Template.B], Replicas = [2, 0] },
        new() { Name = "runtime disabled", Edits = 3, EditKinds = [Verb.ToggleRuntime, Verb.Scale], Replicas = [2, 0] },
        new() { Name = "compaction", Members = 1, Wanted = 1, Store = true, Compaction = true, Edits = 4, EditKinds = [Verb.Write, Verb.DeleteEtcd, Verb.ToggleSuspension, Verb.Scale], Replicas = [0], Faults = 2, FaultKinds = BackupFaults },
        new() { Name = "hibernation without luck", Store = true, Edits = 2, EditKinds = [Verb.Scale], Replicas = [0, 3], Faults = 2, FaultKinds = [.. MemberFaults, Verb.FailSnapshot] },
        new() { Name = "recovery, allowed later", Faults = 2, FaultKinds = [Verb.LoseDisk], Edits = 2, EditKinds = [Verb.AllowRecovery, Verb.Scale], Replicas = [1], Store = true },
        new() { Name = "recovery, by policy", Faults = 3, FaultKinds = [Verb.LoseDisk, Verb.LosePod, Verb.FailSnapshot], RecoveryAllowed = true, Store = true },
        new() { Name = "recovery, no store", Faults = 3, FaultKinds = [Verb.LoseDisk, Verb.CrashPod], RecoveryAllowed = true },
        new() { Name = "volumes", Edits = 2, EditKinds = [Verb.ChangeCapacity, Verb.Scale, Verb.ChangeTemplate, Verb.TogglePeerTls], Replicas = [1, 2], Templates = [Template.B], Faults = 1, FaultKinds = MemberFaults },
        new() { Name = "volumes and deletion", Edits = 2, EditKinds = [Verb.ChangeCapacity, Verb.DeleteEtcd], VolumesOnDeletion = VolumePolicy.Delete, Lag = 1 },
        new() { Name = "update strategy", Edits = 3, EditKinds = [Verb.ToggleStrategy, Verb.ChangeTemplate], Templates = AllTemplates, Faults = 1, FaultKinds = MemberFaults },
        new() { Name = "deletion anywhere", Edits = 3, EditKinds = [Verb.DeleteEtcd, Verb.Scale, Verb.ChangeTemplate, Verb.TogglePeerTls], Replicas = [0, 1], Templates = [Template.B], VolumesOnDeletion = VolumePolicy.Delete },
        new() { Name = "peer TLS with a fault", Edits = 2, EditKinds = [Verb.TogglePeerTls, Verb.ChangeTemplate], Templates = [Template.B], Faults = 1, FaultKinds = MemberFaults },
        new() { Name = "encrypted creation", StartsSettled = false, PeerTls = true, Edits = 1, EditKinds = [Verb.TogglePeerTls, Verb.Scale], Replicas = [1], Lag = 1 },
        new() { Name = "five members, in and out", Members = 5, Wanted = 5, Edits = 1, EditKinds = [Verb.Scale], Replicas = [3], Faults = 1, FaultKinds = MemberFaults },
        new() { Name = "composed", Edits = 2, EditKinds = [Verb.Scale, Verb.ChangeTemplate, Verb.TogglePeerTls], Replicas = [1, 2], Templates = [Template.B], Faults = 2, FaultKinds = MemberFaults },
    ];
}
