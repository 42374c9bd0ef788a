using Druid.Member.Snapshots;
using Druid.Member.Stores;
using Serilog;

namespace Druid.Member.Backups;

/// <summary>What to copy.</summary>
sealed record BackupCopyOptions
{
    /// <summary>How many backups, the newest first; null for all. A backup is a full snapshot with the deltas up to the next.</summary>
    public int? Newest { get; init; }

    /// <summary>Only those whose full snapshot is not older; null for all.</summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>Snapshots that are copied at a time.</summary>
    public int Parallel { get; init; } = 10;

    /// <summary>Whether to wait until the source has a final full snapshot.</summary>
    public bool WaitsForFinal { get; init; }

    /// <summary>How long to wait for it, before what there is is copied; null for ever.</summary>
    public TimeSpan? WaitLimit { get; init; }
}

/// <summary>
/// Copies backups from one store to another. What is there already with the same size is left alone, so a copy that was
/// interrupted goes on where it stopped; a final snapshot becomes an ordinary one, as it is not the last of its new owner.
/// </summary>
sealed class BackupCopy(IObjectStore source, IObjectStore destination, BackupCopyOptions options, TimeProvider time, ILogger log)
{
    static readonly TimeSpan FinalPoll = TimeSpan.FromSeconds(15);

    // The final snapshot need not be the newest one: a scheduled one may have been on its way.
    const int FinalCandidates = 4;

    /// <summary>Waits if it is to, and copies.</summary>
    /// <returns>The number of snapshots that were copied.</returns>
    /// <exception cref="StoreException">A store fails, or what arrived has another size than what was sent. Whatever else can be copied has been.</exception>
    public async Task<int> Run(CancellationToken cancel)
    {
        if (options.WaitsForFinal) await WaitForFinal(cancel);
        var present = (await SnapshotList.Read(destination, cancel)).All.ToDictionary(snapshot => snapshot.Path, snapshot => snapshot.Size, StringComparer.Ordinal);
        var missing = Chosen((await SnapshotList.Read(source, cancel)).All, options, time.GetUtcNow())
            .Where(snapshot => !present.TryGetValue((snapshot with { IsFinal = false }).Path, out var size) || size != snapshot.Size)
            .ToList();
        log.Information("Copying {Count} snapshots from {Source} to {Destination}", missing.Count, source.Description, destination.Description);
        var failures = new System.Collections.Concurrent.ConcurrentQueue<StoreException>();
        // Full snapshots first: a delta without one is worth nothing.
        await Parallel.ForEachAsync(missing.OrderBy(snapshot => snapshot.Kind), new ParallelOptions { MaxDegreeOfParallelism = options.Parallel, CancellationToken = cancel }, async (snapshot, stop) =>
        {
            try
            {
                await Copy(snapshot, stop);
            }
            catch (StoreException failure)
            {
                log.Error(failure, "{Snapshot} was not copied", snapshot.Path);
                failures.Enqueue(failure);
            }
        });
        return failures.TryDequeue(out var first)
            ? throw new StoreException(first.Error, $"{failures.Count + 1} of {missing.Count} snapshots were not copied; the first failure: {first.Message}", first)
            : missing.Count;
    }

    /// <summary>The snapshots of the backups to copy, of both layouts; without those that are excluded.</summary>
    internal static IEnumerable<Snapshot> Chosen(IEnumerable<Snapshot> all, BackupCopyOptions options, DateTimeOffset now)
    {
        var usable = all.Where(snapshot => !snapshot.IsExcluded).ToList();
        var fulls = usable.Where(snapshot => snapshot.Kind == SnapshotKind.Full).OrderByDescending(snapshot => snapshot.CreatedOn).ThenByDescending(snapshot => snapshot.LastRevision).ToList();
        var chosen = fulls
            .Where(full => options.MaxAge is not { } age || full.CreatedOn > now - age)
            .Take(options.Newest ?? int.MaxValue)
            .ToHashSet();
        foreach (var full in fulls.Where(chosen.Contains)) yield return full;
        foreach (var delta in usable.Where(snapshot => snapshot.Kind == SnapshotKind.Delta))
        {
            // Those before every full snapshot belong to none.
            var owner = fulls.FirstOrDefault(full => full.LastRevision < delta.LastRevision && full.CreatedOn <= delta.CreatedOn);
            if (owner is not null && chosen.Contains(owner)) yield return delta;
        }
    }

    async Task Copy(Snapshot snapshot, CancellationToken cancel)
    {
        var target = (snapshot with { IsFinal = false }).Path;
        var start = time.GetTimestamp();
        long written;
        await using (var content = await source.Read(snapshot.Path, cancel)) written = await destination.Write(target, content, cancel);
        if (snapshot.Size != written)
        {
            await destination.Delete(target, cancel);
            throw new StoreException(StoreError.Other, $"'{snapshot.Path}' has {snapshot.Size} bytes in {source.Description}, but {written} arrived in {destination.Description}: it may have been replaced meanwhile; copy again");
        }
        log.Information("Copied {Snapshot}: {Bytes} bytes in {Seconds:0.0} s", target, written, time.GetElapsedTime(start).TotalSeconds);
    }

    async Task WaitForFinal(CancellationToken cancel)
    {
        var start = time.GetTimestamp();
        log.Information("Waiting for a final full snapshot in {Source}", source.Description);
        while (!await HasFinal(cancel))
        {
            var left = options.WaitLimit is { } limit ? limit - time.GetElapsedTime(start) : TimeSpan.MaxValue;
            if (left <= TimeSpan.Zero)
            {
                log.Warning("There is no final full snapshot after {Limit}; copying what there is", options.WaitLimit);
                return;
            }
            await Task.Delay(left < FinalPoll ? left : FinalPoll, time, cancel);
        }
        log.Information("There is a final full snapshot");
    }

    async Task<bool> HasFinal(CancellationToken cancel) => (await SnapshotList.Read(source, cancel)).All
        .Where(snapshot => snapshot is { Kind: SnapshotKind.Full, IsExcluded: false })
        .TakeLast(FinalCandidates)
        .Any(snapshot => snapshot.IsFinal);
}
