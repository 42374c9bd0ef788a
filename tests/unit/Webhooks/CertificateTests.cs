using System.Security.Cryptography.X509Certificates;
using Druid.Operator.Webhooks.Certificates;
using Druid.UnitTests.Kubernetes;
using Serilog;

namespace Druid.UnitTests.Webhooks;

/// <summary>What whoever runs the operator for years relies on: certificates are renewed in time, and no connection fails meanwhile.</summary>
public sealed class CertificateTests
{
    static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    static readonly CertificatePlan Plan = new(["localhost", "druid.druid-system.svc", "127.0.0.1"]);

    [Fact]
    public void The_first_certificate_is_for_every_name_and_trusted_by_its_authority()
    {
        var bundle = Plan.Next(null, trusted: false, Start).Store!;
        Assert.Equal(Plan.Hosts.Order(), CertificateMaker.Names(bundle.Server).Order());
        Assert.True(IsTrusted(bundle.Server, bundle.Trusted, Start));
        Assert.False(IsTrusted(bundle.Server, Plan.Next(null, trusted: false, Start.AddSeconds(1)).Store!.Trusted, Start), "Another authority is no reason to trust it.");
    }

    [Fact]
    public void Nothing_is_done_as_long_as_nothing_is_due()
    {
        var bundle = Plan.Next(null, trusted: false, Start).Store!;
        var step = Plan.Next(bundle, trusted: true, Start.AddDays(30));
        Assert.Null(step.Store);
        Assert.InRange(step.LookAgain, Start.AddDays(55), Start.AddDays(65));
    }

    [Fact]
    public void Ten_years_pass_without_an_untrusted_or_expired_certificate()
    {
        // The API server learns of authorities a day late, replicas of server certificates likewise: always the worst of both.
        var (stored, clientTrusts, served) = ((CertificateBundle?)null, "", (PemPair?)null);
        var (renewals, authorities) = (0, new HashSet<string>());
        for (var now = Start; now < Start.AddYears(10); now = now.AddDays(1))
        {
            if (served is not null)
            {
                Assert.True(IsTrusted(served, clientTrusts, now), $"On {now:d} the API server could not connect.");
            }
            served = stored?.Server;
            var trusted = stored is not null && clientTrusts == stored.Trusted;
            clientTrusts = stored?.Trusted ?? "";
            for (var step = Plan.Next(stored, trusted, now); step.Store is not null; step = Plan.Next(stored, trusted: false, now))
            {
                stored = step.Store;
                renewals++;
            }
            authorities.Add(stored!.Authority.Certificate);
        }
        Assert.InRange(authorities.Count, 7, 9); // every 16 months
        Assert.InRange(renewals, 60, 100); // server certificates every 60 days, authorities in steps
    }

    [Fact]
    public void Another_name_makes_another_certificate_of_the_same_authority()
    {
        var bundle = Plan.Next(null, trusted: false, Start).Store!;
        var step = (Plan with { Hosts = ["localhost", "druid.elsewhere.svc"] }).Next(bundle, trusted: true, Start);
        Assert.Equal(bundle.Authority, step.Store!.Authority);
        Assert.Contains("druid.elsewhere.svc", CertificateMaker.Names(step.Store.Server));
    }

    [Theory]
    [InlineData("tls.crt", "nonsense")]
    [InlineData("tls.key", "nonsense")]
    [InlineData("ca.crt", "nonsense")]
    public void What_somebody_broke_is_made_anew(string part, string by)
    {
        var data = Plan.Next(null, trusted: false, Start).Store!.ToData().Where(d => d.Value is not null).ToDictionary(d => d.Key, d => d.Value!);
        data[part] = System.Text.Encoding.UTF8.GetBytes(by);
        Assert.Equal("there is no usable certificate", Plan.Next(CertificateBundle.Of(data), trusted: true, Start).Reason);
    }

    [Fact]
    public void A_bundle_survives_being_stored()
    {
        var bundle = Plan.Next(null, trusted: false, Start).Store! with { Next = CertificateMaker.Authority(Start, CertificatePlan.AuthorityLifetime) };
        Assert.Equal(bundle, CertificateBundle.Of(bundle.ToData().Where(d => d.Value is not null).ToDictionary(d => d.Key, d => d.Value!)));
        Assert.Null(CertificateBundle.Of(null));
    }

    [Fact]
    public async Task A_certificate_in_a_directory_is_taken_up_when_it_changes_and_kept_when_it_is_broken()
    {
        var directory = Directory.CreateTempSubdirectory("druid-certificates-").FullName;
        try
        {
            var time = new FakeTime();
            var certificates = new CertificateDirectory(directory, time, Log.Logger);
            using var stop = new CancellationTokenSource();
            var running = certificates.Run(stop.Token);
            Assert.Null(certificates.Current);

            var first = Put(directory, "one.svc");
            await time.AdvanceUntil(() => certificates.Current?.TargetCertificate.Thumbprint == first, TimeSpan.FromSeconds(5));
            File.WriteAllText(Path.Combine(directory, CertificateDirectory.KeyFile), "half written");
            time.Advance(TimeSpan.FromSeconds(30));
            Assert.Equal(first, certificates.Current?.TargetCertificate.Thumbprint);
            var second = Put(directory, "two.svc");
            await time.AdvanceUntil(() => certificates.Current?.TargetCertificate.Thumbprint == second, TimeSpan.FromSeconds(5));

            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    static string Put(string directory, string host)
    {
        var now = DateTimeOffset.UtcNow;
        var pair = CertificateMaker.Server(CertificateMaker.Authority(now, TimeSpan.FromDays(2)), [host], now, TimeSpan.FromDays(1));
        File.WriteAllText(Path.Combine(directory, CertificateDirectory.CertificateFile), pair.Certificate);
        File.WriteAllText(Path.Combine(directory, CertificateDirectory.KeyFile), pair.Key);
        using var certificate = pair.Read();
        return certificate.Thumbprint;
    }

    static bool IsTrusted(PemPair server, string authorities, DateTimeOffset at)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = at.UtcDateTime;
        chain.ChainPolicy.VerificationTimeIgnored = false;
        chain.ChainPolicy.CustomTrustStore.ImportFromPem(authorities);
        using var certificate = server.Read();
        return chain.Build(certificate);
    }
}
