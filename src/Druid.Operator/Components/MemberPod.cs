using Druid.Api;
using Druid.Kubernetes.Resources;
using Druid.Operator.Images;

namespace Druid.Operator.Components;

/// <summary>The pod of a member: etcd and its sidecar, which see each other's processes and share the member's volume.</summary>
static class MemberPod
{
    public static PodTemplateSpec Render(RenderContext context)
    {
        var etcd = context.Etcd;
        var spec = etcd.Spec;
        var store = spec.Backup.Store is { } backup ? new StoreAccess(backup, HomeDirectory(etcd), context.BackupHostPath) : null;
        return new()
        {
            Metadata = new()
            {
                Labels = Labels.OfPods(etcd),
                Annotations = Maps.Merge(spec.Annotations, [new(Annotations.ConfigMapChecksum, ConfigChecksum.Of(context)), .. AuthoritiesAnnotation.OfPods(context)]),
            },
            Spec = new()
            {
                HostAliases = [new() { Ip = "127.0.0.1", Hostnames = [Names.LocalHost(etcd)] }],
                ShareProcessNamespace = true,
                ServiceAccountName = etcd.RunsMembers() ? Names.ServiceAccount(etcd) : null,
                InitContainers = InitContainers(etcd, context.Images, store),
                Containers = [EtcdContainer.Render(context), SidecarContainer.Render(context, store)],
                SecurityContext = SecurityOf(etcd),
                Affinity = spec.SchedulingConstraints.Affinity,
                TopologySpreadConstraints = spec.SchedulingConstraints.TopologySpreadConstraints is { Count: > 0 } constraints ? constraints : null,
                Volumes = [.. Volumes(context, store)],
                PriorityClassName = string.IsNullOrEmpty(spec.PriorityClassName) ? null : spec.PriorityClassName,
            },
        };
    }

    /// <summary>The user that pods of the Etcd run as. Volumes are made readable for it once, not at every start.</summary>
    public static PodSecurityContext SecurityOf(Etcd etcd) => etcd.Spec.RunAsRoot == true
        ? new() { RunAsGroup = 0, RunAsNonRoot = false, RunAsUser = 0, FsGroup = 0 }
        : new()
        {
            RunAsGroup = EtcdDefaults.User,
            RunAsNonRoot = true,
            RunAsUser = EtcdDefaults.User,
            FsGroup = EtcdDefaults.User,
            FsGroupChangePolicy = "OnRootMismatch",
        };

    /// <summary>Home of that user.</summary>
    public static string HomeDirectory(Etcd etcd) => etcd.Spec.RunAsRoot == true ? "/root" : "/home/nonroot";

    /// <summary>What has to be done before the containers of a pod can use the store; null where there is nothing.</summary>
    public static IReadOnlyList<Container>? InitContainers(Etcd etcd, ImageVector images, StoreAccess? store) =>
        store is not null && etcd.Spec.RunAsRoot != true && StoreAccess.Permissions(images.Shell, store) is { } permissions ? [permissions] : null;

    static IEnumerable<Volume> Volumes(RenderContext context, StoreAccess? store) =>
    [
        new()
        {
            Name = Files.ConfigVolume,
            ConfigMap = new()
            {
                Name = Names.ConfigMap(context.Etcd),
                Items = [new() { Key = Files.EtcdConfig, Path = Files.EtcdConfig }],
                DefaultMode = Files.OwnerAndGroupRead,
            },
        },
        .. TlsFiles.OfClients(context.Etcd)?.Volumes ?? [],
        .. TlsFiles.OfPeers(context)?.Volumes ?? [],
        .. TlsFiles.OfSidecar(context.Etcd)?.Volumes ?? [],
        .. store?.Volumes ?? [],
    ];
}
