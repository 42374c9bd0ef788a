using Druid.StateMachine.Machines;

namespace Druid.StateMachine.Etcd;

/// <summary>
/// The main machine of a cluster. Region <c>lifecycle</c> says what the operator is doing with it, region <c>serving</c>
/// what its clients get.
/// </summary>
public static class EtcdLifecycle
{
    /// <summary>The name of the region that acts.</summary>
    public const string Lifecycle = "lifecycle";

    /// <summary>The name of the region that observes what clients get.</summary>
    public const string Serving = "serving";

    /// <summary>The states of region <see cref="Lifecycle"/>.</summary>
    public const string Creating = nameof(Creating), Ready = nameof(Ready), Hibernated = nameof(Hibernated),
        Suspended = nameof(Suspended), Invalid = nameof(Invalid), Deleting = nameof(Deleting);

    /// <summary>The states of region <see cref="Serving"/>.</summary>
    public const string NotBootstrapped = nameof(NotBootstrapped), Quorate = nameof(Quorate),
        Degraded = nameof(Degraded), QuorumLost = nameof(QuorumLost);

    static readonly Fact<ClusterView> DeletionRequested = new("deletion requested", c => c.DeletionRequested);
    static readonly Fact<ClusterView> SuspensionRequested = new("suspended by annotation", c => c.Suspended);
    static readonly Fact<ClusterView> SpecInvalid = new("spec invalid", c => c.SpecErrors.Length > 0);
    static readonly Fact<ClusterView> Protected = new("finalizer set", c => c.HasFinalizer);
    static readonly Fact<ClusterView> ObjectsToApply = new("objects missing, edited or behind the spec", c => c.ToApply.Any());
    static readonly Fact<ClusterView> GenerationBehind = new("generation not yet observed", c => c.MayApply && c.ObservedGeneration != c.Generation);
    static readonly Fact<ClusterView> ReconcileRequested = new("reconcile annotation set", c => c.ReconcileRequested);
    static readonly Fact<ClusterView> Held = new("a change of the spec is held back", c => c.Held);
    static readonly Fact<ClusterView> NoMemberWanted = new("no member wanted", c => c.Wanted == 0 && c.Size == 0);
    static readonly Fact<ClusterView> HasQuorum = new("a quorum participates", c => c.Bootstrapped && c.Participating >= c.Quorum);
    static readonly Fact<ClusterView> Formed = new("a cluster was formed", c => c.Bootstrapped);
    static readonly Fact<ClusterView> AllParticipate = new("all members participate", c => c.Participating >= c.Size);
    static readonly Fact<ClusterView> ObjectsToDelete = new("owned objects are left", c => c.Components.Any(IsThere));
    static readonly Fact<ClusterView> ObjectsGoing = new("owned objects or pods are going", c => c.Components.Any(IsGoing) || c.Members.Any(m => m.Pod != PodState.None));
    static readonly Fact<ClusterView> VolumesToDelete = new("volumes are to go too", c => c.VolumesOnDeletion == VolumePolicy.Delete && c.Members.Any(m => m.HasVolume));

    /// <summary>The machine.</summary>
    public static Machine<ClusterView> Machine { get; } = Define.Machine<ClusterView>("etcd-lifecycle",
        "Brings a cluster to what its spec declares, keeps it there, and cleans up after it.", m => m
        .Region(Lifecycle, r => r
            .When(SuspensionRequested).GoTo(Suspended)
            .When(DeletionRequested).AndNot(SuspensionRequested).GoTo(Deleting)
            .When(SpecInvalid).AndNot(SuspensionRequested).AndNot(DeletionRequested).GoTo(Invalid)

            .State(Creating, "The objects of the cluster are being created; it does not serve yet.", s => s
                .Unless(Protected).Do(c => new AddFinalizer()).Stay()
                .When(ObjectsToApply).DoEach(Apply).Stay()
                .When(GenerationBehind).Do(c => new ObserveGeneration(c.Generation)).Stay()
                .When(NoMemberWanted).GoTo(Hibernated)
                .When(HasQuorum).GoTo(Ready)
                .Otherwise().Wait(MissingMembers))

            .State(Ready, "The cluster is as declared, or is being put back to it.", s => s
                .Unless(Protected).Do(c => new AddFinalizer()).Stay()
                .When(ObjectsToApply).DoEach(Apply).Stay()
                .When(GenerationBehind).Do(c => new ObserveGeneration(c.Generation)).Stay()
                .When(ReconcileRequested).Do(c => new AcknowledgeReconcile()).Stay()
                .When(Held).Wait("the reconcile annotation: the spec changed and automatic reconciliation is off")
                .Unless(AllParticipate).Wait(MissingMembers))

            .State(Hibernated, "No member is wanted; volumes and backups are kept.", s => s
                .Unless(Protected).Do(c => new AddFinalizer()).Stay()
                .When(ObjectsToApply).DoEach(Apply).Stay()
                .When(GenerationBehind).Do(c => new ObserveGeneration(c.Generation)).Stay()
                .When(ReconcileRequested).Do(c => new AcknowledgeReconcile()).Stay()
                .Unless(NoMemberWanted).GoTo(Creating))

            .State(Suspended, "Nothing but status and events is written, because the object asks for it.", s => s
                .Unless(SuspensionRequested).GoTo(Creating)
                .When(DeletionRequested).Wait("the suspension's end, to go on with the deletion")
                .Otherwise().Wait("the suspension's end"))

            .State(Invalid, "The spec cannot be acted on; the cluster is left as it is.", s => s
                .Unless(SpecInvalid).GoTo(Creating)
                .Otherwise().Wait(c => $"a corrected spec: {string.Join(" ", c.SpecErrors)}"))

            .State(Deleting, "Everything owned is being deleted; the object goes last.", s => s
                .Unless(Protected).Wait("the API server to remove the object")
                .When(ObjectsToDelete).DoEach(c => c.Components.Where(IsThere).Select(o => new DeleteComponent(o.Kind))).Stay()
                .When(ObjectsGoing).Wait(LeftBehind)
                .When(VolumesToDelete).DoEach(c => c.Members.Where(v => v.HasVolume).Select(v => new DeleteVolume(v.Ordinal))).Stay()
                .Otherwise().Do(c => new RemoveFinalizer()).Stay()))

        .Region(Serving, r => r
            .State(NotBootstrapped, "No quorum has served yet.", s => s
                .When(HasQuorum).And(AllParticipate).GoTo(Quorate)
                .When(HasQuorum).GoTo(Degraded))
            .State(QuorumLost, "Fewer members than a quorum participate: reads and writes fail.", s => s
                .Unless(Formed).GoTo(NotBootstrapped)
                .When(HasQuorum).And(AllParticipate).GoTo(Quorate)
                .When(HasQuorum).GoTo(Degraded))
            .State(Degraded, "A quorum participates, but not every member does.", s => s
                .Unless(HasQuorum).GoTo(QuorumLost)
                .When(AllParticipate).GoTo(Quorate))
            .State(Quorate, "All members participate.", s => s
                .Unless(HasQuorum).GoTo(QuorumLost)
                .Unless(AllParticipate).GoTo(Degraded))));

    static bool IsThere(ComponentView c) => c.State is not (ComponentState.Missing or ComponentState.Going);

    static bool IsGoing(ComponentView c) => c.State is ComponentState.Going;

    static IEnumerable<ApplyComponent> Apply(ClusterView c) => c.ToApply.Select(kind => new ApplyComponent(kind, c.Size));

    static string MissingMembers(ClusterView c) =>
        $"members to participate: {string.Join(", ", c.Members.Where(m => m.Ordinal < c.Size && !m.Participates).Select(m => $"{m.Ordinal} ({Describe(m)})"))}";

    static string LeftBehind(ClusterView c) =>
        $"what is being deleted: {string.Join(", ", c.Components.Where(IsGoing).Select(o => o.Kind.ToString()).Concat(c.Members.Where(m => m.Pod != PodState.None).Select(m => $"pod {m.Ordinal}")))}";

    static string Describe(MemberView m) => m.Pod switch
    {
        PodState.None => "no pod",
        PodState.Ready => m.Membership == Membership.Learner ? "learner" : "not a member yet",
        _ => m.Pod.ToString().ToLowerInvariant(),
    };
}
