using System.Collections.Concurrent;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Druid.EnvtestTests.Installed;

/// <summary>A span as a collector gets it.</summary>
/// <param name="Trace">The trace, in hexadecimal.</param>
/// <param name="Id">Its own id.</param>
/// <param name="Parent">The span around it; empty for the outermost.</param>
/// <param name="Name">What it is called.</param>
sealed record Span(string Trace, string Id, string Parent, string Name);

/// <summary>Receives traces as a collector does: OTLP over HTTP, in protocol buffers. Of these it reads what tests look at.</summary>
sealed class SpanCollector : IAsyncDisposable
{
    readonly WebApplication app;
    readonly ConcurrentQueue<Span> spans = [];

    SpanCollector(WebApplication app) => this.app = app;

    /// <summary>Where it listens.</summary>
    public Uri Address => new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <summary>All spans so far.</summary>
    public IReadOnlyCollection<Span> All => spans;

    public static async Task<SpanCollector> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var collector = new SpanCollector(app);
        app.MapPost("/v1/traces", collector.Receive);
        await app.StartAsync();
        return collector;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    async Task Receive(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        // ExportTraceServiceRequest.resource_spans, ResourceSpans.scope_spans, ScopeSpans.spans.
        foreach (var span in Messages(body.ToArray(), 1).SelectMany(r => Messages(r, 2)).SelectMany(s => Messages(s, 2)))
        {
            spans.Enqueue(new(Hex(span, 1), Hex(span, 2), Hex(span, 4), System.Text.Encoding.UTF8.GetString(Messages(span, 5).Single())));
        }
    }

    static string Hex(byte[] message, int field) => Convert.ToHexString(Messages(message, field).FirstOrDefault([]));

    static IEnumerable<byte[]> Messages(byte[] message, int field)
    {
        using var input = new CodedInputStream(message);
        while (input.ReadTag() is not 0 and var tag)
        {
            if (WireFormat.GetTagFieldNumber(tag) == field && WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited)
            {
                yield return input.ReadBytes().ToByteArray();
            }
            else
            {
                input.SkipLastField();
            }
        }
    }
}
