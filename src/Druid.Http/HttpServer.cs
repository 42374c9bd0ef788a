using System.Net.Security;
using System.Security.Authentication;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;

namespace Druid.Http;

/// <summary>
/// Kestrel, and of ASP.NET nothing around it: no host, configuration, logging or routing, which a program with a handful of paths has no
/// use for and would pay for in memory and start time. HTTP/1.1, which probes, scrapers, agents and API servers that call webhooks speak.
/// </summary>
public sealed class HttpServer : IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    readonly ServiceProvider _services;
    readonly IServer _server;

    HttpServer(ServiceProvider services) => (_services, _server) = (services, services.GetRequiredService<IServer>());

    /// <summary>The port of the first endpoint: the one asked for, or a free one if that was 0.</summary>
    public int Port => new Uri(_server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First()).Port;

    /// <summary>Listens from now on.</summary>
    /// <param name="endpoints">Where.</param>
    /// <param name="handle">Answers a request. What it throws is answered with 500.</param>
    /// <param name="cancel">Gives up starting.</param>
    /// <exception cref="IOException">A port is taken.</exception>
    public static async Task<HttpServer> Start(IReadOnlyList<HttpEndpoint> endpoints, RequestDelegate handle, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(handle);
        var server = new HttpServer(KestrelServices.Provide(kestrel =>
        {
            kestrel.AddServerHeader = false;
            foreach (var endpoint in endpoints) Listen(kestrel, endpoint);
        }));
        try
        {
            await server._server.StartAsync(new Application(handle), cancel);
            return server;
        }
        catch
        {
            await server._services.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops listening and waits a moment for requests in flight.</summary>
    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        await _server.StopAsync(patience.Token);
        await _services.DisposeAsync();
    }

    static void Listen(KestrelServerOptions kestrel, HttpEndpoint endpoint)
    {
        if (endpoint.Address is { } address) kestrel.Listen(address, endpoint.Port, Configure);
        else kestrel.ListenAnyIP(endpoint.Port, Configure);

        void Configure(ListenOptions listen)
        {
            listen.Protocols = HttpProtocols.Http1;
            if (endpoint.Certificate is not { } certificate) return;
            listen.UseHttps(new TlsHandshakeCallbackOptions
            {
                OnConnection = _ => certificate() is { } current
                    ? new(new SslServerAuthenticationOptions { ServerCertificateContext = current })
                    : throw new AuthenticationException($"There is no certificate yet to serve port {endpoint.Port} with."),
            });
        }
    }

    sealed class Application(RequestDelegate handle) : IHttpApplication<HttpContext>
    {
        public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

        public Task ProcessRequestAsync(HttpContext context) => handle(context);

        public void DisposeContext(HttpContext context, Exception? exception)
        {
            // It holds nothing of its own.
        }
    }
}
