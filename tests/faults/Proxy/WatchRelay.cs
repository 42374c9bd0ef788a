using System.Text;
using Microsoft.AspNetCore.Http;

namespace Druid.FaultTests.Proxy;

/// <summary>Passes the events of one watch on, one line each, with what befalls them.</summary>
sealed class WatchRelay(FaultProxy proxy, Call call, HttpContext context)
{
    // Long enough for something else to happen that is told although the dropped event was not.
    static readonly TimeSpan Forgetting = TimeSpan.FromMilliseconds(300);

    static readonly byte[] Gone = Encoding.UTF8.GetBytes("""{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"too old resource version","reason":"Expired","code":410}}""" + "\n");

    /// <summary>Until the watch ends or breaks.</summary>
    public async Task Run(Stream events, CancellationToken cancel)
    {
        using var forgotten = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var reader = new StreamReader(events, Encoding.UTF8);
        string? before = null;
        await context.Response.Body.FlushAsync(cancel);
        try
        {
            while (await reader.ReadLineAsync(forgotten.Token) is { } line)
            {
                await proxy.Unheld(cancel);
                if (IsBookmark(line))
                {
                    if (proxy.Faults.HasBookmarks) await Tell(line, cancel);
                    continue;
                }
                switch (proxy.FaultOf(call))
                {
                    case WatchFault.Drop:
                        forgotten.CancelAfter(Forgetting);
                        continue;
                    case WatchFault.Duplicate:
                        await Tell(line, cancel);
                        break;
                    case WatchFault.Replay when before is not null:
                        await Tell(line, cancel);
                        line = before;
                        break;
                    case WatchFault.Break:
                        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(line).AsMemory(0, line.Length / 2), cancel);
                        await context.Response.Body.FlushAsync(cancel);
                        context.Abort();
                        return;
                    case WatchFault.Expire:
                        await Write(Gone, cancel);
                        return;
                }
                await Tell(line, cancel);
                before = line;
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            await Write(Gone, cancel);
        }
    }

    static bool IsBookmark(string line) => line.StartsWith("""{"type":"BOOKMARK""", StringComparison.Ordinal);

    Task Tell(string line, CancellationToken cancel) => Write(Encoding.UTF8.GetBytes(line + "\n"), cancel);

    async Task Write(byte[] bytes, CancellationToken cancel)
    {
        await context.Response.Body.WriteAsync(bytes, cancel);
        await context.Response.Body.FlushAsync(cancel);
    }
}
