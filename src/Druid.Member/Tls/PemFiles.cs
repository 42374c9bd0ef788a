using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Druid.Member.Tls;

/// <summary>
/// Something made from files that may be replaced at any time. Reads the files whenever the value is asked for (a few
/// kilobytes, once a handshake) and makes the value anew only when their content differs. While new content is
/// unusable, as in the middle of a rotation, the last good value stays.
/// </summary>
abstract class FileBacked<T>(params string[] paths) where T : class
{
    readonly Lock _gate = new();
    byte[] _seen = [];
    T? _value;

    /// <summary>The value for what the files contain now.</summary>
    /// <exception cref="IOException">A file cannot be read and there is no earlier value.</exception>
    /// <exception cref="CryptographicException">The content is unusable and there is no earlier value.</exception>
    public T Current
    {
        get
        {
            lock (_gate)
            {
                try
                {
                    var content = paths.Select(File.ReadAllText).ToArray();
                    var digest = SHA256.HashData(content.SelectMany(text => System.Text.Encoding.UTF8.GetBytes(text)).ToArray());
                    if (_value is null || !digest.AsSpan().SequenceEqual(_seen))
                        (_value, _seen) = (Make(content), digest);
                }
                catch (Exception unusable) when (_value is not null && unusable is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
                {
                    return _value!;
                }
                return _value;
            }
        }
    }

    /// <summary>Makes the value from the texts of the files, in their order.</summary>
    protected abstract T Make(string[] content);
}

/// <summary>The certificates of a PEM bundle.</summary>
sealed class PemBundle(string path) : FileBacked<X509Certificate2Collection>(path)
{
    protected override X509Certificate2Collection Make(string[] content)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPem(content[0]);
        return certificates.Count > 0 ? certificates : throw new CryptographicException($"{path} contains no PEM certificate");
    }
}

/// <summary>A certificate with its key and the intermediates that its file holds.</summary>
sealed class PemKeyPair(string certificatePath, string keyPath) : FileBacked<SslStreamCertificateContext>(certificatePath, keyPath)
{
    protected override SslStreamCertificateContext Make(string[] content)
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(content[0]);
        var leaf = X509Certificate2.CreateFromPem(content[0], content[1]);
        return SslStreamCertificateContext.Create(leaf, chain, offline: true);
    }
}
