using Druid.Api;
using Druid.Kubernetes.Resources;

namespace Druid.Operator.Components;

/// <summary>The container that runs etcd: it waits for the sidecar, fetches its configuration from it, and starts etcd.</summary>
static class EtcdContainer
{
    const string Name = "etcd";

    /// <summary>The image that a StatefulSet runs etcd from; null without one.</summary>
    public static string? ImageOf(StatefulSet? statefulSet) =>
        statefulSet?.Spec?.Template?.Spec?.Containers?.FirstOrDefault(c => c.Name == Name)?.Image;

    public static Container Render(RenderContext context)
    {
        var etcd = context.Etcd;
        return new()
        {
            Name = Name,
            Image = context.Images.EtcdOf(etcd, context.UpgradeEtcdVersion),
            ImagePullPolicy = "IfNotPresent",
            Args = [.. Arguments(etcd)],
            ReadinessProbe = new()
            {
                // The agent around etcd shows etcd's own certificate, so it is encrypted where etcd's clients are.
                HttpGet = new() { Path = "/readyz", Port = etcd.WrapperPort, Scheme = etcd.Spec.Etcd.ClientUrlTls is null ? "HTTP" : "HTTPS" },
                InitialDelaySeconds = 15,
                PeriodSeconds = 5,
                FailureThreshold = 5,
            },
            Ports = [Ports.OfContainer("server", etcd.PeerPort), Ports.OfContainer("client", etcd.ClientPort)],
            Resources = etcd.Spec.Etcd.Resources ?? EtcdDefaults.Resources,
            SecurityContext = new() { AllowPrivilegeEscalation = false },
            VolumeMounts = [.. Mounts(context)],
        };
    }

    static IEnumerable<string> Arguments(Etcd etcd)
    {
        var host = Names.LocalHost(etcd);
        yield return "start-etcd";
        yield return $"--backup-restore-host-port={host}:{etcd.SidecarPort}";
        yield return $"--etcd-server-name={host}";
        if (TlsFiles.OfSidecar(etcd) is { } sidecar)
        {
            yield return "--backup-restore-tls-enabled=true";
            yield return $"--backup-restore-ca-cert-bundle-path={sidecar.AuthoritiesFile}";
        }
        else
        {
            yield return "--backup-restore-tls-enabled=false";
        }
        if (TlsFiles.OfClients(etcd)?.Client is { } client)
        {
            yield return $"--etcd-client-cert-path={client.Certificate}";
            yield return $"--etcd-client-key-path={client.Key}";
        }
        yield return $"--etcd-client-port={etcd.ClientPort}";
        yield return $"--etcd-wrapper-port={etcd.WrapperPort}";
    }

    static IEnumerable<VolumeMount> Mounts(RenderContext context)
    {
        var etcd = context.Etcd;
        yield return new() { Name = Names.VolumeClaimTemplate(etcd), MountPath = Files.DataVolume };
        if (TlsFiles.OfClients(etcd) is { } clients)
        {
            yield return clients.Authorities.Mount;
            yield return clients.Server.Mount;
            if (clients.Client is { } client) yield return client.Mount;
        }
        if (TlsFiles.OfPeers(context) is { } peers)
        {
            yield return peers.Authorities.Mount;
            yield return peers.Server.Mount;
        }
        if (TlsFiles.OfSidecar(etcd) is { } sidecar) yield return sidecar.Authorities.Mount;
    }
}
