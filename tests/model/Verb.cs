namespace Druid.Model;

/// <summary>Everything that can happen, in the words that a counterexample tells it.</summary>
public enum Verb : byte
{
    // The operator.
    Decide, Record, AddFinalizer, RemoveFinalizer, ObserveGeneration, AcknowledgeReconcile, Apply, DeleteComponent, Delete, Evict,
    DeleteVolume, DeleteMemberLease, AssignTask, MoveLeader, RemoveMember, RequestSnapshot, VerifySnapshot, StartJob, DeleteJob, ExpandVolume, OrphanSet,

    // What interrupts it.
    Refuse, CrashBefore, Depose, Drop, Forget,

    // Kubernetes.
    ObserveSet, CreatePod, DeleteSurplus, Collect, StartContainers, FailContainers, Restart, EndPod, BecomeReady, FinishDeletion, RollPod, GrowVolume,

    // Caches.
    CatchUp,

    // The members' agents.
    Found, BeginAsFounded, Join, CatchUpLog, Promote, RemoveItself, UpdateUrl, Rebuild, Publish, ReportLost, ReportLearner, AnnounceVote,

    // Backups.
    TakeSnapshot, FailSnapshot, EndBackoff, FinishJob, FailJob, ExceedDeadline, Write,

    // Faults that hit members and objects.
    CrashPod, LoseDisk, Partition, Sicken, Heal, DeleteSet, DeleteOthers, EditOthers, LosePod,

    // The user.
    Scale, ChangeTemplate, TogglePeerTls, ToggleSuspension, ToggleInvalid, RequestReconcile, AllowRecovery, ToggleRuntime, DeleteEtcd, ChangeCapacity, ToggleStrategy,

    // Tasks.
    DeleteTask, PassTime,
}
