using Druid.Api;
using Druid.Kubernetes.Resources;

namespace Druid.Operator.Components;

/// <summary>The secrets of one TLS connection as volumes, and their files in containers.</summary>
sealed record TlsFiles
{
    /// <summary>Volume with the authorities that members trust.</summary>
    public const string PeerAuthorities = "etcd-peer-ca";

    /// <summary>Volume with the members' certificate for each other.</summary>
    public const string PeerServer = "etcd-peer-server-tls";

    /// <summary>The authorities that both ends trust.</summary>
    public required SecretFiles Authorities { get; init; }

    /// <summary>The server's certificate and key.</summary>
    public required SecretFiles Server { get; init; }

    /// <summary>The certificate and key of the operator's own clients, where there are such.</summary>
    public SecretFiles? Client { get; init; }

    /// <summary>Path of the authorities' file.</summary>
    public required string AuthoritiesFile { get; init; }

    /// <summary>All volumes of the connection.</summary>
    public IEnumerable<Volume> Volumes => new[] { Authorities, Server, Client }.OfType<SecretFiles>().Select(files => files.Volume);

    /// <summary>Between clients and etcd; null without TLS.</summary>
    public static TlsFiles? OfClients(Etcd etcd) => Of(etcd.Spec.Etcd.ClientUrlTls, "etcd", "/var/etcd/ssl");

    /// <summary>Between members; null without TLS. Members are server and client with the same certificate.</summary>
    public static TlsFiles? OfPeers(RenderContext context) => Of(context.PeerSecrets, "etcd-peer", "/var/etcd/ssl/peer") is { } tls ? tls with { Client = null } : null;

    /// <summary>Of the sidecar's HTTP API; null without TLS.</summary>
    public static TlsFiles? OfSidecar(Etcd etcd) => Of(etcd.Spec.Backup.Tls, "backup-restore", "/var/etcdbr/ssl");

    static TlsFiles? Of(TlsConfig? tls, string name, string directory) => tls is null ? null : new()
    {
        Authorities = new($"{name}-ca", $"{directory}/ca", tls.TlsCaSecretRef.Name ?? ""),
        Server = new($"{name}-server-tls", $"{directory}/server", tls.ServerTlsSecretRef.Name ?? ""),
        Client = tls.ClientTlsSecretRef?.Name is { Length: > 0 } client ? new($"{name}-client-tls", $"{directory}/client", client) : null,
        AuthoritiesFile = $"{directory}/ca/{tls.TlsCaSecretRef.DataKey ?? EtcdDefaults.CaDataKey}",
    };
}

/// <summary>A secret as files of containers.</summary>
/// <param name="Name">Name of the volume.</param>
/// <param name="Path">Directory of the files.</param>
/// <param name="Secret">Name of the secret.</param>
sealed record SecretFiles(string Name, string Path, string Secret)
{
    /// <summary>Path of a certificate, where the secret holds one.</summary>
    public string Certificate => $"{Path}/tls.crt";

    /// <summary>Path of that certificate's key.</summary>
    public string Key => $"{Path}/tls.key";

    public Volume Volume => new() { Name = Name, Secret = new() { SecretName = Secret, DefaultMode = Files.OwnerAndGroupRead } };

    public VolumeMount Mount => new() { Name = Name, MountPath = Path };
}
