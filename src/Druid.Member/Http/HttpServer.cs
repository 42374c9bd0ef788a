using System.Net.Security;
using Druid.Member.Tls;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Druid.Member.Http;

/// <summary>
/// An HTTP/1.1 server on one port of all interfaces: Kestrel without routing, configuration files and logging, because an
/// agent is to be small and has a handful of paths. Signals stay with the agent.
/// </summary>
sealed class HttpServer : IAsyncDisposable
{
    readonly WebApplication _app;

    HttpServer(WebApplication app) => _app = app;

    /// <summary>The port that is listened on: the one asked for, or a free one if that was 0.</summary>
    public int Port =>
        new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;

    /// <summary>Listens from now on.</summary>
    /// <param name="port">TCP port; 0 for a free one.</param>
    /// <param name="identity">Certificate to serve TLS with; null serves plain HTTP.</param>
    /// <param name="handle">Answers a request.</param>
    /// <param name="cancel">Gives up starting.</param>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<HttpServer> Start(int port, PemKeyPair? identity, RequestDelegate handle, CancellationToken cancel)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.ListenAnyIP(port, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                if (identity is not null)
                    listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => new(Authentication(identity)) });
            });
        });
        var app = builder.Build();
        app.Run(handle);
        try
        {
            await app.StartAsync(cancel);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
        return new(app);
    }

    static SslServerAuthenticationOptions Authentication(PemKeyPair identity) => new() { ServerCertificateContext = identity.Current };

    /// <summary>Stops listening and waits a moment for requests in flight.</summary>
    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _app.StopAsync(patience.Token);
        await _app.DisposeAsync();
    }

    sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
