using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Serilog;

namespace Druid.Operator.Webhooks.Certificates;

/// <summary>A certificate that somebody else keeps in a directory, as a mounted Secret: <c>tls.crt</c> and <c>tls.key</c>, read again when they change.</summary>
/// <param name="directory">The directory.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Told of new certificates and of unusable ones; the one before is served on.</param>
sealed class CertificateDirectory(string directory, TimeProvider time, ILogger log) : ICertificates
{
    /// <summary>File of the certificate, with those of the authorities between it and the root.</summary>
    public const string CertificateFile = "tls.crt";

    /// <summary>File of its key.</summary>
    public const string KeyFile = "tls.key";

    // Mounted Secrets change through a link, of which no file system tells reliably; reading two small files costs nothing.
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    string? seen;
    string? problem;

    public SslStreamCertificateContext? Current { get; private set; }

    public async Task Run(CancellationToken cancel)
    {
        while (true)
        {
            Look();
            await Task.Delay(Interval, time, cancel);
        }
    }

    void Look()
    {
        try
        {
            var (certificate, key) = (File.ReadAllText(Path.Combine(directory, CertificateFile)), File.ReadAllText(Path.Combine(directory, KeyFile)));
            if (certificate + key == seen)
            {
                return;
            }
            Current = ServingCertificate.Of(certificate, key);
            (seen, problem) = (certificate + key, null);
            log.Information("webhooks serve the certificate {Subject} from {Directory}, valid until {Until:u}", Current.TargetCertificate.Subject, directory, Current.TargetCertificate.NotAfter.ToUniversalTime());
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            // Once for each problem: it lasts until somebody mends it, or until the other file of a pair has come too.
            if (problem != error.Message)
            {
                log.Error("server.webhooks.serverCertDir: no certificate can be read from {Directory}: {Problem} Put a PEM certificate into {Certificate} and its key into {Key}, or leave the field out to have both made", directory, error.Message, CertificateFile, KeyFile);
            }
            problem = error.Message;
        }
    }
}

/// <summary>Makes of PEM what connections are served with.</summary>
static class ServingCertificate
{
    /// <summary>The certificate with its chain and key.</summary>
    /// <exception cref="CryptographicException">One of them is no such thing, or they do not belong together.</exception>
    public static SslStreamCertificateContext Of(string certificate, string key)
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(certificate);
        var leaf = X509Certificate2.CreateFromPem(certificate, key);
        chain.RemoveAt(0);
        return SslStreamCertificateContext.Create(leaf, chain, offline: true);
    }
}
