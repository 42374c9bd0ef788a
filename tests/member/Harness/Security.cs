using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Druid.Member.Tls;

namespace Druid.MemberTests.Harness;

/// <summary>An authority and the certificates that it signed, in the files that a pod would mount.</summary>
sealed class Security : IDisposable
{
    readonly string _root = Directory.CreateTempSubdirectory("druid-pki-").FullName;
    readonly X509Certificate2 _authority;

    public Security()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(Authorities, _authority.ExportCertificatePem());
        Issue("server", serial: 1);
        Issue("client", serial: 2);
    }

    public string Authorities => Named("ca.crt");

    public string[] SidecarFlags =>
    [
        $"--cacert={Authorities}", $"--cert={Named("client.crt")}", $"--key={Named("client.key")}", "--insecure-transport=false", "--insecure-skip-tls-verify=false",
        $"--server-cert={Named("server.crt")}", $"--server-key={Named("server.key")}",
    ];

    public string[] WrapperFlags =>
    [
        "--backup-restore-tls-enabled=true", $"--backup-restore-ca-cert-bundle-path={Authorities}",
        $"--etcd-client-cert-path={Named("client.crt")}", $"--etcd-client-key-path={Named("client.key")}",
    ];

    public ClientTls ClientTls => new(Authorities, Named("client.crt"), Named("client.key"));

    public SocketsHttpHandler Handler() => new() { SslOptions = new ClientTls(Authorities).ToSslOptions() };

    public string Configuration(bool peers) => Section("client-transport-security") + (peers ? "\n" + Section("peer-transport-security") : "");

    /// <summary>Signs a new certificate under a name, replacing the one before.</summary>
    public void Issue(string name, byte serial)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        // Servers of etcd are clients of their peers and of themselves.
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new("1.3.6.1.5.5.7.3.1"), new("1.3.6.1.5.5.7.3.2")], false));
        using var certificate = request.Create(_authority, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(20), [serial]);
        File.WriteAllText(Named($"{name}.key"), key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(Named($"{name}.crt"), certificate.ExportCertificatePem());
    }

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    /// <summary>A file of its own: a certificate or a key by its name.</summary>
    public string Named(string name) => Path.Combine(_root, name);

    string Section(string name) => $"""
        {name}:
          cert-file: {Named("server.crt")}
          key-file: {Named("server.key")}
          trusted-ca-file: {Authorities}
          client-cert-auth: true
          auto-tls: false
        """;
}
