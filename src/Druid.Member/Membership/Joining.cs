using System.Globalization;
using Druid.Member.Configuration;
using Druid.Member.Data;
using Druid.StateMachine.Machines;

namespace Druid.Member.Membership;

/// <summary>
/// Decides how a member comes to run. The rules keep four promises: a member that may have voted never comes back under its
/// old identity without the log that it voted on; a cluster is never founded twice; data is given up only where a quorum or a
/// backup stands in for it; and a single member never starts with data that is older than its backups.
/// </summary>
static class Joining
{
    /// <summary>The states.</summary>
    public const string Looking = nameof(Looking), Restoring = nameof(Restoring), Started = nameof(Started), Refused = nameof(Refused);

    // What it has.
    static readonly Fact<JoinObservation> HasData = new("it has data", s => s.Data is DataState.Of);
    static readonly Fact<JoinObservation> Broken = Fact<JoinObservation>.Fault("its data is broken", s => s.Data is DataState.Unreadable);
    static readonly Fact<JoinObservation> Alone = new("it is the only member", s => !s.HasOthers);
    static readonly Fact<JoinObservation> WasMember = new("it was a member before", s => s.Record.WasMember);
    static readonly Fact<JoinObservation> LossReported = new("its lease says that its data is gone", s => s.Record.DataLost);

    // What the cluster says.
    static readonly Fact<JoinObservation> QuorumAnswers = new("a quorum answers", s => s.Cluster is not null);
    static readonly Fact<JoinObservation> OtherCluster = Fact<JoinObservation>.Fault("its data is of another cluster", s => s is { Data: DataState.Of data, Cluster: { } cluster } && data.Identity.ClusterId != cluster.ClusterId);
    static readonly Fact<JoinObservation> Removed = new("it was removed from the cluster", s => s is { Data: DataState.Of data, Cluster: { } cluster } && cluster.Find(data.Identity.MemberId) is null);
    static readonly Fact<JoinObservation> IsListed = new("the cluster lists it", s => Listed(s) is not null);
    static readonly Fact<JoinObservation> LostIdentity = Fact<JoinObservation>.Fault("the cluster lists it as one that ran", s => Listed(s) is { } listed && (listed.HasStarted() || s.Record.Id == Hex(listed.ID)));

    static readonly Fact<JoinObservation> JoinsExisting = new("it is to join a running cluster", s => s.JoinsExisting);

    // What it was told.
    static readonly Fact<JoinObservation> ToRebuild = new("it is to found the cluster anew and no quorum answers", s => s is { Cluster: null, Record.Task: MemberTask.Rebuild });
    static readonly Fact<JoinObservation> ToRejoin = new("it is to rejoin", s => s.Record.Task == MemberTask.Rejoin);
    static readonly Fact<JoinObservation> ToLeave = new("it is to leave and has left", s => s.Record.Task == MemberTask.Leave && !IsStillMember(s) && s is not { Cluster: null, Data: DataState.Of });

    // What backups there are.
    static readonly Fact<JoinObservation> HasBackup = new("there is a backup", s => s.Backup is BackupState.Reaches);
    static readonly Fact<JoinObservation> BackupUnknown = Fact<JoinObservation>.Fault("the store does not answer", s => s.Backup is BackupState.Unknown);
    static readonly Fact<JoinObservation> OlderThanBackup = Fact<JoinObservation>.Fault("its data is older than the backup", s => s is { Backup: BackupState.Reaches backup, Revision: { } own } && own < backup.Revision);
    static readonly Fact<JoinObservation> BackupTooOld = Fact<JoinObservation>.Fault("the backup is older than what was asked for", s => s.AtLeast > (s.Backup is BackupState.Reaches backup ? backup.Revision : 0));

    /// <summary>The machine.</summary>
    public static Machine<JoinObservation> Machine { get; } = Define.Machine<JoinObservation>("member-initialization",
        "Brings a member to the point where its etcd can start, whatever became of its data and of its cluster.", m => m
        .State(Looking, "Looks at the data, the cluster, the backups and the orders, and does the next step.", s => s
            // First of all: whoever counts the members must not count on what is gone, nor take who joins anew for who left.
            .When(WasMember).AndNot(HasData).AndNot(Alone).AndNot(LossReported).Do(_ => new JoinStep.ReportLoss()).Stay()

            .When(ToRebuild).And(HasData).Do(s => new JoinStep.Start(new(Exists: false, Own(s), ForceNew: true))).GoTo(Started)
            .When(ToRebuild).And(Broken).And(HasBackup).Do(s => new JoinStep.PutDataAside($"{Reason(s)}; it is restored from the backup")).Stay()
            .When(ToRebuild).And(Broken).AndNot(BackupUnknown).Do(s => new JoinStep.Refuse($"{Reason(s)}, and there is no backup to found the cluster anew from: restore the volume")).GoTo(Refused)
            .When(ToRebuild).And(BackupUnknown).Wait(NoAnswer)
            .When(ToRebuild).And(BackupTooOld).Do(TooOld).GoTo(Refused)
            .When(ToRebuild).And(HasBackup).Do(s => new JoinStep.RestoreData(Own(s))).GoTo(Restoring)
            .When(ToRebuild).Do(s => new JoinStep.Start(new(Exists: false, Own(s)))).GoTo(Started)
            .When(ToRejoin).AndNot(QuorumAnswers).Wait("this member is to rejoin the cluster that is founded anew, and no quorum of it answers yet")
            .When(ToLeave).Wait("this member was told to leave and is not a member")

            .When(Alone).And(HasData).And(BackupUnknown).Wait(s => $"whether the data is as new as the backups is not known: {NoAnswer(s)}")
            .When(Alone).And(HasData).And(OlderThanBackup).Do(s => new JoinStep.PutDataAside($"it is at revision {s.Revision}, and the backup reaches revision {((BackupState.Reaches)s.Backup).Revision}")).Stay()
            .When(Alone).And(HasData).Do(WithData).GoTo(Started)
            .When(Alone).And(Broken).And(BackupUnknown).Wait(NoAnswer)
            .When(Alone).And(Broken).And(BackupTooOld).Do(TooOld).GoTo(Refused)
            .When(Alone).And(Broken).And(HasBackup).Do(s => new JoinStep.PutDataAside($"{Reason(s)}; it is restored from the backup")).Stay()
            .When(Alone).And(Broken).Do(s => new JoinStep.Refuse($"{Reason(s)}: restore the volume, or move the data away to start empty")).GoTo(Refused)

            .When(HasData).AndNot(QuorumAnswers).Do(WithData).GoTo(Started)
            .When(OtherCluster).And(ToRejoin).Do(_ => new JoinStep.PutDataAside("its data belongs to the cluster that was given up")).Stay()
            .When(OtherCluster).Do(s => new JoinStep.Refuse(Foreign(s))).GoTo(Refused)
            .When(Removed).Do(_ => new JoinStep.PutDataAside("it was removed from the cluster")).Stay()
            .When(HasData).Do(WithData).GoTo(Started)
            .When(Broken).AndNot(QuorumAnswers).Wait(s => $"{Reason(s)}, and no quorum of the cluster answers that could replace it")
            .When(Broken).Do(s => new JoinStep.PutDataAside($"{Reason(s)}; the cluster has all of it")).Stay()

            .When(QuorumAnswers).And(LostIdentity).Do(s => new JoinStep.RemoveLostIdentity(Listed(s)!.ID)).Stay()
            .When(QuorumAnswers).And(IsListed).Do(s => new JoinStep.Start(new(Exists: true, Present(s)))).GoTo(Started)
            .When(QuorumAnswers).Do(_ => new JoinStep.AddAsLearner()).Stay()
            .When(WasMember).AndNot(Alone).Wait(s => $"this member was {s.Record.Id} and lost its data; it can only be replaced once a quorum of the cluster answers")
            .When(JoinsExisting).Wait("the cluster that this member is to join does not answer: check bootstrapWithExistingCluster.clientEndpoints")
            .When(BackupUnknown).Wait(NoAnswer)
            .When(BackupTooOld).Do(TooOld).GoTo(Refused)
            .When(HasBackup).Do(s => new JoinStep.RestoreData(s.Configured)).GoTo(Restoring)
            .Otherwise().Do(s => new JoinStep.Start(new(Exists: false, s.Configured))).GoTo(Started))
        .State(Restoring, "The data is restored from the backups; then it is looked at like any other.", s => s
            .Otherwise().GoTo(Looking))
        .State(Started, "etcd can start.", _ => { })
        .State(Refused, "Only a person can decide how to go on.", _ => { }));

    /// <summary>The next step for what is seen.</summary>
    public static IAction Decide(JoinObservation seen) => Machine.Fire(Machine.Initial, seen).Transitions.Single().Actions.Single();

    static JoinStep.Start WithData(JoinObservation seen) => new(new(Exists: true, seen.Configured));

    static JoinStep.Refuse TooOld(JoinObservation seen) => new(seen.Backup is BackupState.Reaches backup
        ? $"the backup reaches revision {backup.Revision} only, and at least {seen.AtLeast} was asked for: bring the missing snapshots back, or ask for less"
        : $"there is no backup, and data of at least revision {seen.AtLeast} was asked for");

    static string NoAnswer(JoinObservation seen) => $"the store of backups does not answer: {((BackupState.Unknown)seen.Backup).Reason}";

    static string Reason(JoinObservation seen) => ((DataState.Unreadable)seen.Data).Reason;

    static string Foreign(JoinObservation seen) =>
        $"the data directory belongs to cluster {Hex(((DataState.Of)seen.Data).Identity.ClusterId)}, but cluster {Hex(seen.Cluster!.ClusterId)} answers: mount the right volume, or move the data away to join anew";

    static Etcd.Rpc.ClusterMember? Listed(JoinObservation seen) => seen.Cluster?.Find(seen.Name, seen.PeerUrls);

    static bool IsStillMember(JoinObservation seen) => seen.Cluster is { } cluster && seen.Data switch
    {
        DataState.Of data => cluster.Find(data.Identity.MemberId) is not null,
        _ => Listed(seen) is not null,
    };

    static MemberUrl[] Own(JoinObservation seen) => [.. seen.PeerUrls.Select(url => new MemberUrl(seen.Name, url))];

    /// <summary>
    /// The members of the cluster as etcd wants to be told before it joins: exactly those listed, with the URLs listed. A
    /// member that never started is listed without a name; any unique one will do, so it is the configured one or its id.
    /// </summary>
    static MemberUrl[] Present(JoinObservation seen) =>
        [.. from member in seen.Cluster!.Members from url in member.PeerURLs select new MemberUrl(MemberReport.NameOf(member, seen.Configured), url)];

    static string Hex(ulong id) => id.ToString("x", CultureInfo.InvariantCulture);
}
