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

    /// <summary>Variables with what the sidecar logs in to etcd with.</summary>
    public const string UserVariable = "ETCD_USERNAME", PasswordVariable = "ETCD_PASSWORD";

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
            Env = [.. Identity, .. Login(etcd), .. store?.Environment ?? []],
            Resources = etcd.Spec.Backup.Resources ?? EtcdDefaults.Resources,
            SecurityContext = new() { AllowPrivilegeEscalation = false },
            VolumeMounts = [.. Mounts(etcd, store)],
        };
    }

    /// <summary>Variables that tell an agent which pod it is in.</summary>
    public static IReadOnlyList<EnvVar> Identity { get; } = [Field("POD_NAME", "metadata.name"), Field("POD_NAMESPACE", "metadata.namespace")];

    /// <summary>The secret with user name and password; null where etcd's authentication is off.</summary>
    public static string? LoginSecret(Etcd etcd) => etcd.Spec.Etcd.AuthSecretRef?.Name is { Length: > 0 } secret ? secret : null;

    static IEnumerable<EnvVar> Login(Etcd etcd) =>
        LoginSecret(etcd) is { } secret ? [Entry(UserVariable, secret, "username"), Entry(PasswordVariable, secret, "password")] : [];

    static EnvVar Entry(string name, string secret, string key) =>
        new() { Name = name, ValueFrom = new() { SecretKeyRef = new() { Name = secret, Key = key, Optional = false } } };

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
