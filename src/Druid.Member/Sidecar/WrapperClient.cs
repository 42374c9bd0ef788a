using Druid.Member.Http;
using Druid.Member.Tls;

namespace Druid.Member.Sidecar;

/// <summary>The agent around etcd, as the sidecar asks it to stop etcd.</summary>
sealed class WrapperClient : IDisposable
{
    static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(5);

    readonly HttpClient _http;

    /// <param name="address">Base URL of the agent around etcd.</param>
    /// <param name="tls">Certificates to check it with, as it shows etcd's own; null over plain HTTP.</param>
    public WrapperClient(Uri address, ClientTls? tls) => _http = AgentHttp.Client(tls, RequestTimeout, address);

    /// <summary>Has etcd stopped in order; its container ends with it and starts again.</summary>
    /// <exception cref="HttpRequestException">It does not answer, or not with success.</exception>
    /// <exception cref="TaskCanceledException">It does not answer in time.</exception>
    public async Task StopEtcd(CancellationToken cancel)
    {
        using var response = await _http.PostAsync("/stop", null, cancel);
        response.EnsureSuccessStatusCode();
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();
}
