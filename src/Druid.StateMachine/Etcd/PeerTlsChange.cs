using Druid.StateMachine.Machines;
using static Druid.StateMachine.Etcd.ClusterFacts;

namespace Druid.StateMachine.Etcd;

/// <summary>
/// Turns encryption between members on or off without losing the quorum. Plain and encrypted members cannot talk to each
/// other, so the change goes through a stage that can talk to both: roll to <see cref="PeerTls.Prepared"/>, where members
/// hold certificates and dial either way, then roll on to the end. A change of mind turns round at the next stage.
/// </summary>
public static class PeerTlsChange
{
    /// <summary>The states.</summary>
    public const string Stepping = nameof(Stepping), Rolling = nameof(Rolling);

    static readonly Fact<ClusterView> RolledOut = new("all members run the stage", c => !MemberRollout.Needed.Holds(c) && AllParticipate.Holds(c));
    static readonly Fact<ClusterView> AtTheEnd = new("the stage is the declared one", c => c.Plan.PeerTls == Goal(c));

    /// <summary>The declared stage differs from the one that the members are configured for.</summary>
    internal static readonly Fact<ClusterView> Needed = new("peer TLS is to change", c => c.Plan.PeerTls != Goal(c));

    /// <summary>The machine.</summary>
    public static Machine<ClusterView> Machine { get; } = Define.Machine<ClusterView>("peer-tls-change",
        "Turns encryption between members on or off through a stage that can talk to both.", m => m
        .State(Stepping, "Waits until all members run the present stage, then configures the next.", s => s
            .Unless(RolledOut).GoTo(Rolling)
            .Unless(AtTheEnd).DoEach(c => ChangeTo(c.Plan with { PeerTls = Next(c) })).GoTo(Rolling))
        .State(Rolling, "Members are replaced one at a time, so that they run the present stage.", s => s
            .When(RolledOut).GoTo(Stepping)
            .Run(MemberRollout.Machine)));

    static PeerTls Goal(ClusterView c) => c.PeerTlsWanted ? PeerTls.On : PeerTls.Off;

    static PeerTls Next(ClusterView c) => c.Plan.PeerTls == PeerTls.Prepared ? Goal(c) : PeerTls.Prepared;
}
