using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Druid.Kubernetes.Client;
using Microsoft.AspNetCore.Http;

namespace Druid.FaultTests.Proxy;

/// <summary>The connection to the real API server, shared by all proxies of a test run.</summary>
sealed class Upstream : IDisposable
{
    static readonly HashSet<string> HopByHop = new(StringComparer.OrdinalIgnoreCase) { "Host", "Connection", "Transfer-Encoding", "Keep-Alive", "Upgrade", "Content-Length" };

    readonly Uri _server;
    readonly HttpMessageInvoker _http;

    public Upstream(ClusterConfiguration cluster)
    {
        _server = cluster.Server;
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(cluster.CertificateAuthorities!);
        _http = new(new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy, ClientCertificates = [cluster.ClientCertificate!] },
            EnableMultipleHttp2Connections = true,
            UseCookies = false,
            AllowAutoRedirect = false,
        });
    }

    /// <summary>Sends the request on, to another path.</summary>
    public async Task<HttpResponseMessage> Send(HttpRequest request, string path, byte[] body, CancellationToken cancel)
    {
        using var message = new HttpRequestMessage(new(request.Method), new Uri(_server, path + request.QueryString)) { Version = HttpVersion.Version20 };
        if (body.Length > 0) message.Content = new ByteArrayContent(body);
        foreach (var (name, values) in request.Headers.Where(h => !HopByHop.Contains(h.Key)))
        {
            if (!message.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values)) message.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }
        return await _http.SendAsync(message, cancel);
    }

    /// <summary>Reads a path as an administrator.</summary>
    public async Task<byte[]> Read(string path, CancellationToken cancel)
    {
        using var message = new HttpRequestMessage(HttpMethod.Get, new Uri(_server, path)) { Version = HttpVersion.Version20 };
        using var answer = await _http.SendAsync(message, cancel);
        return answer.StatusCode == HttpStatusCode.NotFound ? [] : await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(cancel);
    }

    public void Dispose() => _http.Dispose();
}
