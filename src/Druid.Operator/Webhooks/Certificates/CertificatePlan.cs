using System.Security.Cryptography;

namespace Druid.Operator.Webhooks.Certificates;

/// <summary>What is to be done about the webhooks' certificates, and when to look again.</summary>
/// <param name="Store">What is to be stored; null if what is stored is right.</param>
/// <param name="Reason">Why, in words.</param>
/// <param name="LookAgain">When time alone makes something due.</param>
sealed record CertificateStep(CertificateBundle? Store, string Reason, DateTimeOffset LookAgain);

/// <summary>
/// Renews in time and without a gap: a new authority is trusted before it signs, and the old one as long as something it
/// signed may still be served. Each step is a whole stored bundle, so whoever dies in between is followed up by the next.
/// </summary>
/// <param name="Hosts">The names by which the webhooks are called.</param>
sealed record CertificatePlan(IReadOnlyList<string> Hosts)
{
    /// <summary>How long an authority is valid.</summary>
    public static TimeSpan AuthorityLifetime => TimeSpan.FromDays(2 * 365);

    /// <summary>How long a server certificate is valid.</summary>
    public static TimeSpan ServerLifetime => TimeSpan.FromDays(90);

    /// <summary>What is due.</summary>
    /// <param name="stored">What is stored; null for nothing, or nothing usable.</param>
    /// <param name="trusted">Whether the API server trusts all that <paramref name="stored"/> says is to be trusted.</param>
    /// <param name="now">The time.</param>
    public CertificateStep Next(CertificateBundle? stored, bool trusted, DateTimeOffset now)
    {
        if (stored is null || !IsUsable(stored, now))
        {
            var authority = CertificateMaker.Authority(now, AuthorityLifetime);
            return Step(new(authority, CertificateMaker.Server(authority, Hosts, now, ServerLifetime)), "there is no usable certificate", now);
        }
        if (stored.Next is null && now >= RenewalOf(stored.Authority))
        {
            return Step(stored with { Next = CertificateMaker.Authority(now, AuthorityLifetime) }, "the authority will expire, and its successor has to be trusted first", now);
        }
        if (stored.Next is { } next && trusted)
        {
            return Step(new(next, CertificateMaker.Server(next, Hosts, now, ServerLifetime), Former: stored.Authority.Certificate), "the successor of the authority is trusted", now);
        }
        if (now >= RenewalOf(stored.Server) || !CertificateMaker.Names(stored.Server).ToHashSet().SetEquals(Hosts))
        {
            return Step(stored with { Server = CertificateMaker.Server(stored.Authority, Hosts, now, ServerLifetime) }, "the server certificate will expire, or has other names", now);
        }
        if (stored.Former is { } former && now >= new PemPair(former, "").Read().NotAfter.ToUniversalTime())
        {
            return Step(stored with { Former = null }, "the former authority has expired", now);
        }
        return new(null, "all is in order", Due(stored));
    }

    static CertificateStep Step(CertificateBundle store, string reason, DateTimeOffset now) => new(store, reason, now);

    static DateTimeOffset Due(CertificateBundle stored) => new[] { RenewalOf(stored.Authority), RenewalOf(stored.Server) }.Min();

    // After two thirds of its time: enough is left for somebody to notice that renewing fails.
    static DateTimeOffset RenewalOf(PemPair pair)
    {
        using var certificate = pair.Read();
        var (from, until) = (certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());
        return from + (until - from) * (2.0 / 3);
    }

    static bool IsUsable(CertificateBundle stored, DateTimeOffset now)
    {
        try
        {
            ServingCertificate.Of(stored.Server.Certificate, stored.Server.Key);
            using var authority = stored.Authority.Read();
            using var server = stored.Server.Read();
            return now < authority.NotAfter.ToUniversalTime() && now < server.NotAfter.ToUniversalTime();
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            return false;
        }
    }
}
