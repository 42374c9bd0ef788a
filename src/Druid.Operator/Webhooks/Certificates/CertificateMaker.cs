using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Druid.Operator.Webhooks.Certificates;

/// <summary>Makes authorities and the server certificates they sign: ECDSA on P-256, signed with SHA-256.</summary>
static class CertificateMaker
{
    // Machines whose clocks are late have to accept it too.
    static readonly TimeSpan Leeway = TimeSpan.FromHours(1);

    /// <summary>An authority that signs itself.</summary>
    public static PemPair Authority(DateTimeOffset now, TimeSpan lifetime)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        // Two authorities that are trusted at once need names of their own, or one is taken for the other.
        var request = new CertificateRequest($"CN=druid-webhooks-{now.ToUnixTimeSeconds()}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        using var certificate = request.CreateSelfSigned(now - Leeway, now + lifetime);
        return new(certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>A certificate for a server, which ends with its authority at the latest.</summary>
    /// <param name="authority">Who signs it.</param>
    /// <param name="hosts">Names and addresses by which the server is called; the first one names the certificate.</param>
    /// <param name="now">The time.</param>
    /// <param name="lifetime">How long it is valid.</param>
    public static PemPair Server(PemPair authority, IReadOnlyList<string> hosts, DateTimeOffset now, TimeSpan lifetime)
    {
        using var issuer = X509Certificate2.CreateFromPem(authority.Certificate, authority.Key);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        // The subject has room for 64 characters, which a service's name may exceed; the names that count are below.
        var request = new CertificateRequest("CN=druid-webhooks", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts)
        {
            if (IPAddress.TryParse(host, out var address))
            {
                names.AddIpAddress(address);
            }
            else
            {
                names.AddDnsName(host);
            }
        }
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false)); // server authentication
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(issuer, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        var end = new[] { now + lifetime, issuer.NotAfter.ToUniversalTime() }.Min();
        var start = new[] { now - Leeway, issuer.NotBefore.ToUniversalTime() }.Max();
        using var certificate = request.Create(issuer, start, end, RandomNumberGenerator.GetBytes(16));
        return new(certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>The names and addresses of a server certificate.</summary>
    public static IEnumerable<string> Names(PemPair server)
    {
        using var certificate = server.Read();
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        return names is null ? [] : [.. names.EnumerateDnsNames(), .. names.EnumerateIPAddresses().Select(a => a.ToString())];
    }
}
