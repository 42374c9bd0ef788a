using System.Collections.Immutable;
using Druid.Member.Membership;
using Druid.StateMachine.Checking;

namespace Druid.Model.Joining;

/// <summary>What a user can rely on when members start.</summary>
static class JoinPromises
{
    /// <summary>Where every start ends.</summary>
    public static Goal<JoinWorld> Ends { get; } = new("InitializationEnds",
        "Once faults stop, a member runs, or says what a person has to decide, or has left as it was told.",
        (in JoinWorld w) => w.Stage is Stage.Published or Stage.Refused || (MemberTask)w.Task == MemberTask.Leave);

    /// <summary>What holds of every step.</summary>
    public static ImmutableArray<Invariant<JoinWorld>> Of(JoinScenario scenario) =>
    [
        new("NeverOlder", "A single member never starts with less than its backups hold.", (in JoinWorld before, Move _, in JoinWorld after) =>
            !scenario.Alone || !Starts(after.Did) || (after.Disk == Disk.Empty ? 0 : after.DiskRevision) >= before.BackupRevision),
        new("RemovedStaysOut", "A member that a quorum says was removed never starts with the data of its old identity.", (in JoinWorld before, Move _, in JoinWorld after) =>
            scenario.Alone || after.Did != Did.StartedWithData || !before.Quorum || (before.DiskIdentity == before.Listed && before.DiskFounding == before.Founding)),
        new("NoLostVote", "An identity that ran never runs again without its data.", (in JoinWorld before, Move _, in JoinWorld after) =>
            after.Did != Did.StartedAsJoiner || (!before.ListedStarted && before.Recorded != before.Listed)),
        // Between the start of an etcd and the first note in the lease nobody but the quorum knows of it (docs/proof.md).
        new("FoundedOnce", "A member that its lease remembers, or that a quorum lists, founds no cluster, unless the operator ordered it.", (in JoinWorld before, Move _, in JoinWorld after) =>
            scenario.Alone || after.Did is not (Did.StartedAsFounder or Did.StartedAlone) || (MemberTask)before.Task == MemberTask.Rebuild
            || (after.Did == Did.StartedAsFounder && before.Recorded == 0 && !before.Quorum)),
        new("DataKept", "Data is put aside only where a quorum or a backup stands in for it.", (in JoinWorld before, Move _, in JoinWorld after) =>
            after.Did != Did.PutAside || ((before is { BackupRevision: > 0, StoreDown: false } && (scenario.Alone || (MemberTask)before.Task == MemberTask.Rebuild)) || (before.Quorum && !scenario.Alone))
                && (before.Disk == Disk.Broken || (scenario.Alone ? before.DiskRevision < before.BackupRevision : before.DiskIdentity != before.Listed || before.DiskFounding != before.Founding))),
        new("RestoredOverNothing", "A backup is restored only where there is no data and no quorum that has it all.", (in JoinWorld before, Move _, in JoinWorld after) =>
            after.Did != Did.Restored || (before.Disk == Disk.Empty && (scenario.Alone || !before.Quorum))),
        new("RefusesForAReason", "A member gives up only where data would be lost or mixed whatever it did.", (in JoinWorld before, Move _, in JoinWorld after) =>
            after.Did != Did.Refused || (before.Disk == Disk.Broken && before.BackupRevision == 0) || (before.Disk == Disk.Whole && before.DiskFounding != before.Founding && (MemberTask)before.Task != MemberTask.Rejoin)),
        new("LossToldFirst", "A member that was one before says that its data is gone before its identity goes, and before it joins anew.", (in JoinWorld before, Move _, in JoinWorld after) =>
            scenario.Alone || after.Did is not (Did.RemovedItself or Did.Joined) || before.Recorded == 0 || before.LossReported),
        new("LeftStaysOut", "A member that was told to leave does not join again.", (in JoinWorld before, Move _, in JoinWorld after) =>
            (MemberTask)before.Task != MemberTask.Leave || after.Did != Did.Joined),
    ];

    static bool Starts(Did did) => did is Did.StartedWithData or Did.StartedAsJoiner or Did.StartedAsFounder or Did.StartedAlone;
}
