using System.Net.Security;

namespace Druid.Operator.Webhooks.Certificates;

/// <summary>Where the webhooks' certificate comes from, kept current.</summary>
interface ICertificates
{
    /// <summary>What to serve TLS with at this moment; null while there is none yet.</summary>
    SslStreamCertificateContext? Current { get; }

    /// <summary>Keeps it current until cancelled.</summary>
    Task Run(CancellationToken cancel);
}
