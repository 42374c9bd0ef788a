using Druid.Api;
using Druid.Kubernetes.Resources;
using Druid.Operator.Images;

namespace Druid.Operator.Components;

/// <summary>
/// The job that replaces a full snapshot and its deltas with one new full snapshot. It restores them into an etcd of its own and
/// does not touch the cluster.
/// </summary>
public static class CompactionJob
{
    // With it, no autoscaler would ever remove the node that the job runs on; but a job can be repeated.
    const string SafeToEvict = "cluster-autoscaler.kubernetes.io/safe-to-evict";
    const string Workspace = "etcd-workspace-dir";

    // Installations with network policies let pods out by these labels; the job talks to DNS and to the store.
    static readonly KeyValuePair<string, string>[] Network =
    [
        new("networking.gardener.cloud/to-dns", "allowed"),
        new("networking.gardener.cloud/to-private-networks", "allowed"),
        new("networking.gardener.cloud/to-public-networks", "allowed"),
    ];

    /// <summary>The job for an Etcd.</summary>
    /// <exception cref="ArgumentException">The Etcd has no store.</exception>
    public static Job Render(CompactionContext context)
    {
        var etcd = context.Etcd;
        var store = new StoreAccess(
            etcd.Spec.Backup.Store ?? throw new ArgumentException($"Etcd {etcd.Key} has no store (spec.backup.store), so there is nothing to compact.", nameof(context)),
            MemberPod.HomeDirectory(etcd), context.BackupHostPath);
        var own = etcd.Own(Names.CompactionJob(etcd), ComponentLabel.CompactionJob);
        var labels = Maps.Merge(own.Labels, Network);
        var deadline = (long)context.ActiveDeadline.ToTimeSpan().TotalSeconds;
        return new()
        {
            Metadata = own with { Labels = labels },
            Spec = new()
            {
                ActiveDeadlineSeconds = deadline,
                Completions = 1,
                // Whether and when to try again is the operator's decision.
                BackoffLimit = 0,
                Template = new()
                {
                    Metadata = new() { Labels = labels, Annotations = Annotations(etcd) },
                    Spec = new()
                    {
                        ActiveDeadlineSeconds = deadline,
                        // Long enough that the operator still sees in the pod's status why it was disrupted.
                        TerminationGracePeriodSeconds = 60,
                        ServiceAccountName = Names.ServiceAccount(etcd),
                        RestartPolicy = "Never",
                        SecurityContext = MemberPod.SecurityOf(etcd),
                        InitContainers = MemberPod.InitContainers(etcd, context.Images, store),
                        Containers = [Compact(context, store)],
                        Volumes = [new() { Name = Workspace, EmptyDir = new() }, .. store.Volumes],
                    },
                },
            },
        };
    }

    static Container Compact(CompactionContext context, StoreAccess store) => new()
    {
        Name = "compact-backup",
        Image = context.Images.SidecarOf(context.Etcd, context.UpgradeEtcdVersion),
        ImagePullPolicy = "IfNotPresent",
        Args = [.. Arguments(context, store)],
        Env = [.. SidecarContainer.Identity, .. store.Environment],
        Resources = Resources(context.Etcd.Spec.Backup.SnapshotCompaction?.Resources),
        SecurityContext = new() { AllowPrivilegeEscalation = false },
        VolumeMounts = [new() { Name = Workspace, MountPath = Files.DataVolume }, .. store.Mounts],
    };

    static IEnumerable<string> Arguments(CompactionContext context, StoreAccess store)
    {
        var etcd = context.Etcd;
        yield return "compact";
        yield return $"--data-dir={Files.DataVolume}/compaction.etcd";
        yield return $"--restoration-temp-snapshots-dir={Files.DataVolume}/compaction.restoration.temp";
        yield return $"--snapstore-temp-directory={Files.DataVolume}/tmp";
        yield return $"--metrics-scrape-wait-duration={context.MetricsScrapeWait}";
        yield return "--enable-snapshot-lease-renewal=true";
        yield return $"--full-snapshot-lease-name={Names.FullSnapshotLease(etcd)}";
        yield return $"--delta-snapshot-lease-name={Names.DeltaSnapshotLease(etcd)}";
        yield return $"--embedded-etcd-quota-bytes={(etcd.Spec.Etcd.Quota ?? EtcdDefaults.Quota).RoundedUp}";
        if (etcd.Spec.Etcd.EtcdDefragTimeout is { } defragmentation) yield return $"--etcd-defrag-timeout={defragmentation}";
        if (etcd.Spec.Backup.EtcdSnapshotTimeout is { } snapshot) yield return $"--etcd-snapshot-timeout={snapshot}";
        foreach (var flag in store.Flags) yield return flag;
    }

    // Each request that the spec leaves out has its own default.
    static ResourceRequirements Resources(ResourceRequirements? wanted)
    {
        var requests = new Dictionary<string, Quantity>(EtcdDefaults.CompactionResources.Requests!);
        foreach (var (name, amount) in wanted?.Requests ?? new Dictionary<string, Quantity>()) requests[name] = amount;
        return new() { Requests = requests, Limits = wanted?.Limits };
    }

    static Dictionary<string, string>? Annotations(Etcd etcd)
    {
        var annotations = etcd.Spec.Annotations.Where(a => !(a.Key == SafeToEvict && a.Value == "false")).ToDictionary();
        return annotations.Count > 0 ? annotations : null;
    }
}

/// <summary>All that a compaction job depends on.</summary>
/// <param name="Etcd">The Etcd as its user wrote it.</param>
/// <param name="Images">Where images come from that the Etcd does not name.</param>
/// <param name="ActiveDeadline">How long the job may run.</param>
/// <param name="MetricsScrapeWait">How long it stays after its end, so that its metrics are read.</param>
public sealed record CompactionContext(Etcd Etcd, ImageVector Images, Duration ActiveDeadline, Duration MetricsScrapeWait)
{
    /// <inheritdoc cref="RenderContext.BackupHostPath"/>
    public string? BackupHostPath { get; init; }

    /// <inheritdoc cref="RenderContext.UpgradeEtcdVersion"/>
    public bool UpgradeEtcdVersion { get; init; }
}
