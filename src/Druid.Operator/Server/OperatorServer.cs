using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Druid.Operator.Server;

/// <summary>Serves <c>/healthz</c>, <c>/readyz</c> and <c>/metrics</c>.</summary>
sealed class OperatorServer : IAsyncDisposable
{
    readonly WebApplication app;

    /// <param name="address">The address to bind; empty for all.</param>
    /// <param name="port">The port; 0 for a free one.</param>
    /// <param name="metrics">What <c>/metrics</c> shows.</param>
    /// <param name="ready">Why the operator is not ready; null when it is.</param>
    public OperatorServer(string address, int port, PrometheusText metrics, Func<string?> ready)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            if (address.Length == 0)
            {
                kestrel.ListenAnyIP(port);
            }
            else
            {
                kestrel.Listen(IPAddress.Parse(address), port);
            }
        });
        app = builder.Build();
        app.Run(context => context.Request.Path.Value switch
        {
            "/healthz" => Text(context, 200, "ok"),
            "/readyz" => ready() is { } reason ? Text(context, 503, reason) : Text(context, 200, "ok"),
            "/metrics" => Text(context, 200, metrics.Write(), "text/plain; version=0.0.4; charset=utf-8"),
            _ => Text(context, 404, "There are /healthz, /readyz and /metrics."),
        });
    }

    public Task Start(CancellationToken cancel) => app.StartAsync(cancel);

    public ValueTask DisposeAsync() => app.DisposeAsync();

    static Task Text(HttpContext context, int status, string text, string type = "text/plain; charset=utf-8")
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        return context.Response.WriteAsync(text);
    }
}
