using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Druid.Kubernetes.Resources;

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
        certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    public void Dispose() => certificate.Dispose();

    /// <summary>The secrets <c>NAME-ca</c>, <c>NAME-server</c> and <c>NAME-client</c> for an Etcd.</summary>
    public IEnumerable<Secret> Secrets(string name, ObjectKey etcd)
    {
        string[] hosts = ["localhost", $"{etcd.Name}-local", $"{etcd.Name}-client", .. Hosts(etcd, "client"), .. Hosts(etcd, "peer")];
        yield return Holding($"{name}-ca", etcd, ("ca.crt", certificate.ExportCertificatePem()));
        yield return Pair($"{name}-server", etcd, hosts);
        yield return Pair($"{name}-client", etcd, []);
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
        using var signed = request.Create(certificate, DateTimeOffset.UtcNow.AddMinutes(-30), DateTimeOffset.UtcNow.AddHours(20), RandomNumberGenerator.GetBytes(8));
        return Holding(name, etcd, ("tls.crt", signed.ExportCertificatePem()), ("tls.key", key.ExportPkcs8PrivateKeyPem()));
    }

    static Secret Holding(string name, ObjectKey etcd, params (string Key, string Value)[] data) => new()
    {
        Metadata = new() { Name = name, Namespace = etcd.Namespace },
        Data = data.ToDictionary(d => d.Key, d => Encoding.UTF8.GetBytes(d.Value)),
    };
}
