using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Druid.Kubernetes.Resources;
using Druid.Member.Tls;

namespace Druid.EndToEndTests;

/// <summary>A certificate authority and the secrets that carry what it signed, as cert-manager or Gardener would leave them.</summary>
sealed class Authority : IDisposable
{
    readonly X509Certificate2 certificate;

    public Authority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=e2e", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        // An authority and its successor have the same name: their keys tell them apart.
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    public void Dispose() => certificate.Dispose();

    /// <summary>The certificate that others trust.</summary>
    public string Pem => certificate.ExportCertificatePem();

    /// <summary>The secrets <c>NAME-ca</c>, <c>NAME-server</c> and <c>NAME-client</c> for an Etcd.</summary>
    public IEnumerable<Secret> Secrets(string name, ObjectKey etcd) => [Trust(name, etcd, this), .. Certificates(name, etcd)];

    /// <summary>The secret <c>NAME-ca</c>, with which all of these authorities are trusted.</summary>
    public static Secret Trust(string name, ObjectKey etcd, params Authority[] authorities) =>
        Holding($"{name}-ca", etcd, ("ca.crt", string.Join('\n', authorities.Select(a => a.Pem))));

    /// <summary>The secrets <c>NAME-server</c> and <c>NAME-client</c>.</summary>
    public IEnumerable<Secret> Certificates(string name, ObjectKey etcd)
    {
        string[] hosts = ["localhost", $"{etcd.Name}-local", $"{etcd.Name}-client", .. Hosts(etcd, "client"), .. Hosts(etcd, "peer")];
        yield return Pair($"{name}-server", etcd, hosts);
        yield return Pair($"{name}-client", etcd, []);
    }

    /// <summary>A client of that Etcd, with a certificate of this authority, that trusts all of these.</summary>
    /// <param name="directory">Where its files go.</param>
    /// <param name="etcd">The Etcd.</param>
    /// <param name="authorities">Whom it trusts.</param>
    public ClientTls Client(string directory, ObjectKey etcd, params Authority[] authorities)
    {
        var pair = Pair("client", etcd, []).Data!;
        var (trust, shown, key) = (Path.Combine(directory, "ca.crt"), Path.Combine(directory, "tls.crt"), Path.Combine(directory, "tls.key"));
        File.WriteAllText(trust, string.Join('\n', authorities.Select(a => a.Pem)));
        File.WriteAllBytes(shown, pair["tls.crt"]);
        File.WriteAllBytes(key, pair["tls.key"]);
        return new(trust, shown, key, $"{etcd.Name}-client.{etcd.Namespace}.svc");
    }

    static string[] Hosts(ObjectKey etcd, string service)
    {
        var of = $"{etcd.Name}-{service}.{etcd.Namespace}";
        return [of, $"{of}.svc", $"{of}.svc.cluster.local", $"*.{of}", $"*.{of}.svc", $"*.{of}.svc.cluster.local"];
    }

    Secret Pair(string name, ObjectKey etcd, string[] hosts)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        if (hosts.Length > 0)
        {
            var names = new SubjectAlternativeNameBuilder();
            foreach (var host in hosts) names.AddDnsName(host);
            names.AddIpAddress(System.Net.IPAddress.Loopback);
            request.CertificateExtensions.Add(names.Build());
        }
        // A member is a client of its peers and of itself.
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new("1.3.6.1.5.5.7.3.1"), new("1.3.6.1.5.5.7.3.2")], false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(certificate, true, false));
        using var signed = request.Create(certificate, DateTimeOffset.UtcNow.AddMinutes(-30), DateTimeOffset.UtcNow.AddHours(20), RandomNumberGenerator.GetBytes(8));
        return Holding(name, etcd, ("tls.crt", signed.ExportCertificatePem()), ("tls.key", key.ExportPkcs8PrivateKeyPem()));
    }

    static Secret Holding(string name, ObjectKey etcd, params (string Key, string Value)[] data) => new()
    {
        Metadata = new() { Name = name, Namespace = etcd.Namespace },
        Data = data.ToDictionary(d => d.Key, d => Encoding.UTF8.GetBytes(d.Value)),
    };
}
