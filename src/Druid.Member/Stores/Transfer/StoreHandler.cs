using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Druid.Member.Stores.Transfer;

/// <summary>Whom a store trusts.</summary>
/// <param name="Authorities">PEM bundle to trust beside the system's authorities; null for those alone.</param>
/// <param name="SkipVerification">Accept any certificate.</param>
sealed record StoreTrust(string? Authorities = null, bool SkipVerification = false);

/// <summary>The connections of a store. One handler lasts as long as the store; the clients on top of it come and go with credentials.</summary>
static class StoreHandler
{
    static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(30);
    // Addresses of providers change, and proxies forget connections.
    static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(10);

    /// <param name="trust">Asked with each handshake.</param>
    public static SocketsHttpHandler Create(Func<StoreTrust> trust) => new()
    {
        ConnectTimeout = ConnectTimeout,
        PooledConnectionLifetime = ConnectionLifetime,
        AllowAutoRedirect = false,
        UseCookies = false,
        ActivityHeadersPropagator = null,
        SslOptions = new() { RemoteCertificateValidationCallback = (_, certificate, chain, errors) => Accepts(trust(), certificate, chain, errors) },
    };

    /// <summary>A client on such a handler. Time limits are set with each call.</summary>
    public static HttpClient Client(HttpMessageHandler handler) => new(handler, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };

    static bool Accepts(StoreTrust trust, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (trust.SkipVerification || errors == SslPolicyErrors.None) return true;
        if (trust.Authorities is null || certificate is not X509Certificate2 server || errors != SslPolicyErrors.RemoteCertificateChainErrors) return false;
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPem(trust.Authorities);
        }
        catch (CryptographicException)
        {
            return false;
        }
        using var own = new X509Chain();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        own.ChainPolicy.DisableCertificateDownloads = true;
        own.ChainPolicy.CustomTrustStore.AddRange(authorities);
        if (chain is not null) own.ChainPolicy.ExtraStore.AddRange(chain.ChainPolicy.ExtraStore);
        return own.Build(server);
    }
}
