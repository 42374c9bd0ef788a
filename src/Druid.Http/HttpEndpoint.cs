using System.Net;
using System.Net.Security;

namespace Druid.Http;

/// <summary>What an <see cref="HttpServer"/> listens on.</summary>
/// <param name="Port">TCP port; 0 for a free one.</param>
/// <param name="Address">The address to bind; null for all of them, IPv4 and IPv6.</param>
/// <param name="Certificate">
/// Serves TLS with what this gives at each handshake, so that it may change at any time; null there refuses the connection. Null serves
/// plain HTTP.
/// </param>
public sealed record HttpEndpoint(int Port, IPAddress? Address = null, Func<SslStreamCertificateContext?>? Certificate = null);
