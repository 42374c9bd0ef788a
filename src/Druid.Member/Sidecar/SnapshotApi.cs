using System.Text.Json;
using Druid.Member.Backups;
using Druid.Member.Etcd.Rpc;
using Druid.Member.Snapshots;
using Druid.Member.Stores;
using Microsoft.AspNetCore.Http;

namespace Druid.Member.Sidecar;

/// <summary>Snapshots on demand: taken here if this member leads, else by the leader's agent.</summary>
/// <param name="store">The store; null where none is configured.</param>
/// <param name="prefix">The store's prefix in its container.</param>
/// <param name="snapshotter">Takes them.</param>
/// <param name="leader">The leader's agent.</param>
/// <param name="status">What etcd last said of itself.</param>
sealed class SnapshotApi(IObjectStore? store, string prefix, Snapshotter? snapshotter, LeaderAgent leader, Func<StatusResponse?> status)
{
    /// <summary>
    /// Answers a request for <c>/snapshot/full</c>, <c>/snapshot/delta</c>, <c>/snapshot/latest</c> or <c>/snapshot/verify</c>. The
    /// last needs no leader: it is asked before a recovery, when there is none.
    /// </summary>
    public Task Answer(HttpContext context)
    {
        if (store is null || snapshotter is null) return Text(context, StatusCodes.Status405MethodNotAllowed, "no snapshot store is configured\n");
        if (context.Request.Path == "/snapshot/verify") return Verify(context, store);
        if (!LeaderWork.Leads(status())) return leader.Answer(context);
        return context.Request.Path.Value switch
        {
            "/snapshot/full" => Full(context, snapshotter),
            "/snapshot/delta" => Take(context, snapshotter, SnapshotKind.Delta, isFinal: false),
            _ => Latest(context, store),
        };
    }

    Task Full(HttpContext context, Snapshotter taker)
    {
        var text = context.Request.Query["final"].ToString();
        return text switch
        {
            "" or "0" or "f" or "F" or "false" or "FALSE" or "False" => Take(context, taker, SnapshotKind.Full, isFinal: false),
            "1" or "t" or "T" or "true" or "TRUE" or "True" => Take(context, taker, SnapshotKind.Full, isFinal: true),
            _ => Text(context, StatusCodes.Status400BadRequest, $"final={text} is neither true nor false\n"),
        };
    }

    async Task Take(HttpContext context, Snapshotter taker, SnapshotKind kind, bool isFinal)
    {
        try
        {
            var taken = await taker.Take(kind, isFinal, context.RequestAborted);
            await Json(context, taken is null ? "null"u8.ToArray() : JsonSerializer.SerializeToUtf8Bytes(SnapshotDocument.Of(taken, prefix), SnapshotJson.Default.SnapshotDocument));
        }
        catch (SnapshotException failure)
        {
            await Text(context, StatusCodes.Status500InternalServerError, $"{failure.Message}\n");
        }
    }

    async Task Latest(HttpContext context, IObjectStore from)
    {
        try
        {
            var chain = (await SnapshotList.Read(from, context.RequestAborted)).Chain();
            var latest = new LatestSnapshotsDocument(
                chain is null ? null : SnapshotDocument.Of(chain.Base, prefix), [.. (chain?.Deltas ?? []).Select(d => SnapshotDocument.Of(d, prefix))]);
            await Json(context, JsonSerializer.SerializeToUtf8Bytes(latest, SnapshotJson.Default.LatestSnapshotsDocument));
        }
        catch (StoreException failure)
        {
            await Text(context, StatusCodes.Status500InternalServerError, $"{failure.Message}\n");
        }
    }

    async Task Verify(HttpContext context, IObjectStore from)
    {
        try
        {
            if ((await SnapshotList.Read(from, context.RequestAborted)).Chain() is not { } chain)
            {
                await Text(context, StatusCodes.Status500InternalServerError, $"there is no full snapshot in {from.Description}\n");
                return;
            }
            foreach (var snapshot in (IEnumerable<Snapshot>)[chain.Base, .. chain.Deltas])
            {
                if ((await SnapshotVerification.Verify(from, snapshot, context.RequestAborted)).Damage is { } damage)
                {
                    await Text(context, StatusCodes.Status500InternalServerError,
                        $"{damage}; to restore what lies before it, exclude or remove '{snapshot.Path}' in {from.Description}\n");
                    return;
                }
            }
            await Json(context, JsonSerializer.SerializeToUtf8Bytes(SnapshotDocument.Of(chain.Latest, prefix), SnapshotJson.Default.SnapshotDocument));
        }
        catch (StoreException failure)
        {
            await Text(context, StatusCodes.Status500InternalServerError, $"{failure.Message}\n");
        }
    }

    static Task Json(HttpContext context, byte[] document)
    {
        context.Response.StatusCode = StatusCodes.Status200OK;
        context.Response.ContentType = "application/json";
        return context.Response.Body.WriteAsync(document, context.RequestAborted).AsTask();
    }

    static Task Text(HttpContext context, int code, string text)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(text, context.RequestAborted);
    }
}
