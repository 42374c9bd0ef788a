using System.Runtime.CompilerServices;
using Druid.Member.Snapshots;
using Druid.Member.Stores;

namespace Druid.Member.Restore;

/// <summary>Fetches deltas to files, some at a time, and hands them out in their order.</summary>
static class DeltaFetcher
{
    const int CopyBuffer = 256 << 10;

    /// <summary>The deltas, decompressed as they are read; each is closed, and its file removed, before the next one.</summary>
    public static async IAsyncEnumerable<(Snapshot Delta, Stream Content)> Fetch(
        IObjectStore store, IReadOnlyList<Snapshot> deltas, string directory, int fetchers, [EnumeratorCancellation] CancellationToken cancel)
    {
        Directory.CreateDirectory(directory);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var under = new Queue<(Snapshot Delta, Task<string> File)>();
        var next = 0;
        try
        {
            while (next < deltas.Count || under.Count > 0)
            {
                for (; next < deltas.Count && under.Count < fetchers; next++) under.Enqueue((deltas[next], Fetch(store, deltas[next], directory, ended.Token)));
                var (delta, fetched) = under.Dequeue();
                var file = await fetched;
                yield return (delta, delta.Compression.Decompress(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, CopyBuffer, FileOptions.DeleteOnClose | FileOptions.Asynchronous)));
            }
        }
        finally
        {
            await ended.CancelAsync();
            // Whatever comes of them now: nobody waits for it any more.
            await ((Task)Task.WhenAll(under.Select(u => u.File))).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    static async Task<string> Fetch(IObjectStore store, Snapshot delta, string directory, CancellationToken cancel)
    {
        var path = Path.Combine(directory, delta.Name);
        await using var source = await store.Read(delta.Path, cancel);
        await using var target = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, CopyBuffer, FileOptions.Asynchronous);
        await source.CopyToAsync(target, CopyBuffer, cancel);
        return path;
    }
}
