using System.Collections.Immutable;
using Druid.Member.Membership;
using Druid.StateMachine.Machines;

namespace Druid.Model.Joining;

/// <summary>What happens around a member that starts.</summary>
public enum JoinVerb : byte
{
    /// <summary>Its agent looks, decides and does one step.</summary>
    Step,

    /// <summary>Its step fails: the store, the cluster or the disk refuses.</summary>
    StepFails,

    /// <summary>etcd announces its addresses to its cluster.</summary>
    Publish,

    /// <summary>etcd hears from its peers that it is no member, and ends.</summary>
    EtcdEnds,

    /// <summary>The agent notes the member's id in its lease.</summary>
    Record,

    /// <summary>A single member is written to.</summary>
    Write,

    /// <summary>The backups reach what was written.</summary>
    BackUp,

    /// <summary>The store answers again.</summary>
    StoreReturns,

    /// <summary>A quorum of the others answers again.</summary>
    QuorumReturns,

    /// <summary>The others found the cluster, with this member in it.</summary>
    OthersFound,

    /// <summary>The operator takes an order back that was obeyed.</summary>
    OrderEnds,

    /// <summary>The pod dies.</summary>
    Crash,

    /// <summary>The volume is lost.</summary>
    VolumeLost,

    /// <summary>The data is damaged.</summary>
    DataDamaged,

    /// <summary>The volume is replaced by an older copy of it.</summary>
    OlderVolume,

    /// <summary>The volume of another cluster is mounted.</summary>
    ForeignVolume,

    /// <summary>The store stops answering.</summary>
    StoreFails,

    /// <summary>The others lose their quorum for a while.</summary>
    QuorumFails,

    /// <summary>Somebody removes the member from the cluster.</summary>
    Removed,

    /// <summary>The operator tells it to leave, and removes it.</summary>
    ToldToLeave,

    /// <summary>The cluster is founded anew by another member, and this one is told to rejoin.</summary>
    ToldToRejoin,

    /// <summary>The others are lost for good, and this one is told to found the cluster anew.</summary>
    ToldToRebuild,
}

/// <summary>One setting in which initialization is explored.</summary>
public sealed record JoinScenario
{
    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>It is the only member of its cluster.</summary>
    public bool Alone { get; init; }

    /// <summary>There is a store of backups.</summary>
    public bool Store { get; init; }

    /// <summary>How many hazards may happen.</summary>
    public required int Hazards { get; init; }

    /// <summary>Those that may.</summary>
    public required ImmutableArray<JoinVerb> HazardKinds { get; init; }

    /// <summary>The machine that decides.</summary>
    internal Machine<JoinObservation> Machine { get; init; } = Druid.Member.Membership.Joining.Machine;

    /// <summary>The bounds in words.</summary>
    public string Bounds => $"{(Alone ? "single member" : "one of several")}, {(Store ? "with" : "without")} backups, up to {Hazards} hazards of {HazardKinds.Length} kinds";

    static readonly ImmutableArray<JoinVerb> OfAll = [JoinVerb.Crash, JoinVerb.StepFails, JoinVerb.VolumeLost, JoinVerb.DataDamaged];

    /// <summary>All of them.</summary>
    public static ImmutableArray<JoinScenario> All { get; } =
    [
        new() { Name = "initialization: single member", Alone = true, Store = true, Hazards = 5, HazardKinds = [.. OfAll, JoinVerb.OlderVolume, JoinVerb.StoreFails] },
        new() { Name = "initialization: single member without backups", Alone = true, Hazards = 5, HazardKinds = OfAll },
        new() { Name = "initialization: one of several", Store = true, Hazards = 4, HazardKinds = [.. OfAll, JoinVerb.ForeignVolume, JoinVerb.StoreFails, JoinVerb.QuorumFails, JoinVerb.Removed, JoinVerb.ToldToLeave] },
        new() { Name = "initialization: majority lost", Store = true, Hazards = 4, HazardKinds = [.. OfAll, JoinVerb.StoreFails, JoinVerb.QuorumFails, JoinVerb.ToldToRejoin, JoinVerb.ToldToRebuild] },
    ];
}
