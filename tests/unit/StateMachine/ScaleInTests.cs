using Druid.StateMachine.Etcd;

namespace Druid.UnitTests.StateMachine;

/// <summary>Who leaves, and how, where exploration found a fault.</summary>
public sealed class ScaleInTests
{
    // A lease is the last word of a member that died, even if that was "I lead".
    [Theory]
    [InlineData("0:Ready/Voter/leads,1:Ready/Voter,2:Ready/Voter,3:Failed/Voter/Leave/leads", "RemoveMember")]
    [InlineData("0:Ready/Voter/leads,1:Ready/Voter,2:Ready/Voter,3:Ready/Voter/Leave/leads", "MoveLeader")]
    [InlineData("0:Ready/Voter,1:Ready/Voter,2:Ready/Voter,3:Unready/Voter/Leave/leads", "MoveLeader")]
    public void A_leaver_is_relieved_of_leadership_only_if_nobody_knows_better(string members, string first)
    {
        var view = ClusterViewNotation.Read($"wanted=3 plan=4/Off generation=2 observed=1 finalizer objects=CCCCCCCCCC members={members}");
        var leaving = EtcdLifecycle.Machine.Restore(new Dictionary<string, string> { [EtcdLifecycle.Lifecycle] = $"{EtcdLifecycle.ScalingIn}/{ScaleIn.Leaving}" });
        Assert.Equal(first, EtcdLifecycle.Machine.Fire(leaving, view).Actions.First().GetType().Name);
    }
}
