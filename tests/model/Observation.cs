using System.Collections.Immutable;
using Druid.StateMachine.Etcd;

namespace Druid.Model;

/// <summary>The view that the operator's observers make of what its caches hold.</summary>
sealed class Observation(Scenario scenario)
{
    static readonly string[] Errors = ["The spec has an error."];

    readonly int saving = LeafOf(scenario, EtcdLifecycle.Lifecycle, $"{EtcdLifecycle.Hibernating}/{Hibernation.Saving}");
    readonly int upgrading = LeafOf(scenario, EtcdLifecycle.Lifecycle, $"{EtcdLifecycle.Upgrading}/{EtcdUpgrade.Saving}");
    readonly int confirming = LeafOf(scenario, EtcdLifecycle.Lifecycle, $"{EtcdLifecycle.Recovering}/{QuorumRecovery.Confirming}");
    readonly int snapshotting = LeafOf(scenario, EtcdLifecycle.Backup, SnapshotCompaction.Snapshotting);

    /// <summary>The view.</summary>
    public ClusterView Of(in World w)
    {
        ref readonly var etcd = ref w.SeenEtcd;
        var plan = PlanOf(in w);
        return new ClusterView
        {
            Wanted = etcd.Wanted,
            Plan = plan,
            PeerTlsWanted = etcd.PeerTls,
            Generation = etcd.Generation,
            ObservedGeneration = etcd.Observed,
            DeletionRequested = etcd.Deleting,
            Suspended = etcd.Suspended,
            RuntimeDisabled = etcd.RuntimeDisabled,
            SpecErrors = etcd.Invalid && !etcd.Deleting ? [.. Errors] : [],
            MayApply = scenario.AutoReconcile || etcd.ReconcileRequested || etcd.Observed == 0,
            ReconcileRequested = etcd.ReconcileRequested,
            HasFinalizer = etcd.Finalizer,
            Policies = new Policies
            {
                OnDeletion = scenario.VolumesOnDeletion,
                OnScaleIn = scenario.VolumesOnScaleIn,
                RecoveryAllowed = etcd.RecoveryAllowed,
            },
            Components = etcd.Deleting ? ForDeletion(in w) : etcd.Invalid ? [] : Components(in w, plan),
            RevisionKnown = !w.SeenSet.Exists || w.SeenSet == w.SeenSetKnown,
            UpgradesEtcd = scenario.Upgrades && w.SeenSet.Exists && w.SeenSet.Revision.Template != etcd.Template,
            ClaimTemplateBehind = w.SeenSet.Exists && w.SeenSet.Larger != etcd.Larger,
            ControllerRolls = w.SeenSet.Rolls,
            Members = Members(in w, plan),
            Backup = Backup(in w),
        };
    }

    /// <summary>What the objects were last rendered for; for a new cluster what is declared.</summary>
    public static Plan PlanOf(in World w) => w.SeenSet.Exists
        ? new(w.SeenSet.Size, (PeerTls)w.SeenSet.Revision.Stage)
        : w.SeenOwned.HasConfig ? new(w.SeenOwned.ConfigSize, (PeerTls)w.SeenOwned.ConfigStage)
        : new(w.SeenEtcd.RuntimeDisabled ? 0 : w.SeenEtcd.Wanted, w.SeenEtcd.PeerTls ? PeerTls.On : PeerTls.Off);

    static int LeafOf(Scenario scenario, string region, string path) =>
        scenario.Machine.Regions.First(r => r.Name == region).Find(path)?.Index ?? -1;

    static ImmutableArray<ComponentView> Components(in World w, Plan plan)
    {
        var leases = ComponentState.Current;
        for (var i = 0; i < plan.Size; i++)
        {
            leases = w.Members[i].SeenLease.Exists ? leases : ComponentState.Missing;
        }
        ref readonly var owned = ref w.SeenOwned;
        return
        [
            new(ComponentKind.MemberLease, leases),
            new(ComponentKind.PodDisruptionBudget, StateOf(owned.HasBudget, owned.BudgetSize == plan.Size)),
            new(ComponentKind.ClientService, owned.Others switch
            {
                Existence.There => ComponentState.Current,
                Existence.Edited => ComponentState.Edited,
                Existence.Going => ComponentState.Going,
                _ => ComponentState.Missing,
            }),
            new(ComponentKind.ConfigMap, StateOf(owned.HasConfig, owned.ConfigSize == plan.Size && owned.ConfigStage == (Stage)plan.PeerTls)),
            new(ComponentKind.StatefulSet, StateOf(w.SeenSet.Exists, w.SeenSet.Revision.Template == w.SeenEtcd.Template && w.SeenSet.Rolls == w.Rolls)),
        ];
    }

    ImmutableArray<ComponentView> ForDeletion(in World w)
    {
        var leases = false;
        for (var i = 0; i < scenario.Members; i++)
        {
            leases |= w.Members[i].SeenLease.Exists;
        }
        return
        [
            new(ComponentKind.MemberLease, StateOf(leases, true)),
            new(ComponentKind.PodDisruptionBudget, StateOf(w.SeenOwned.HasBudget, true)),
            new(ComponentKind.ClientService, w.SeenOwned.Others switch
            {
                Existence.Missing => ComponentState.Missing,
                Existence.Going => ComponentState.Going,
                _ => ComponentState.Current,
            }),
            new(ComponentKind.ConfigMap, StateOf(w.SeenOwned.HasConfig, true)),
            new(ComponentKind.StatefulSet, StateOf(w.SeenSet.Exists, true)),
        ];
    }

    static ComponentState StateOf(bool exists, bool same) =>
        !exists ? ComponentState.Missing : same ? ComponentState.Current : ComponentState.Behind;

    ImmutableArray<MemberView> Members(in World w, Plan plan)
    {
        var published = false;
        for (var i = 0; i < scenario.Members; i++)
        {
            published |= w.Members[i].SeenPublished != (byte)Membership.Unknown;
        }
        var members = ImmutableArray.CreateBuilder<MemberView>(scenario.Members);
        for (var i = 0; i < scenario.Members; i++)
        {
            ref readonly var m = ref w.Members[i];
            var listed = published && m.SeenPublished == (byte)Membership.Unknown ? Membership.None : (Membership)m.SeenPublished;
            var place = MemberView.PlaceOf(listed, scenario.TrustsListAlone ? Membership.Unknown : (Membership)m.SeenLease.Says, m.SeenLease.Lost, (MemberTask)m.SeenLease.Task);
            if (i < plan.Size || m.SeenPod.Phase != Phase.None || m.SeenLease.Exists || m.SeenVolume || place is Membership.Voter or Membership.Learner)
            {
                members.Add(new MemberView
                {
                    Ordinal = i,
                    Pod = m.SeenPod.Phase switch
                    {
                        Phase.None => PodState.None,
                        Phase.Starting => PodState.Starting,
                        Phase.Failed => PodState.Failed,
                        Phase.Going => PodState.Going,
                        _ => m.SeenPod.Ready ? PodState.Ready : PodState.Unready,
                    },
                    Outdated = m.SeenPod.Phase != Phase.None && w.SeenSetKnown.Exists && m.SeenPod.Revision != w.SeenSetKnown.Revision,
                    Membership = place,
                    Leads = m.SeenLease.Leads && place == Membership.Voter,
                    Task = (MemberTask)m.SeenLease.Task,
                    HasLease = m.SeenLease.Exists,
                    HasVolume = m.SeenVolume,
                    Volume = m.SeenVolume && m.SeenCapacity == Capacity.Growing ? VolumeState.Growing
                        : m.SeenVolume && m.SeenCapacity == Capacity.First && w.SeenEtcd.Larger ? VolumeState.TooSmall : VolumeState.Fits,
                    DataLost = place == Membership.Voter && m.SeenLease.Lost,
                });
            }
        }
        return members.ToImmutable();
    }

    // A request belongs to the state that made it: in another state an answer does not count.
    BackupView Backup(in World w) => new()
    {
        Configured = scenario.Store,
        CompactionEnabled = scenario.Compaction,
        DeltaRevisions = w.SeenBackup.Deltas switch { 0 => 0, 1 => 1_000_000, _ => 3_000_000 },
        Job = (JobState)w.SeenBackup.Job,
        BackingOff = w.SeenBackup.BackingOff,
        BeforeStop = w.SeenEtcd.Lifecycle == saving ? (SnapshotRequest)w.SeenBackup.BeforeStop : SnapshotRequest.NotAsked,
        BeforeUpgrade = w.SeenEtcd.Lifecycle == upgrading ? (SnapshotRequest)w.SeenBackup.BeforeUpgrade : SnapshotRequest.NotAsked,
        InsteadOfJob = w.SeenEtcd.Backup == snapshotting ? (SnapshotRequest)w.SeenBackup.InsteadOfJob : SnapshotRequest.NotAsked,
        Verified = w.SeenEtcd.Lifecycle == confirming ? (SnapshotRequest)w.SeenBackup.Verified : SnapshotRequest.NotAsked,
    };
}
