using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Druid.Operator.Webhooks.Certificates;

/// <summary>A certificate and its key, both PEM.</summary>
sealed record PemPair(string Certificate, string Key)
{
    /// <summary>The certificate alone.</summary>
    public X509Certificate2 Read() => X509Certificate2.CreateFromPem(Certificate);
}

/// <summary>All that a Secret holds of the webhooks' own authority.</summary>
/// <param name="Authority">Signs server certificates.</param>
/// <param name="Server">What is served.</param>
/// <param name="Next">The authority to come: trusted already, so that nobody is surprised when it signs.</param>
/// <param name="Former">Certificate of the authority before, trusted while replicas may still serve what it signed.</param>
sealed record CertificateBundle(PemPair Authority, PemPair Server, PemPair? Next = null, string? Former = null)
{
    const string AuthorityCertificate = "ca.crt", AuthorityKey = "ca.key", ServerCertificate = "tls.crt", ServerKey = "tls.key";
    const string NextCertificate = "next-ca.crt", NextKey = "next-ca.key", FormerCertificate = "former-ca.crt";

    /// <summary>Whom clients have to trust: PEM, the authority that signs first.</summary>
    public string Trusted => string.Concat(new[] { Authority.Certificate, Next?.Certificate, Former }.Where(c => c is not null).Select(c => c!.TrimEnd() + "\n"));

    /// <summary>The data of the Secret. A part that is not there is null, so that a merge removes it.</summary>
    public IReadOnlyDictionary<string, byte[]?> ToData() => new Dictionary<string, byte[]?>
    {
        [AuthorityCertificate] = Bytes(Authority.Certificate),
        [AuthorityKey] = Bytes(Authority.Key),
        [ServerCertificate] = Bytes(Server.Certificate),
        [ServerKey] = Bytes(Server.Key),
        [NextCertificate] = Bytes(Next?.Certificate),
        [NextKey] = Bytes(Next?.Key),
        [FormerCertificate] = Bytes(Former),
    };

    /// <summary>What a Secret holds; null where a part that is needed is missing.</summary>
    public static CertificateBundle? Of(IReadOnlyDictionary<string, byte[]>? data) =>
        Pair(data, AuthorityCertificate, AuthorityKey) is { } authority && Pair(data, ServerCertificate, ServerKey) is { } server
            ? new(authority, server, Pair(data, NextCertificate, NextKey), Text(data, FormerCertificate))
            : null;

    static PemPair? Pair(IReadOnlyDictionary<string, byte[]>? data, string certificate, string key) =>
        Text(data, certificate) is { } c && Text(data, key) is { } k ? new(c, k) : null;

    static string? Text(IReadOnlyDictionary<string, byte[]>? data, string name) =>
        data?.GetValueOrDefault(name) is { Length: > 0 } bytes ? Encoding.UTF8.GetString(bytes) : null;

    static byte[]? Bytes(string? text) => text is null ? null : Encoding.UTF8.GetBytes(text);
}
