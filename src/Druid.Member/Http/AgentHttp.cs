using Druid.Http;
using Druid.Member.Tls;

namespace Druid.Member.Http;

/// <summary>How agents ask one another: directly, whatever proxy the pod is told to use, and without following redirects.</summary>
static class AgentHttp
{
    /// <summary>Where an agent listens: on all interfaces, over TLS when it has a certificate.</summary>
    public static HttpEndpoint Endpoint(int port, PemKeyPair? identity) => new(port, Certificate: identity is null ? null : () => identity.Current);

    /// <summary>A client.</summary>
    /// <param name="tls">Certificates to check the other with; null over plain HTTP.</param>
    /// <param name="timeout">How long a request may take.</param>
    /// <param name="address">Base URL of the other; null when each request names its own.</param>
    public static HttpClient Client(ClientTls? tls, TimeSpan timeout, Uri? address = null)
    {
        var handler = new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false, ActivityHeadersPropagator = null };
        if (tls is not null) handler.SslOptions = tls.ToSslOptions();
        return new HttpClient(handler) { BaseAddress = address, Timeout = timeout };
    }
}
