using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Druid.Member.Tls;

namespace Druid.UnitTests.Member;

public sealed class ClientTlsTests : IDisposable
{
    const SslPolicyErrors Untrusted = SslPolicyErrors.RemoteCertificateChainErrors, Misnamed = SslPolicyErrors.RemoteCertificateNameMismatch;

    readonly DirectoryInfo _files = Directory.CreateTempSubdirectory("druid-tls-");
    readonly X509Certificate2 _server;
    readonly string _authority;

    public ClientTlsTests()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=e", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("e-client.shop.svc");
        request.CertificateExtensions.Add(names.Build());
        _server = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
        _authority = Path.Combine(_files.FullName, "ca.crt");
        File.WriteAllText(_authority, _server.ExportCertificatePem());
    }

    public void Dispose()
    {
        _server.Dispose();
        _files.Delete(recursive: true);
    }

    // The handler compares with the host of the URL, which may be an address.
    [Theory]
    [InlineData("e-client.shop.svc", Untrusted | Misnamed, true)]
    [InlineData("e-client.shop.svc", Untrusted, true)]
    [InlineData("other.shop.svc", Untrusted, false)]
    [InlineData("other.shop.svc", SslPolicyErrors.None, false)]
    [InlineData(null, Untrusted, true)]
    [InlineData(null, Untrusted | Misnamed, false)]
    public void The_name_that_is_expected_is_the_one_that_was_given(string? expected, SslPolicyErrors ofUrl, bool accepted)
    {
        var options = new ClientTls(_authority, serverName: expected).ToSslOptions();
        Assert.Equal(accepted, options.RemoteCertificateValidationCallback!(this, _server, null, ofUrl));
    }
}
