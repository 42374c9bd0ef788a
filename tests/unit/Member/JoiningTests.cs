using Druid.Member.Configuration;
using Druid.Member.Data;
using Druid.Member.Etcd.Rpc;
using Druid.Member.Membership;
using Druid.StateMachine.Machines;

namespace Druid.UnitTests.Member;

public class JoiningTests
{
    const ulong Cluster = 0xc1;
    const string Own = "http://e-2:2380";

    static readonly MemberUrl[] Three = [new("e-0", "http://e-0:2380"), new("e-1", "http://e-1:2380"), new("e-2", Own)];
    static readonly DataState OwnData = new DataState.Of(new MemberIdentity(2, Cluster));
    static readonly DataState NoData = new DataState.Absent();

    [Fact]
    public void Members_of_a_new_cluster_found_it_together()
    {
        var start = Assert.IsType<JoinStep.Start>(Decide(NoData, cluster: null));

        Assert.False(start.Initial.Exists);
        Assert.Equal(Three, start.Initial.Members);
    }

    [Fact]
    public void A_member_with_data_starts_even_when_nobody_answers() => Assert.IsType<JoinStep.Start>(Decide(OwnData, cluster: null));

    [Fact]
    public void A_restarted_member_starts_with_its_data() => Assert.IsType<JoinStep.Start>(Decide(OwnData, Members(Voter(0), Voter(1), Voter(2)), id: 2));

    [Fact]
    public void A_new_member_of_a_running_cluster_adds_itself_as_learner() => Assert.IsType<JoinStep.AddAsLearner>(Decide(NoData, Members(Voter(0), Voter(1))));

    [Fact]
    public void Once_added_it_starts_as_part_of_the_members_that_there_are()
    {
        var start = Assert.IsType<JoinStep.Start>(Decide(NoData, Members(Voter(0), Voter(1), Added(7, Own))));

        Assert.True(start.Initial.Exists);
        Assert.Equal(Three, start.Initial.Members);
    }

    [Fact]
    public void A_founder_that_comes_late_joins_those_that_were_faster()
    {
        var listed = Voter(2);
        listed.ClientURLs.Clear();

        Assert.True(Assert.IsType<JoinStep.Start>(Decide(NoData, Members(Voter(0), Voter(1), listed))).Initial.Exists);
    }

    [Fact]
    public void A_member_that_lost_its_data_gives_up_its_identity() =>
        Assert.Equal(new JoinStep.RemoveLostIdentity(2), Decide(NoData, Members(Voter(0), Voter(1), Voter(2)), id: 2));

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, false)]
    public void A_member_that_lost_its_data_says_so_before_anything_else(bool quorum, bool listed)
    {
        var cluster = !quorum ? null : listed ? Members(Voter(0), Voter(1), Voter(2)) : Members(Voter(0), Voter(1));
        foreach (var task in Enum.GetValues<MemberTask>())
            foreach (var data in new[] { NoData, new DataState.Unreadable("torn") })
            {
                Assert.IsType<JoinStep.ReportLoss>(Joining.Decide(Seen(data, cluster) with { Record = new("2", task) }));
            }
    }

    [Fact]
    public void A_member_that_lost_its_data_does_not_found_a_cluster_while_nobody_answers() =>
        Assert.IsType<Wait>(Decide(NoData, cluster: null, id: 2));

    [Fact]
    public void A_removed_member_does_not_come_back_with_its_old_data() =>
        Assert.IsType<JoinStep.PutDataAside>(Decide(OwnData, Members(Voter(0), Voter(1)), id: 2));

    [Fact]
    public void Data_of_another_cluster_is_refused_and_not_touched() =>
        Assert.IsType<JoinStep.Refuse>(Decide(new DataState.Of(new(2, 0xbad)), Members(Voter(0), Voter(1), Voter(2))));

    [Fact]
    public void A_member_that_is_to_join_a_running_cluster_never_founds_one()
    {
        Assert.IsType<Wait>(Joining.Decide(Seen(NoData, null) with { JoinsExisting = true }));
        Assert.IsType<JoinStep.AddAsLearner>(Joining.Decide(Seen(NoData, Members(Voter(0), Voter(1))) with { JoinsExisting = true }));
    }

    [Fact]
    public void A_member_that_was_told_to_leave_does_not_join_again()
    {
        Assert.IsType<Wait>(Decide(NoData, Members(Voter(0), Voter(1)), task: MemberTask.Leave));
        Assert.IsType<Wait>(Decide(OwnData, Members(Voter(0), Voter(1)), task: MemberTask.Leave));
    }

    [Fact]
    public void A_member_that_was_told_to_leave_serves_until_it_is_removed() =>
        Assert.IsType<JoinStep.Start>(Decide(OwnData, Members(Voter(0), Voter(1), Voter(2)), task: MemberTask.Leave));

    [Fact]
    public void The_founder_of_a_rebuilt_cluster_forgets_all_others_and_keeps_its_data()
    {
        var start = Assert.IsType<JoinStep.Start>(Decide(OwnData, cluster: null, task: MemberTask.Rebuild));

        Assert.True(start.Initial.ForceNew);
        Assert.Equal([new MemberUrl("e-2", Own)], start.Initial.Members);
    }

    [Fact]
    public void A_member_that_is_to_rejoin_waits_for_the_rebuilt_cluster_and_gives_up_its_data()
    {
        Assert.IsType<Wait>(Decide(OwnData, cluster: null, task: MemberTask.Rejoin));
        Assert.IsType<JoinStep.PutDataAside>(Decide(OwnData, Members(Voter(0)), task: MemberTask.Rejoin));
        Assert.IsType<JoinStep.PutDataAside>(Decide(new DataState.Of(new(2, 0xbad)), Members(Voter(0)), task: MemberTask.Rejoin));
        Assert.IsType<JoinStep.AddAsLearner>(Decide(NoData, Members(Voter(0)), task: MemberTask.Rejoin));
    }

    [Fact]
    public void Unreadable_data_is_replaced_only_where_the_cluster_has_it_too()
    {
        Assert.IsType<JoinStep.PutDataAside>(Decide(new DataState.Unreadable("torn"), Members(Voter(0), Voter(1), Voter(2))));
        Assert.IsType<Wait>(Decide(new DataState.Unreadable("torn"), cluster: null));
        Assert.IsType<JoinStep.Refuse>(Joining.Decide(Seen(new DataState.Unreadable("torn"), null) with { Configured = [Three[2]] }));
    }

    [Fact]
    public void A_single_member_without_data_founds_its_cluster() =>
        Assert.IsType<JoinStep.Start>(Joining.Decide(Seen(NoData, null) with { Configured = [Three[2]], Record = new("2", MemberTask.Serve) }));

    [Fact]
    public void A_single_member_whose_data_is_broken_or_gone_is_restored_from_the_backup()
    {
        Assert.IsType<JoinStep.PutDataAside>(Alone(new DataState.Unreadable("torn"), new BackupState.Reaches(7)));
        Assert.Equal([Three[2]], Assert.IsType<JoinStep.RestoreData>(Alone(NoData, new BackupState.Reaches(7))).Cluster);
    }

    [Fact]
    public void A_single_member_never_starts_with_data_older_than_its_backup()
    {
        Assert.IsType<JoinStep.PutDataAside>(Alone(OwnData, new BackupState.Reaches(7), revision: 6));
        Assert.IsType<JoinStep.Start>(Alone(OwnData, new BackupState.Reaches(7), revision: 7));
        Assert.IsType<Wait>(Alone(OwnData, new BackupState.Unknown("away"), revision: 7));
    }

    [Fact]
    public void Nothing_is_founded_or_given_up_while_it_is_not_known_whether_there_is_a_backup()
    {
        Assert.IsType<Wait>(Alone(NoData, new BackupState.Unknown("away")));
        Assert.IsType<Wait>(Alone(new DataState.Unreadable("torn"), new BackupState.Unknown("away")));
        Assert.IsType<Wait>(Joining.Decide(Seen(NoData, null) with { Backup = new BackupState.Unknown("away") }));
    }

    [Fact]
    public void A_new_cluster_of_several_members_begins_with_its_backup() =>
        Assert.Equal(Three, Assert.IsType<JoinStep.RestoreData>(Joining.Decide(Seen(NoData, null) with { Backup = new BackupState.Reaches(7) })).Cluster);

    [Fact]
    public void A_cluster_is_founded_anew_from_the_backup_where_nobody_has_data()
    {
        var seen = Seen(NoData, null) with { Record = new("2", MemberTask.Rebuild, DataLost: true), Backup = new BackupState.Reaches(7) };

        Assert.Equal([Three[2]], Assert.IsType<JoinStep.RestoreData>(Joining.Decide(seen)).Cluster);
        Assert.IsType<JoinStep.PutDataAside>(Joining.Decide(seen with { Data = new DataState.Unreadable("torn") }));
        Assert.IsType<JoinStep.Refuse>(Joining.Decide(seen with { Data = new DataState.Unreadable("torn"), Backup = new BackupState.Empty() }));
        Assert.IsType<Wait>(Joining.Decide(seen with { Backup = new BackupState.Unknown("away") }));
    }

    [Fact]
    public void A_backup_that_is_older_than_asked_for_is_not_restored()
    {
        var seen = Seen(NoData, null) with { Configured = [Three[2]], Backup = new BackupState.Reaches(7), AtLeast = 8 };

        Assert.IsType<JoinStep.Refuse>(Joining.Decide(seen));
        Assert.IsType<JoinStep.Refuse>(Joining.Decide(seen with { Backup = new BackupState.Empty() }));
        Assert.IsType<JoinStep.RestoreData>(Joining.Decide(seen with { AtLeast = 7 }));
    }

    [Fact]
    public void A_member_without_a_name_goes_by_the_configured_one_of_its_url()
    {
        var start = Assert.IsType<JoinStep.Start>(Decide(NoData, Members(Voter(0), Added(5, "http://e-1:2380"), Added(7, Own))));

        Assert.Equal(Three, start.Initial.Members);
    }

    /// <summary>Every combination of what can be seen; the promises hold in all of them.</summary>
    [Fact]
    public void No_observation_breaks_the_promises()
    {
        var checkedCases = 0;
        foreach (var seen in AllObservations())
        {
            var step = Joining.Decide(seen);
            checkedCases++;
            var listed = seen.Cluster?.Find(seen.Name, seen.PeerUrls);
            if (step is JoinStep.Start { Initial.Exists: false } && seen.Record.Task != MemberTask.Rebuild)
                Assert.True(seen.Cluster is null && seen.Data is DataState.Absent && (!seen.Record.WasMember || !seen.HasOthers), $"founds a second cluster: {seen}");
            if (step is JoinStep.Start { Initial.Exists: true } && seen.Data is DataState.Absent)
                Assert.True(listed is not null && !listed.HasStarted() && seen.Record.Id != $"{listed.ID:x}", $"comes back without its log: {seen}");
            if (step is JoinStep.PutDataAside)
                Assert.True(seen.Cluster is not null || seen.Backup is BackupState.Reaches, $"gives up data that neither a quorum nor a backup stands in for: {seen}");
            if (step is JoinStep.Start && !seen.HasOthers && seen.Data is DataState.Of && seen.Record.Task != MemberTask.Rebuild)
                Assert.True(seen.Backup is BackupState.None or BackupState.Empty || (seen.Backup is BackupState.Reaches backup && seen.Revision >= backup.Revision), $"starts with data that may be older than its backup: {seen}");
            if (step is JoinStep.Start { Initial.Exists: false } && seen.Data is DataState.Absent)
                Assert.True(seen.Backup is BackupState.None or BackupState.Empty, $"founds an empty cluster where a backup may be: {seen}");
            if (step is JoinStep.RestoreData)
                Assert.True(seen is { Data: DataState.Absent, Backup: BackupState.Reaches } && seen.Cluster is null, $"restores over something: {seen}");
            if (step is JoinStep.PutDataAside && seen.HasOthers && seen.Data is DataState.Of { Identity: var own })
                Assert.True(seen.Cluster!.Find(own.MemberId) is null || seen.Cluster.ClusterId != own.ClusterId, $"gives up data of a member: {seen}");
            if (step is JoinStep.AddAsLearner)
                Assert.True(seen is { Data: DataState.Absent, Cluster: not null, Record.Task: not MemberTask.Leave } && listed is null, $"joins: {seen}");
            if (step is JoinStep.AddAsLearner or JoinStep.RemoveLostIdentity)
                Assert.True(!seen.Record.WasMember || seen.Record.DataLost, $"gives its identity up unsaid: {seen}");
            if (step is JoinStep.RemoveLostIdentity lost)
                Assert.True(seen.Data is DataState.Absent && listed?.ID == lost.Id, $"removes a member that may have data: {seen}");
        }
        Assert.True(checkedCases > 300);
    }

    static IEnumerable<JoinObservation> AllObservations() =>
        from data in new[] { NoData, OwnData, new DataState.Of(new(9, Cluster)), new DataState.Of(new(2, 0xbad)), new DataState.Unreadable("torn") }
        from cluster in new[]
        {
            null, Members(Voter(0)), Members(Voter(0), Voter(1)), Members(Voter(0), Voter(1), Voter(2)), Members(Voter(0), Voter(1), Added(2, Own)),
            Members(Voter(0), Voter(1), Added(7, Own)), Members(Voter(0), Voter(1), Added(7, "http://stranger:2380")),
        }
        from id in new[] { null, "2", "7" }
        from task in Enum.GetValues<MemberTask>()
        from reported in new[] { false, true }
        from backup in new BackupState[] { new BackupState.None(), new BackupState.Unknown("away"), new BackupState.Empty(), new BackupState.Reaches(7) }
        from revision in new long?[] { 6, 7 }
        from alone in new[] { false, true }
        where !alone || cluster is null
        select Seen(data, cluster) with { Record = new(id, task, reported), Backup = backup, Revision = revision, Configured = alone ? [Three[2]] : Three };

    static IAction Alone(DataState data, BackupState backup, long? revision = null) =>
        Joining.Decide(Seen(data, null) with { Configured = [Three[2]], Backup = backup, Revision = revision });

    static IAction Decide(DataState data, ClusterMembers? cluster, ulong? id = null, MemberTask task = MemberTask.Serve) =>
        Joining.Decide(Seen(data, cluster) with { Record = new(id?.ToString("x", null), task, DataLost: data is not DataState.Of) });

    static JoinObservation Seen(DataState data, ClusterMembers? cluster) =>
        new() { Name = "e-2", PeerUrls = [Own], Configured = Three, Data = data, Cluster = cluster, Record = default };

    static ClusterMembers Members(params ClusterMember[] members) => new(Cluster, members);

    static ClusterMember Voter(int ordinal) =>
        new() { ID = (ulong)ordinal, Name = $"e-{ordinal}", PeerURLs = { $"http://e-{ordinal}:2380" }, ClientURLs = { $"http://e-{ordinal}:2379" } };

    static ClusterMember Added(ulong id, string url) => new() { ID = id, PeerURLs = { url }, IsLearner = true };
}
