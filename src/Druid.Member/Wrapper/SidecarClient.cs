using System.Net;
using Druid.Member.Http;
using Druid.Member.Tls;

namespace Druid.Member.Wrapper;

/// <summary>The sidecar's HTTP API, as a member asks it before it starts.</summary>
sealed class SidecarClient : IDisposable
{
    static readonly TimeSpan RequestTimeout = TimeSpan.FromMinutes(1);

    readonly HttpClient _http;

    /// <param name="address">Base URL of the sidecar.</param>
    /// <param name="tls">Certificates to check it with; null over plain HTTP.</param>
    public SidecarClient(Uri address, ClientTls? tls) => _http = AgentHttp.Client(tls, RequestTimeout, address);

    /// <summary>How far the initialization is: <c>New</c>, <c>Progress</c>, <c>Successful</c> or <c>Failed</c>. Asking for a result takes it: after that it is New.</summary>
    /// <exception cref="HttpRequestException">The sidecar does not answer, or not with success.</exception>
    public async Task<string> InitializationStatus(CancellationToken cancel) => (await Get("/initialization/status", cancel)).Trim();

    /// <summary>Starts an initialization.</summary>
    /// <exception cref="HttpRequestException">The sidecar does not answer, or not with success.</exception>
    public Task StartInitialization(string mode, CancellationToken cancel) => Get($"/initialization/start?mode={mode}", cancel);

    /// <summary>The member's configuration for etcd.</summary>
    /// <exception cref="HttpRequestException">The sidecar does not answer, or not with success.</exception>
    public Task<string> Configuration(CancellationToken cancel) => Get("/config", cancel);

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    async Task<string> Get(string path, CancellationToken cancel)
    {
        using var response = await _http.GetAsync(path, cancel);
        var body = await response.Content.ReadAsStringAsync(cancel);
        if (response.StatusCode == HttpStatusCode.OK) return body;
        throw new HttpRequestException($"{_http.BaseAddress}{path.TrimStart('/')} answered {(int)response.StatusCode}: {body.Trim()}", null, response.StatusCode);
    }
}
