using Druid.Member.Metrics;
using Druid.Member.Snapshots;
using Druid.Member.Stores;
using Serilog;

namespace Druid.Member.Maintenance;

/// <summary>Removes snapshots that are not kept any more, and what interrupted uploads left.</summary>
sealed class GarbageCollector(IObjectStore store, RetentionOptions options, BackupMetrics metrics, ILogger log, TimeProvider time)
{
    // Parts are removed once they are this old: until then their upload may still be at work.
    static readonly TimeSpan UploadTime = TimeSpan.FromHours(1);

    /// <summary>Collects again and again until cancelled. Failures wait for the next time.</summary>
    public async Task Run(CancellationToken cancel)
    {
        if (options.Period < TimeSpan.FromSeconds(1)) return;
        while (true)
        {
            await Task.Delay(options.Period, time, cancel);
            try
            {
                await Collect(cancel);
            }
            catch (StoreException unavailable)
            {
                metrics.Failure();
                log.Warning("Garbage is collected next time: {Reason}", unavailable.Message);
            }
        }
    }

    /// <summary>Collects once.</summary>
    /// <returns>How many objects were removed.</returns>
    /// <exception cref="StoreException">The store cannot be listed.</exception>
    public async Task<int> Collect(CancellationToken cancel)
    {
        var list = await SnapshotList.Read(store, cancel);
        var now = time.GetUtcNow();
        var removed = 0;
        foreach (var snapshot in Retention.Garbage(list.All, options, now))
            removed += await Remove(snapshot.Path, snapshot.Kind == SnapshotKind.Full ? "Full" : "Incr", cancel);
        // The segments of a large object in Swift are no leftovers while the object is there.
        var whole = list.All.Select(s => s.Path).ToHashSet();
        foreach (var (chunk, of) in list.Chunks.Where(c => !whole.Contains(c.Whole.Path) && c.Object.Modified < now - UploadTime && !(c.Object.ImmutableUntil > now)))
        {
            log.Information("{Chunk} is a part of {Snapshot}, whose upload never ended", chunk.Name, of.Name);
            removed += await Remove(chunk.Name, "Chunk", cancel);
        }
        if (removed > 0) log.Information("Garbage collection removed {Count} objects", removed);
        return removed;
    }

    async Task<int> Remove(string name, string kind, CancellationToken cancel)
    {
        try
        {
            await store.Delete(name, cancel);
            metrics.Collected(kind, true);
            return 1;
        }
        catch (StoreException held) when (held.Error == StoreError.Immutable)
        {
            log.Debug("{Name} is kept by the store's retention: {Reason}", name, held.Message);
            return 0;
        }
        catch (StoreException failure)
        {
            metrics.Collected(kind, false);
            log.Warning("{Name} could not be removed: {Reason}", name, failure.Message);
            return 0;
        }
    }
}
