using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Druid.Member.Tls;

/// <summary>
/// Certificates of a TLS client, read from PEM files and read again when these change, so that rotated Secrets take
/// effect with the next connection.
/// </summary>
public sealed class ClientTls
{
    readonly PemBundle? _authorities;
    readonly PemKeyPair? _identity;
    readonly string? _serverName;
    readonly bool _skipVerification;

    /// <summary>Files may be missing here; a connection fails while they are.</summary>
    /// <param name="authorityFile">PEM bundle of the authorities to trust; null trusts the system's.</param>
    /// <param name="certificateFile">PEM certificate to show; null shows none.</param>
    /// <param name="keyFile">PEM key of <paramref name="certificateFile"/>.</param>
    /// <param name="serverName">Name to expect in the server's certificate; null expects the host of the URL.</param>
    /// <param name="skipVerification">Accept any server certificate.</param>
    public ClientTls(string? authorityFile, string? certificateFile = null, string? keyFile = null, string? serverName = null, bool skipVerification = false)
    {
        _authorities = authorityFile is null ? null : new PemBundle(authorityFile);
        _identity = certificateFile is null || keyFile is null ? null : new PemKeyPair(certificateFile, keyFile);
        _serverName = serverName;
        _skipVerification = skipVerification;
    }

    /// <summary>Options for an HTTP handler; every handshake looks at the files anew.</summary>
    public SslClientAuthenticationOptions ToSslOptions() => new()
    {
        LocalCertificateSelectionCallback = _identity is null ? null : (_, _, _, _, _) => _identity.Current.TargetCertificate,
        RemoteCertificateValidationCallback = Accepts,
    };

    bool Accepts(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (_skipVerification)
            return true;
        // HTTP handlers check the host of the URL, whatever name they are given.
        if (_serverName is not null && certificate is X509Certificate2 named)
            errors = named.MatchesHostname(_serverName) ? errors & ~SslPolicyErrors.RemoteCertificateNameMismatch : errors | SslPolicyErrors.RemoteCertificateNameMismatch;
        if (errors == SslPolicyErrors.None)
            return true;
        if (_authorities is null || certificate is not X509Certificate2 server || errors != SslPolicyErrors.RemoteCertificateChainErrors)
            return false;
        using var own = new X509Chain();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        own.ChainPolicy.DisableCertificateDownloads = true;
        own.ChainPolicy.CustomTrustStore.AddRange(_authorities.Current);
        if (chain is not null)
            own.ChainPolicy.ExtraStore.AddRange(chain.ChainPolicy.ExtraStore);
        return own.Build(server);
    }
}
