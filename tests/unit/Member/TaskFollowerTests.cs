using Druid.Member.Membership;
using Druid.Member.Sidecar;
using Serilog.Core;

namespace Druid.UnitTests.Member;

public class TaskFollowerTests
{
    MemberTask? _followed = MemberTask.Serve;
    int _stops;
    bool _answers = true;

    TaskFollower Follower() => new(() => _followed, _ => Stop(), Logger.None);

    Task Stop()
    {
        _stops++;
        return _answers ? Task.CompletedTask : throw new HttpRequestException("refused");
    }

    static async Task Report(TaskFollower follower, MemberTask task, params bool[] hasLeader)
    {
        foreach (var has in hasLeader) await follower.Follow(task, has, default);
    }

    [Theory]
    [InlineData("Rebuild")]
    [InlineData("Rejoin")]
    public async Task A_survivor_without_a_leader_is_stopped_once_it_is_told_what_to_do(string task)
    {
        await Report(Follower(), Enum.Parse<MemberTask>(task), false, false);
        Assert.Equal(1, _stops);
    }

    [Fact]
    public async Task An_order_that_is_given_again_after_it_was_carried_out_is_followed_again()
    {
        _followed = MemberTask.Rebuild;
        var follower = Follower();
        await Report(follower, MemberTask.Rebuild, false, false);
        Assert.Equal(0, _stops);
        await Report(follower, MemberTask.Serve, true);
        await Report(follower, MemberTask.Rebuild, false, false, false, false);
        Assert.Equal(1, _stops);
    }

    [Fact]
    public async Task A_member_of_a_cluster_with_a_leader_is_never_stopped()
    {
        await Report(Follower(), MemberTask.Rebuild, true, false, true, false, true);
        Assert.Equal(0, _stops);
    }

    [Theory]
    [InlineData("Serve")]
    [InlineData("Leave")]
    public async Task Without_such_a_task_an_election_is_waited_for(string task)
    {
        await Report(Follower(), Enum.Parse<MemberTask>(task), false, false, false, false);
        Assert.Equal(0, _stops);
    }

    [Fact]
    public async Task A_founder_that_was_started_as_one_is_left_to_elect_itself()
    {
        _followed = MemberTask.Rebuild;
        await Report(Follower(), MemberTask.Rebuild, false, false, false);
        Assert.Equal(0, _stops);
    }

    [Fact]
    public async Task A_stop_that_fails_is_tried_again()
    {
        _answers = false;
        await Report(Follower(), MemberTask.Rejoin, false, false, false);
        Assert.Equal(2, _stops);
    }
}
