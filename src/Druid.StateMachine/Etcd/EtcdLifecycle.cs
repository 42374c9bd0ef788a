using Druid.StateMachine.Machines;
using static Druid.StateMachine.Etcd.ClusterFacts;

namespace Druid.StateMachine.Etcd;

/// <summary>
/// The main machine of a cluster. Region <c>lifecycle</c> says what the operator is doing with it, region <c>serving</c>
/// what its clients get, region <c>backup</c> what becomes of its snapshots.
/// </summary>
public static class EtcdLifecycle
{
    /// <summary>The regions.</summary>
    public const string Lifecycle = "lifecycle", Serving = "serving", Backup = "backup";

    /// <summary>The states of region <see cref="Lifecycle"/>.</summary>
    public const string Creating = nameof(Creating), Ready = nameof(Ready), ScalingOut = nameof(ScalingOut), ScalingIn = nameof(ScalingIn),
        Upgrading = nameof(Upgrading), Updating = nameof(Updating), ResizingVolumes = nameof(ResizingVolumes), ChangingPeerTls = nameof(ChangingPeerTls), Hibernating = nameof(Hibernating), Hibernated = nameof(Hibernated),
        Waking = nameof(Waking), Recovering = nameof(Recovering), Disabled = nameof(Disabled), Suspended = nameof(Suspended),
        Invalid = nameof(Invalid), Deleting = nameof(Deleting);

    /// <summary>The states of region <see cref="Serving"/>.</summary>
    public const string NotBootstrapped = nameof(NotBootstrapped), Quorate = nameof(Quorate), Degraded = nameof(Degraded), QuorumLost = nameof(QuorumLost);

    static readonly Fact<ClusterView> DeletionRequested = new("deletion requested", c => c.DeletionRequested);
    static readonly Fact<ClusterView> SuspensionRequested = new("suspended by annotation", c => c.Suspended);
    static readonly Fact<ClusterView> SpecInvalid = new("the spec is invalid", c => c.SpecErrors.Length > 0);
    static readonly Fact<ClusterView> Managed = new("managed", c => !c.Suspended && !c.DeletionRequested && c.SpecErrors.Length == 0);
    static readonly Fact<ClusterView> Protected = new("the finalizer is set", c => c.HasFinalizer);
    static readonly Fact<ClusterView> ObjectsToApply = new("objects are missing, edited or behind the spec", c => c.ToApply.Any());
    static readonly Fact<ClusterView> GenerationApplied = new("all of a new generation is applied", c => c.MayApply && c.ObservedGeneration != c.Generation && c.IsApplied);
    static readonly Fact<ClusterView> ReconcileRequested = new("the reconcile annotation is set", c => c.ReconcileRequested);
    static readonly Fact<ClusterView> Held = new("a change of the spec is held back", c => c.Held);
    static readonly Fact<ClusterView> MayApply = new("changes may be applied", c => c.MayApply);
    static readonly Fact<ClusterView> RuntimeDisabled = new("runtime components are disabled", c => c.RuntimeDisabled);
    static readonly Fact<ClusterView> StatefulSetToDelete = new("the StatefulSet is left", c => c.Components.Any(o => IsStatefulSet(o) && IsThere(o)));
    static readonly Fact<ClusterView> StatefulSetGoing = new("the StatefulSet is going", c => c.Components.Any(o => IsStatefulSet(o) && IsGoing(o)));
    static readonly Fact<ClusterView> ObjectsToDelete = new("owned objects are left", c => c.Components.Any(IsThere));
    static readonly Fact<ClusterView> ObjectsGoing = new("owned objects are going", c => c.Components.Any(IsGoing));
    static readonly Fact<ClusterView> PodsToDelete = new("pods without a StatefulSet are left", c => c.Count(IsPodThere) > 0);
    static readonly Fact<ClusterView> PodsRun = new("pods run that are not being deleted yet", c => c.Count(IsPodThere) > 0);
    static readonly Fact<ClusterView> VolumesToDelete = new("volumes are to go too", c => c.Policies.OnDeletion == VolumePolicy.Delete && c.Count(m => m.HasVolume) > 0);

    /// <summary>The machine.</summary>
    public static Machine<ClusterView> Machine { get; } = Define.Machine<ClusterView>("etcd-lifecycle",
        "Brings a cluster to what its spec declares, keeps it there, and cleans up after it.", m => m
        .Region(Lifecycle, r => r
            .When(SuspensionRequested).GoTo(Suspended)
            .When(DeletionRequested).AndNot(SuspensionRequested).GoTo(Deleting)
            .When(SpecInvalid).AndNot(SuspensionRequested).AndNot(DeletionRequested).GoTo(Invalid)
            .When(Managed).AndNot(Protected).Do(c => new AddFinalizer()).Stay()
            .When(Managed).And(ObjectsToApply).DoEach(Apply).Stay()
            .When(Managed).And(MemberRollout.IdleOutdated).Do(MemberRollout.ReplaceIdle).Stay()

            .State(Creating, "The objects of the cluster are being created; it does not serve yet.", s => s
                .UserCan("Look at the pods that are waited for (kubectl describe pod, kubectl logs): most often a node, a volume, an image or a secret is missing. A corrected spec is applied at once.")
                .When(NoMemberWanted).And(MayApply).GoTo(Hibernating)
                .When(NoMemberWanted).And(NoMemberDeclared).GoTo(Hibernating)
                .When(NoMemberDeclared).And(PodsRun).Wait(PodsEnd)
                .When(NoMemberDeclared).And(MayApply).DoEach(Wake).GoTo(Waking)
                .When(QuorumRecovery.Begun).AndNot(NoMemberDeclared).GoTo(Recovering)
                .When(QuorumRecovery.Lost).AndNot(NoMemberDeclared).GoTo(Recovering)
                .When(HasQuorum).GoTo(Ready)
                .When(GenerationApplied).Do(c => new ObserveGeneration(c.Generation)).Stay()
                .Otherwise().Wait(Missing, "members to participate"))

            .State(Ready, "The cluster is as declared, or is being put back to it.", s => s
                .UserCan("Apply a change that is held back by the annotation druid.gardener.cloud/operation=reconcile (druid reconcile). Of a member that does not participate look at the pod.")
                .When(QuorumRecovery.Begun).GoTo(Recovering)
                .When(QuorumRecovery.Lost).GoTo(Recovering)
                .When(NoMemberWanted).And(NoMemberDeclared).GoTo(Hibernating)
                .When(Held).Wait(HeldBack)
                .When(NoMemberWanted).And(MayApply).GoTo(Hibernating)
                .When(NoMemberDeclared).And(MayApply).GoTo(Creating)
                .When(EtcdUpgrade.Needed).And(MayApply).GoTo(Upgrading)
                .When(ScaleIn.Needed).And(MayApply).GoTo(ScalingIn)
                .When(PeerTlsChange.Needed).And(MayApply).GoTo(ChangingPeerTls)
                .When(MemberRollout.Needed).GoTo(Updating)
                .When(MoreWanted).And(MayApply).GoTo(ScalingOut)
                .When(VolumeResize.Needed).And(MayApply).GoTo(ResizingVolumes)
                .When(GenerationApplied).Do(c => new ObserveGeneration(c.Generation)).Stay()
                .When(ReconcileRequested).Do(c => new AcknowledgeReconcile()).Stay()
                .Unless(AllParticipate).Wait(Missing, "the members that do not participate"))

            .State(ScalingOut, "Members are being added, one at a time.", s => s
                .When(QuorumRecovery.Begun).GoTo(Recovering)
                .When(QuorumRecovery.Lost).GoTo(Recovering)
                .When(NoMemberDue).GoTo(Ready)
                .When(EtcdUpgrade.Needed).GoTo(Ready)
                .When(ScaleIn.Needed).GoTo(Ready)
                .When(AllParticipate).AndNot(MoreWanted).GoTo(Ready)
                .Run(ScaleOut.Machine))

            .State(ScalingIn, "Members are being removed, one at a time.", s => s
                .When(QuorumRecovery.Begun).GoTo(Recovering)
                .When(QuorumRecovery.Lost).GoTo(Recovering)
                .When(EtcdUpgrade.Needed).GoTo(Ready)
                .Unless(ScaleIn.Needed).GoTo(Ready)
                .Run(ScaleIn.Machine))

            .State(Upgrading, "Members are to run another version of etcd; their data is saved first.", s => s
                .When(QuorumRecovery.Begun).GoTo(Recovering)
                .When(QuorumRecovery.Lost).GoTo(Recovering)
                .When(NoMemberDue).GoTo(Ready)
                .Unless(EtcdUpgrade.Needed).GoTo(Ready)
                .Unless(MayApply).GoTo(Ready)
                .Run(EtcdUpgrade.Machine))

            .State(Updating, "Pods of an older revision are being replaced, one at a time.", s => s
                .When(QuorumRecovery.Begun).GoTo(Recovering)
                .When(QuorumRecovery.Lost).GoTo(Recovering)
                .When(NoMemberDue).GoTo(Ready)
                .When(EtcdUpgrade.Needed).GoTo(Ready)
                .When(ScaleIn.Needed).GoTo(Ready)
                .Unless(MemberRollout.Needed).GoTo(Ready)
                .Run(MemberRollout.Machine))

            .State(ChangingPeerTls, "Encryption between members is being turned on or off, one member at a time.", s => s
                .When(QuorumRecovery.Begun).GoTo(Recovering)
                .When(QuorumRecovery.Lost).GoTo(Recovering)
                .When(NoMemberDue).GoTo(Ready)
                .When(EtcdUpgrade.Needed).GoTo(Ready)
                .When(ScaleIn.Needed).GoTo(Ready)
                .Unless(PeerTlsChange.Needed).AndNot(MemberRollout.Needed).GoTo(Ready)
                .Run(PeerTlsChange.Machine))

            .State(ResizingVolumes, "The members' volumes are being grown, one at a time.", s => s
                .When(QuorumRecovery.Begun).GoTo(Recovering)
                .When(QuorumRecovery.Lost).GoTo(Recovering)
                .When(NoMemberDue).GoTo(Ready)
                .When(EtcdUpgrade.Needed).GoTo(Ready)
                .When(ScaleIn.Needed).GoTo(Ready)
                .When(PeerTlsChange.Needed).GoTo(Ready)
                .When(MemberRollout.Needed).GoTo(Ready)
                .When(MoreWanted).GoTo(Ready)
                .Unless(VolumeResize.Needed).GoTo(Ready)
                .Run(VolumeResize.Machine))

            .State(Hibernating, "No member is wanted; the cluster is saved and stopped.", s => s
                .Unless(NoMemberWanted).GoTo(Creating)
                .When(NoMemberDeclared).AndNot(PodsLeft).GoTo(Hibernated)
                .When(QuorumRecovery.Begun).AndNot(NoMemberDeclared).GoTo(Recovering)
                .When(QuorumRecovery.Lost).AndNot(NoMemberDeclared).AndNot(Hibernation.NothingToSave).GoTo(Recovering)
                .Run(Hibernation.Machine))

            .State(Hibernated, "No member runs; volumes and backups are kept.", s => s
                .UserCan("Set spec.replicas to wake the cluster; where automatic reconciliation is off, add the annotation druid.gardener.cloud/operation=reconcile.")
                .When(RuntimeDisabled).GoTo(Disabled)
                .When(Held).Wait(HeldBack)
                .Unless(NoMemberWanted).GoTo(Creating)
                .Unless(NoMemberDeclared).GoTo(Hibernating)
                .When(GenerationApplied).Do(c => new ObserveGeneration(c.Generation)).Stay()
                .When(ReconcileRequested).Do(c => new AcknowledgeReconcile()).Stay())

            .State(Waking, "The members that were stopped are being started again, all at once, as they hold the data.", s => s
                .UserCan("Look at the pods that are waited for (kubectl describe pod, kubectl logs): a majority of the members of before has to start, with their volumes.")
                .When(NoMemberWanted).GoTo(Hibernating)
                .When(NoMemberDeclared).GoTo(Creating)
                .When(QuorumRecovery.Begun).GoTo(Recovering)
                .When(QuorumRecovery.Lost).GoTo(Recovering)
                .When(HasQuorum).GoTo(Ready)
                .Otherwise().Wait(Missing, "members to participate"))

            .State(Recovering, "The majority has lost its data for good; the cluster is founded anew once that is allowed.", s => s
                .When(NoMemberDeclared).GoTo(Creating)
                .Unless(QuorumRecovery.Lost).AndNot(QuorumRecovery.Begun).GoTo(Creating)
                .Run(QuorumRecovery.Machine))

            .State(Disabled, "Only the configuration and a StatefulSet without replicas are kept, because the object asks for it.", s => s
                .UserCan("Take the annotation druid.gardener.cloud/disable-etcd-runtime-component-creation off to have members again.")
                .Unless(RuntimeDisabled).GoTo(Hibernated)
                .Unless(NoMemberDeclared).GoTo(Hibernating)
                .When(GenerationApplied).Do(c => new ObserveGeneration(c.Generation)).Stay()
                .When(ReconcileRequested).Do(c => new AcknowledgeReconcile()).Stay())

            .State(Suspended, "Nothing but status and events is written, because the object asks for it.", s => s
                .UserCan("Take the annotation druid.gardener.cloud/suspend-etcd-spec-reconcile off (druid resume); until then a deletion waits too.")
                .Unless(SuspensionRequested).GoTo(Creating)
                .When(DeletionRequested).Wait("the suspension's end, to go on with the deletion")
                .Otherwise().Wait("the suspension's end"))

            .State(Invalid, "The spec cannot be acted on; the cluster is left as it is.", s => s
                .UserCan("Correct the fields that the condition SpecAccepted names; it says how.")
                .Unless(SpecInvalid).GoTo(Creating)
                .Otherwise().Wait(c => $"a corrected spec: {string.Join(" ", c.SpecErrors)}", "a corrected spec"))

            .State(Deleting, "Everything owned is being deleted: first the pods, then what they live on; the object goes last.", s => s
                .UserCan("Look at what keeps the named objects: their finalizers, or pods on a node that does not answer.")
                .Unless(Protected).Wait("the API server to remove the object")
                .When(StatefulSetToDelete).Do(_ => new DeleteComponent(ComponentKind.StatefulSet)).Stay()
                .When(StatefulSetGoing).Wait(Going, "what is being deleted to go")
                .When(PodsToDelete).DoEach(c => c.Members.Where(IsPodThere).Select(p => new DeletePod(p.Ordinal, Evict: false))).Stay()
                .When(PodsLeft).Wait(Going, "what is being deleted to go")
                .When(JobThere).Wait("the compaction job to be deleted")
                .When(ObjectsToDelete).DoEach(c => c.Components.Where(IsThere).Select(o => new DeleteComponent(o.Kind))).Stay()
                .When(ObjectsGoing).Wait(Going, "what is being deleted to go")
                .When(VolumesToDelete).DoEach(c => c.Members.Where(v => v.HasVolume).Select(v => new DeleteVolume(v.Ordinal))).Stay()
                .Otherwise().Do(c => new RemoveFinalizer()).Stay()))

        .Region(Serving, r => r
            .State(NotBootstrapped, "No quorum has served yet.", s => s
                .When(HasQuorum).And(AllParticipate).GoTo(Quorate)
                .When(HasQuorum).GoTo(Degraded))
            .State(QuorumLost, "Fewer members than a quorum participate: reads and writes fail.", s => s
                .UserCan("Look at the pods of the members that do not participate. A majority whose data is lost is founded anew only by the annotation druid.gardener.cloud/recover-quorum.")
                .Unless(Formed).GoTo(NotBootstrapped)
                .When(HasQuorum).And(AllParticipate).GoTo(Quorate)
                .When(HasQuorum).GoTo(Degraded))
            .State(Degraded, "A quorum participates, but not every member does.", s => s
                .UserCan("Look at the pods of the members that do not participate; until they do, the loss of another may stop reads and writes.")
                .Unless(HasQuorum).GoTo(QuorumLost)
                .When(AllParticipate).GoTo(Quorate))
            .State(Quorate, "All members participate.", s => s
                .Unless(HasQuorum).GoTo(QuorumLost)
                .Unless(AllParticipate).GoTo(Degraded)))

        .Region(Backup, r => r.Run(SnapshotCompaction.Machine)));

    const string PodsEnd = "the stopped members' pods to end, before members start anew";

    const string HeldBack = "the reconcile annotation: the spec changed and automatic reconciliation is off";

    static bool IsThere(ComponentView c) => c.State is not (ComponentState.Missing or ComponentState.Going);

    static bool IsStatefulSet(ComponentView c) => c.Kind == ComponentKind.StatefulSet;

    static bool IsPodThere(MemberView m) => m.Pod is not (PodState.None or PodState.Going);

    static bool IsGoing(ComponentView c) => c.State is ComponentState.Going;

    static IEnumerable<ApplyComponent> Apply(ClusterView c) => c.ToApply.Select(kind => new ApplyComponent(kind, c.Plan));

    // All members of before, as they hold the data: fewer could not form a quorum of the old membership.
    static IEnumerable<ApplyComponent> Wake(ClusterView c) => ChangeTo(c.Plan with { Size = Remembered(c) is var before and > 0 ? before : c.Wanted });

    static int Remembered(ClusterView c) => c.Members
        .Where(m => c.Bootstrapped ? m.Membership is Membership.Voter or Membership.Learner : m.HasVolume)
        .Select(m => m.Ordinal + 1).DefaultIfEmpty(0).Max();

    static string Going(ClusterView c) =>
        $"what is being deleted: {string.Join(", ", c.Components.Where(IsGoing).Select(o => o.Kind.ToString()).Concat(c.Members.Where(m => m.Pod != PodState.None).Select(m => m.ToString())))}";
}
