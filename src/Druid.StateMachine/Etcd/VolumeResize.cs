using Druid.StateMachine.Machines;
using static Druid.StateMachine.Etcd.ClusterFacts;

namespace Druid.StateMachine.Etcd;

/// <summary>
/// Grows the members' volumes to the declared capacity, one at a time, while the members run. A StatefulSet's claim template
/// cannot be changed, so once all volumes are large enough the StatefulSet is deleted without its pods and made anew.
/// Volumes never shrink: a smaller capacity is refused with the spec.
/// </summary>
public static class VolumeResize
{
    /// <summary>The states.</summary>
    public const string Growing = nameof(Growing);

    static readonly Fact<ClusterView> VolumeGrows = new("a volume is growing", c => c.Count(m => m.Volume == VolumeState.Growing) > 0);
    static readonly Fact<ClusterView> VolumeTooSmall = new("a volume is smaller than declared", c => c.Count(IsTooSmall(c)) > 0);
    static readonly Fact<ClusterView> TemplateBehind = new("the claim template is behind the spec", c => c.ClaimTemplateBehind);

    /// <summary>Something about the volumes is not as declared.</summary>
    internal static readonly Fact<ClusterView> Needed = new("volumes are to grow",
        c => c.Size > 0 && (c.ClaimTemplateBehind || VolumeGrows.Holds(c) || VolumeTooSmall.Holds(c)));

    /// <summary>The machine.</summary>
    public static Machine<ClusterView> Machine { get; } = Define.Machine<ClusterView>("volume-resize",
        "Grows the members' volumes to the declared capacity, one at a time, while the members run.", m => m
        .State(Growing, "Volumes are smaller than declared; they are grown one at a time, then new ones are asked for as large.", s => s
            .UserCan("Look at the volume claim (kubectl describe pvc): its storage class has to allow expansion, and some drivers grow a volume only when its pod starts anew.")
            .Unless(SetObserved).Wait(Controller)
            .When(VolumeGrows).Wait(c => $"the volume of {c.Members.First(v => v.Volume == VolumeState.Growing)} to grow", "a volume to grow")
            .Unless(AllParticipate).Wait(c => $"{Missing(c)} before the next volume grows", "all members to participate before the next volume grows")
            .When(VolumeTooSmall).Do(c => new ExpandVolume(c.Members.Last(IsTooSmall(c)).Ordinal)).Stay()
            .When(TemplateBehind).Do(_ => new OrphanStatefulSet()).Stay()));

    static Func<MemberView, bool> IsTooSmall(ClusterView c) => m => m.Ordinal < c.Size && m.Volume == VolumeState.TooSmall;
}
