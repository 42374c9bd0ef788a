using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Druid.Api;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;

namespace Druid.Operator.Agents;

/// <summary>
/// How the operator proves itself to members' agents, and they to it: the secrets of <c>spec.backup.tls</c>, read at each call, so that
/// a rotated certificate is used at once.
/// </summary>
public sealed class AgentTls(KubernetesClient client)
{
    // Where the reference names no key, its bundles are under the second one.
    static readonly string[] UsualAuthorityKeys = [EtcdDefaults.CaDataKey, "bundle.crt"];

    /// <summary>The TLS of a connection to one member's agent; null where agents are served over plain HTTP.</summary>
    /// <exception cref="AgentException">A secret is not there, or holds no certificate; the message names it.</exception>
    public async Task<SslClientAuthenticationOptions?> Of(Etcd etcd, int ordinal, CancellationToken cancel)
    {
        if (etcd.Spec.Backup.Tls is not { } tls)
        {
            return null;
        }
        var authorities = await Authorities(etcd, tls.TlsCaSecretRef, cancel);
        var identity = tls.ClientTlsSecretRef?.Name is { Length: > 0 } secret ? await Identity(etcd, secret, cancel) : null;
        return new()
        {
            TargetHost = Urls.Host(etcd, ordinal),
            ClientCertificates = identity is null ? null : [identity],
            RemoteCertificateValidationCallback = (_, certificate, _, _) => IsTrusted(certificate as X509Certificate2, authorities, NamesOf(etcd, ordinal)),
        };
    }

    /// <summary>Whether a certificate is signed by one of the authorities, valid now, and for one of the names.</summary>
    /// <remarks>
    /// The operator connects to the address of a pod, which no certificate names; any name by which the agent can be reached in the
    /// cluster will do, because installations put different ones of them into their certificates.
    /// </remarks>
    public static bool IsTrusted(X509Certificate2? certificate, X509Certificate2Collection authorities, IEnumerable<string> names)
    {
        if (certificate is null)
        {
            return false;
        }
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        // Authorities of a cluster's own publish no revocations.
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate) && names.Any(name => certificate.MatchesHostname(name));
    }

    static string[] NamesOf(Etcd etcd, int ordinal)
    {
        var service = Names.ClientService(etcd);
        var ns = etcd.Metadata.Namespace;
        return
        [
            Urls.Host(etcd, ordinal), $"{Urls.Host(etcd, ordinal)}.cluster.local", service, $"{service}.{ns}", $"{service}.{ns}.svc",
            $"{service}.{ns}.svc.cluster.local", Names.LocalHost(etcd),
        ];
    }

    async Task<X509Certificate2Collection> Authorities(Etcd etcd, CaSecretReference reference, CancellationToken cancel)
    {
        var secret = await Read(etcd, "spec.backup.tls.tlsCASecretRef", reference.Name, cancel);
        string[] keys = reference.DataKey is { Length: > 0 } key ? [key] : UsualAuthorityKeys;
        var authorities = new X509Certificate2Collection();
        foreach (var found in keys.Select(k => secret.Data?.GetValueOrDefault(k)).OfType<byte[]>().Take(1))
        {
            authorities.ImportFromPem(Encoding.UTF8.GetString(found));
        }
        return authorities.Count > 0
            ? authorities
            : throw new AgentException($"spec.backup.tls.tlsCASecretRef: secret '{reference.Name}' holds no certificate under {string.Join(" or ", keys)}; put the authority in PEM there.");
    }

    async Task<X509Certificate2> Identity(Etcd etcd, string name, CancellationToken cancel)
    {
        var secret = await Read(etcd, "spec.backup.tls.clientTLSSecretRef", name, cancel);
        try
        {
            return X509Certificate2.CreateFromPem(Text(secret, "tls.crt"), Text(secret, "tls.key"));
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            throw new AgentException($"spec.backup.tls.clientTLSSecretRef: secret '{name}' holds no certificate and key in PEM under tls.crt and tls.key: {error.Message}", error);
        }
    }

    async Task<Secret> Read(Etcd etcd, string field, string? name, CancellationToken cancel) =>
        await client.TryGet<Secret>(etcd.Key with { Name = name ?? "" }, cancel)
        ?? throw new AgentException($"{field}: secret '{name}' does not exist in namespace '{etcd.Metadata.Namespace}'; create it or correct the name.");

    static string Text(Secret secret, string key) => Encoding.UTF8.GetString(secret.Data?.GetValueOrDefault(key) ?? []);
}
