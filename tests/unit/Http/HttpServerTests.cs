using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Druid.Http;
using Microsoft.AspNetCore.Http;

namespace Druid.UnitTests.Http;

public sealed class HttpServerTests
{
    [Fact]
    public async Task Requests_are_answered_on_a_free_port_of_the_address()
    {
        await using var server = await HttpServer.Start([new(0, IPAddress.Loopback)], Echo, default);
        using var client = new HttpClient();
        using var answer = await client.PostAsync($"http://127.0.0.1:{server.Port}/path?q=1", new StringContent("body"));
        Assert.Equal("POST http /path ?q=1 body", await answer.Content.ReadAsStringAsync());
        Assert.False(answer.Headers.Contains("Server"));
    }

    [Fact]
    public async Task What_a_handler_throws_is_answered_with_500_and_the_next_request_as_ever()
    {
        await using var server = await HttpServer.Start(
            [new(0, IPAddress.Loopback)], context => context.Request.Path == "/bad" ? throw new InvalidOperationException("no") : Echo(context), default);
        using var client = new HttpClient { BaseAddress = new($"http://127.0.0.1:{server.Port}") };
        Assert.Equal(HttpStatusCode.InternalServerError, (await client.GetAsync("/bad")).StatusCode);
        Assert.Equal("GET http /good  ", await client.GetStringAsync("/good"));
    }

    [Fact]
    public async Task The_certificate_is_the_one_of_the_moment_and_without_one_nothing_is_served()
    {
        SslStreamCertificateContext? current = null;
        await using var server = await HttpServer.Start([new(0, IPAddress.Loopback, () => current)], Echo, default);
        await Assert.ThrowsAnyAsync<IOException>(() => Handshake(server.Port));
        foreach (var name in new[] { "first", "second" })
        {
            current = Certificate(name);
            Assert.Equal($"CN={name}", await Handshake(server.Port));
        }
    }

    [Fact]
    public async Task Several_endpoints_are_one_server_and_a_handler_sees_which_was_asked()
    {
        var certificate = Certificate("tls");
        var free = FreePort();
        await using var server = await HttpServer.Start([new(0, IPAddress.Loopback), new(free, IPAddress.Loopback, () => certificate)], Echo, default);
        using var client = new HttpClient(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.Subject == "CN=tls" } });
        Assert.Equal("GET http /  ", await client.GetStringAsync($"http://127.0.0.1:{server.Port}/"));
        Assert.Equal("GET https /  ", await client.GetStringAsync($"https://127.0.0.1:{free}/"));
    }

    [Fact]
    public async Task A_port_that_is_taken_is_an_error_that_names_it()
    {
        await using var first = await HttpServer.Start([new(0, IPAddress.Loopback)], Echo, default);
        var failure = await Assert.ThrowsAsync<IOException>(() => HttpServer.Start([new(first.Port, IPAddress.Loopback)], Echo, default));
        Assert.Contains($":{first.Port}", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Once_disposed_nobody_listens()
    {
        var server = await HttpServer.Start([new(0, IPAddress.Loopback)], Echo, default);
        var port = server.Port;
        await server.DisposeAsync();
        using var socket = new TcpClient();
        await Assert.ThrowsAsync<SocketException>(() => socket.ConnectAsync(IPAddress.Loopback, port));
    }

    static async Task Echo(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        await context.Response.WriteAsync($"{context.Request.Method} {context.Request.Scheme} {context.Request.Path} {context.Request.QueryString} {body}", context.RequestAborted);
    }

    static async Task<string> Handshake(int port)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, port);
        var subject = "";
        await using var tls = new SslStream(socket.GetStream(), false, (_, shown, _, _) => (subject = shown?.Subject ?? "").Length > 0);
        await tls.AuthenticateAsClientAsync("localhost");
        return subject;
    }

    static SslStreamCertificateContext Certificate(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        return SslStreamCertificateContext.Create(request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1)), null);
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
