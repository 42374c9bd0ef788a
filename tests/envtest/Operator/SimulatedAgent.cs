using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Druid.EnvtestTests.Operator;

/// <summary>
/// The agents of one cluster where there is no node, behind one address: what the operator sends goes over a real connection. The
/// operator reaches it as <c>spec.backup.port</c> of pods whose address is this machine.
/// </summary>
sealed class SimulatedAgent : IAsyncDisposable
{
    readonly WebApplication app;

    SimulatedAgent(WebApplication app) => this.app = app;

    /// <summary>The port.</summary>
    public int Port => new Uri(app.Urls.Single()).Port;

    /// <summary>What was asked, in order: path and query.</summary>
    public ConcurrentQueue<string> Asked { get; } = [];

    /// <summary>How requests are answered: a status and a text.</summary>
    public Func<string, (int Status, string Text)> Answer { get; set; } = _ => (200, """{"lastRevision":1}""");

    public static async Task<SimulatedAgent> Start(int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        var agent = new SimulatedAgent(builder.Build());
        agent.app.Run(async context =>
        {
            var request = $"{context.Request.Path}{context.Request.QueryString}";
            agent.Asked.Enqueue(request);
            var (status, text) = await Task.Run(() => agent.Answer(request));
            context.Response.StatusCode = status;
            await context.Response.WriteAsync(text);
        });
        await agent.app.StartAsync();
        return agent;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
