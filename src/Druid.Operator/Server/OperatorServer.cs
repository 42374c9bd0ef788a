using System.Net;
using System.Net.Security;
using Druid.Http;
using Microsoft.AspNetCore.Http;

namespace Druid.Operator.Server;

/// <summary>Serves <c>/healthz</c>, <c>/readyz</c> and <c>/metrics</c> in plain HTTP, and webhooks over TLS on a port of their own.</summary>
static class OperatorServer
{
    /// <summary>Serves from now on.</summary>
    /// <param name="address">The address to bind; empty for all.</param>
    /// <param name="port">The port; 0 for a free one.</param>
    /// <param name="metrics">What <c>/metrics</c> shows.</param>
    /// <param name="ready">Why the operator is not ready; null when it is.</param>
    /// <param name="webhooks">What is served over TLS; null for nothing.</param>
    /// <param name="cancel">Gives up starting.</param>
    /// <exception cref="IOException">A port is taken.</exception>
    public static Task<HttpServer> Start(
        string address, int port, PrometheusText metrics, Func<string?> ready, TlsService? webhooks, CancellationToken cancel) =>
        HttpServer.Start(
            webhooks is null ? [new(port, Address(address))] : [new(port, Address(address)), new(webhooks.Port, Address(webhooks.Address), webhooks.Certificate)],
            context => context.Request.IsHttps ? webhooks!.Handle(context) : context.Request.Path.Value switch
            {
                "/healthz" => Text(context, 200, "ok"),
                "/readyz" => ready() is { } reason ? Text(context, 503, reason) : Text(context, 200, "ok"),
                "/metrics" => Text(context, 200, metrics.Write(), "text/plain; version=0.0.4; charset=utf-8"),
                _ => Text(context, 404, "There are /healthz, /readyz and /metrics."),
            },
            cancel);

    static IPAddress? Address(string text) => text.Length == 0 ? null : IPAddress.Parse(text);

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
