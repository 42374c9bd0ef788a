using System.Globalization;

namespace Druid.Api;

/// <summary>Where the members and their sidecars are reached, within the Kubernetes cluster.</summary>
public static class Urls
{
    /// <summary>DNS name of a member: its pod in the peer Service.</summary>
    public static string Host(Etcd etcd, int ordinal) =>
        $"{Names.Pod(etcd, ordinal)}.{Names.PeerService(etcd)}.{etcd.Metadata.Namespace}.svc";

    /// <summary>URL at which the member's peers reach it.</summary>
    public static string Peer(Etcd etcd, int ordinal) =>
        Url(etcd.Spec.Etcd.PeerUrlTls is not null, Host(etcd, ordinal), etcd.Spec.Etcd.ServerPort ?? EtcdDefaults.ServerPort);

    /// <summary>URL at which clients reach this one member.</summary>
    public static string Client(Etcd etcd, int ordinal) =>
        Url(etcd.Spec.Etcd.ClientUrlTls is not null, Host(etcd, ordinal), etcd.Spec.Etcd.ClientPort ?? EtcdDefaults.ClientPort);

    /// <summary>URL of the HTTP API of this one member's sidecar.</summary>
    public static string Sidecar(Etcd etcd, int ordinal) =>
        Url(etcd.Spec.Backup.Tls is not null, Host(etcd, ordinal), etcd.Spec.Backup.Port ?? EtcdDefaults.BackupPort);

    /// <summary>URL of the client Service as seen from another namespace.</summary>
    public static string ClientService(Etcd etcd) =>
        Url(etcd.Spec.Etcd.ClientUrlTls is not null, ServiceHost(etcd), etcd.Spec.Etcd.ClientPort ?? EtcdDefaults.ClientPort);

    /// <summary>URL of the sidecars' HTTP API behind the client Service.</summary>
    public static string SidecarService(Etcd etcd) =>
        Url(etcd.Spec.Backup.Tls is not null, ServiceHost(etcd), etcd.Spec.Backup.Port ?? EtcdDefaults.BackupPort);

    static string ServiceHost(Etcd etcd) => $"{Names.ClientService(etcd)}.{etcd.Metadata.Namespace}.svc";

    static string Url(bool tls, string host, int port) =>
        string.Create(CultureInfo.InvariantCulture, $"{(tls ? "https" : "http")}://{host}:{port}");
}
