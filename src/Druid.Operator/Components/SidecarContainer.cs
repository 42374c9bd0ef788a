using Druid.Api;
using Druid.Kubernetes.Resources;

namespace Druid.Operator.Components;

/// <summary>
/// The container beside etcd: it restores a lost data directory, serves the member its configuration, takes snapshots,
/// defragments, and reports in the member's lease.
/// </summary>
static class SidecarContainer
{
    public const string Name = "backup-restore";

    public static Container Render(RenderContext context, StoreAccess? store)
    {
        var etcd = context.Etcd;
        return new()
        {
            Name = Name,
            Image = context.Images.SidecarOf(etcd, context.UpgradeEtcdVersion),
            ImagePullPolicy = "IfNotPresent",
            Args = [.. SidecarArguments.Render(etcd, store)],
            Ports = [Ports.OfContainer("server", etcd.SidecarPort)],
            Env = [.. Identity, .. store?.Environment ?? []],
            Resources = etcd.Spec.Backup.Resources ?? EtcdDefaults.Resources,
            SecurityContext = new() { AllowPrivilegeEscalation = false },
            VolumeMounts = [.. Mounts(etcd, store)],
        };
    }

    /// <summary>Variables that tell an agent which pod it is in.</summary>
    public static IReadOnlyList<EnvVar> Identity { get; } = [Field("POD_NAME", "metadata.name"), Field("POD_NAMESPACE", "metadata.namespace")];

    static EnvVar Field(string name, string path) => new() { Name = name, ValueFrom = new() { FieldRef = new() { FieldPath = path } } };

    static IEnumerable<VolumeMount> Mounts(Etcd etcd, StoreAccess? store)
    {
        yield return new() { Name = Names.VolumeClaimTemplate(etcd), MountPath = Files.DataVolume };
        yield return new() { Name = Files.ConfigVolume, MountPath = Files.ConfigDirectory };
        if (TlsFiles.OfSidecar(etcd) is { } own) yield return own.Server.Mount;
        if (TlsFiles.OfClients(etcd) is { } clients)
        {
            yield return clients.Authorities.Mount;
            if (clients.Client is { } client) yield return client.Mount;
        }
        foreach (var mount in store?.Mounts ?? []) yield return mount;
    }
}
