using System.Net;
using System.Net.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Druid.Operator.Server;

/// <summary>Serves <c>/healthz</c>, <c>/readyz</c> and <c>/metrics</c> in plain HTTP, and webhooks over TLS on a port of their own.</summary>
sealed class OperatorServer : IAsyncDisposable
{
    readonly WebApplication app;

    /// <param name="address">The address to bind; empty for all.</param>
    /// <param name="port">The port; 0 for a free one.</param>
    /// <param name="metrics">What <c>/metrics</c> shows.</param>
    /// <param name="ready">Why the operator is not ready; null when it is.</param>
    /// <param name="webhooks">What is served over TLS; null for nothing.</param>
    public OperatorServer(string address, int port, PrometheusText metrics, Func<string?> ready, TlsService? webhooks = null)
    {
        // Nothing of a web application but Kestrel: no configuration files, no logging, no routing, all of which cost start time.
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            Listen(kestrel, address, port, _ => { });
            if (webhooks is not null)
            {
                Listen(kestrel, webhooks.Address, webhooks.Port, listen => listen.UseHttps(new TlsHandshakeCallbackOptions
                {
                    OnConnection = _ => webhooks.Certificate() is { } certificate
                        ? new(new SslServerAuthenticationOptions { ServerCertificateContext = certificate })
                        : throw new InvalidOperationException("There is no certificate yet."),
                }));
            }
        });
        app = builder.Build();
        app.Run(context => context.Request.IsHttps ? webhooks!.Handle(context) : context.Request.Path.Value switch
        {
            "/healthz" => Text(context, 200, "ok"),
            "/readyz" => ready() is { } reason ? Text(context, 503, reason) : Text(context, 200, "ok"),
            "/metrics" => Text(context, 200, metrics.Write(), "text/plain; version=0.0.4; charset=utf-8"),
            _ => Text(context, 404, "There are /healthz, /readyz and /metrics."),
        });
    }

    public Task Start(CancellationToken cancel) => app.StartAsync(cancel);

    public ValueTask DisposeAsync() => app.DisposeAsync();

    static void Listen(KestrelServerOptions kestrel, string address, int port, Action<ListenOptions> configure)
    {
        if (address.Length == 0)
        {
            kestrel.ListenAnyIP(port, configure);
        }
        else
        {
            kestrel.Listen(IPAddress.Parse(address), port, configure);
        }
    }

    // Signals are for whoever runs this.
    sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    static Task Text(HttpContext context, int status, string text, string type = "text/plain; charset=utf-8")
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        return context.Response.WriteAsync(text);
    }
}

/// <summary>What is served over TLS.</summary>
/// <param name="Address">The address to bind; empty for all.</param>
/// <param name="Port">The port.</param>
/// <param name="Certificate">What to serve with at this moment; null while there is none.</param>
/// <param name="Handle">Answers requests.</param>
sealed record TlsService(string Address, int Port, Func<SslStreamCertificateContext?> Certificate, RequestDelegate Handle);
