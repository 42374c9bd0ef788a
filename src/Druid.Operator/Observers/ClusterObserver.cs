using Druid.Api;
using Druid.Kubernetes.Resources;
using Druid.Operator.Components;
using Druid.Operator.Images;
using Druid.StateMachine.Etcd;

namespace Druid.Operator.Observers;

/// <summary>What a view depends on besides the cluster's objects.</summary>
public sealed record ObserverOptions
{
    /// <summary>Where images come from.</summary>
    public required ImageVector Images { get; init; }

    /// <summary>Changes of a spec are applied without being asked for.</summary>
    public bool AutoReconcile { get; init; }

    /// <summary>Who replaces pods of an old template.</summary>
    public UpdateStrategy UpdateStrategy { get; init; } = UpdateStrategy.OnDelete;

    /// <summary>Etcd is configured for the next version (feature gate UpgradeEtcdVersion).</summary>
    public bool UpgradeEtcdVersion { get; init; }

    /// <summary>When deltas are compacted.</summary>
    public CompactionOptions Compaction { get; init; } = CompactionOptions.Off;

    /// <summary>Whether pods get a token of their service account.</summary>
    public bool AutomountServiceAccountToken { get; init; } = true;

    /// <summary>What the server knows that objects are applied to.</summary>
    public ServerFeatures Server { get; init; } = ServerFeatures.All;
}

/// <summary>Makes the machine's view of a cluster from what the caches hold. Pure.</summary>
public sealed class ClusterObserver(ObserverOptions options)
{
    /// <summary>The view.</summary>
    public ClusterView Observe(ClusterObjects objects)
    {
        var etcd = objects.Etcd;
        var statefulSet = objects.StatefulSet;
        var plan = PlanAnnotation.Of(etcd, statefulSet, objects.ConfigMap);
        var deleting = etcd.IsBeingDeleted;
        var errors = deleting ? [] : SpecErrors.Of(objects);
        return new ClusterView
        {
            Wanted = etcd.Spec.Replicas,
            Plan = plan,
            PeerTlsWanted = etcd.Spec.Etcd.PeerUrlTls is not null,
            Generation = etcd.Metadata.Generation ?? 0,
            ObservedGeneration = etcd.Status.ObservedGeneration ?? 0,
            DeletionRequested = deleting,
            Suspended = etcd.IsSuspended(),
            RuntimeDisabled = !etcd.RunsMembers(),
            SpecErrors = [.. errors],
            MayApply = options.AutoReconcile || etcd.AsksForReconcile() || etcd.Status.ObservedGeneration is null,
            ReconcileRequested = etcd.AsksForReconcile(),
            HasFinalizer = etcd.HasFinalizer(Finalizers.Etcd),
            Policies = PoliciesOf(etcd),
            Components = deleting ? [.. ComponentObserver.ObserveForDeletion(objects)]
                : errors.Count > 0 ? []
                : [.. ComponentObserver.Observe(objects, Context(objects, plan))],
            RevisionKnown = statefulSet is null || Adoption.IsComplete(objects),
            UpgradesEtcd = options.UpgradeEtcdVersion && EtcdContainer.ImageOf(statefulSet) is { } image && image != options.Images.EtcdOf(etcd, options.UpgradeEtcdVersion),
            ClaimTemplateBehind = VolumeObserver.IsTemplateBehind(objects),
            ControllerRolls = statefulSet?.Spec?.UpdateStrategy?.Type == nameof(UpdateStrategy.RollingUpdate),
            Members = [.. MemberObserver.Observe(objects, plan)],
            Backup = BackupObserver.Observe(objects, options.Compaction),
            CannotHandOver = MemberObserver.LeaderCannotHandOver(objects, plan),
            EvictionRefused = objects.Find<PodDisruptionBudget>(Names.Budget(etcd)) is { } budget && !AllowsEviction(budget),
        };
    }

    /// <summary>What the objects of a cluster are rendered from, for a plan.</summary>
    public RenderContext Context(ClusterObjects objects, Plan plan) => new(objects.Declared.Etcd, plan.Size, options.Images)
    {
        PeerTls = plan.PeerTls,
        LivePeerTls = objects.Etcd.Spec.Etcd.PeerUrlTls is null
            ? LivePeerTls.Of(objects.StatefulSet, objects.ConfigMap)
            : null,
        UpdateStrategy = options.UpdateStrategy,
        UpgradeEtcdVersion = options.UpgradeEtcdVersion,
        AutomountServiceAccountToken = options.AutomountServiceAccountToken,
        BackupHostPath = objects.BackupHostPath,
        Authorities = objects.Authorities,
        FirstAuthorities = AuthoritiesAnnotation.Of(objects.StatefulSet),
        LiveClaimCapacity = VolumeObserver.TemplateCapacity(objects.StatefulSet),
        Server = options.Server,
        LiveConfigChecksum = objects.StatefulSet?.Spec?.Template?.Metadata?.Annotations?.GetValueOrDefault(Annotations.ConfigMapChecksum),
    };

    /// <summary>What a compaction job is rendered from.</summary>
    public CompactionContext CompactionContext(ClusterObjects objects) => new(objects.Etcd, options.Images, options.Compaction.ActiveDeadline, options.Compaction.MetricsScrapeWait)
    {
        BackupHostPath = objects.BackupHostPath,
        UpgradeEtcdVersion = options.UpgradeEtcdVersion,
    };

    /// <summary>Whether the API server would let a pod be evicted under this budget, as its controller last counted.</summary>
    public static bool AllowsEviction(PodDisruptionBudget? budget) =>
        budget?.Status is { DisruptionsAllowed: > 0 } status && status.ObservedGeneration >= budget.Metadata.Generation;

    static Policies PoliciesOf(Etcd etcd) => new()
    {
        OnDeletion = etcd.Spec.Policies.VolumesOnDeletion == Api.VolumePolicy.Delete ? StateMachine.Etcd.VolumePolicy.Delete : StateMachine.Etcd.VolumePolicy.Retain,
        OnScaleIn = etcd.Spec.Policies.VolumesOnScaleIn == Api.VolumePolicy.Retain ? StateMachine.Etcd.VolumePolicy.Retain : StateMachine.Etcd.VolumePolicy.Delete,
        RecoveryAllowed = etcd.AcknowledgesQuorumLoss() || etcd.Spec.Policies.OnPermanentQuorumLoss == QuorumLossPolicy.Recover,
    };
}
