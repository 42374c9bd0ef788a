using Druid.Member.Data;
using Druid.Member.Metrics;
using Druid.Member.Snapshots;
using Druid.Member.Stores;
using Serilog;

namespace Druid.Member.Restore;

/// <summary>
/// Replaces a full snapshot and its deltas by one new full snapshot, without the cluster: restores them, forgets all revisions
/// but the last, rewrites the database without its holes and stores it.
/// </summary>
sealed class Compactor(IObjectStore store, RestoreOptions options, ISnapshotLeases leases, BackupMetrics metrics, ILogger log, TimeProvider time)
{
    /// <summary>Compacts what the store holds.</summary>
    /// <param name="defragment">Whether the database is rewritten too.</param>
    /// <param name="limits">How long steps may take.</param>
    /// <param name="cancel">Ends it. What was done is taken up by the next one.</param>
    /// <returns>The new snapshot.</returns>
    /// <exception cref="RestoreException">There is nothing to compact, or what there is is damaged.</exception>
    /// <exception cref="StoreException">The store does not answer.</exception>
    public async Task<Snapshot> Compact(bool defragment, CompactLimits limits, CancellationToken cancel)
    {
        var chain = (await SnapshotList.Read(store, cancel)).Chain() ?? throw new RestoreException($"{store.Description} has no full snapshot, so there is nothing to compact");
        log.Information("Compacts {Base} and {Deltas} deltas up to revision {Revision}", chain.Base.Path, chain.Deltas.Count, chain.LastRevision);
        var restorer = new Restorer(store, options, log, time);
        var revision = (await metrics.Restoration.Time(time, () => restorer.ApplyDeltas(chain, cancel), "restore=\"single_node\"")).Revision;
        await restorer.Replay().Compact(cancel);
        if (defragment) await Within(limits.Defragmentation, "--etcd-defrag-timeout", limit => StockTool.Defragment(restorer.StageDirectory, limit), cancel);

        var named = new Snapshot
        {
            Kind = SnapshotKind.Full,
            StartRevision = 0,
            LastRevision = revision,
            CreatedOn = time.GetUtcNow(),
            Compression = chain.Latest.Compression,
            IsFinal = chain.Base.IsFinal,
        };
        var full = named;
        await Within(limits.Snapshot, "--etcd-snapshot-timeout", async limit => full = await Store(named, new DataDirectory(restorer.StageDirectory).Database, limit), cancel);
        Directory.Delete(options.WorkDirectory, recursive: true);
        // The cluster's agents may have stored a newer one meanwhile.
        if ((await SnapshotList.Read(store, cancel)).Chain()?.Base.Path == full.Path) await leases.NoteFull(full, cancel);
        log.Information("Full snapshot {Snapshot} takes the place of {Base} and {Deltas} deltas: {Stored} bytes stored", full.Path, chain.Base.Name, chain.Deltas.Count, full.Size);
        return full;
    }

    async Task<Snapshot> Store(Snapshot named, string database, CancellationToken cancel)
    {
        var start = time.GetTimestamp();
        var succeeded = false;
        try
        {
            await using var content = new TrailedFileStream(database);
            var full = await SnapshotUpload.Upload(store, named, content, cancel);
            succeeded = true;
            metrics.Stored(full, [], content.Count);
            return full;
        }
        finally
        {
            metrics.Took(SnapshotKind.Full, time.GetElapsedTime(start), succeeded);
        }
    }

    async Task Within(TimeSpan limit, string flag, Func<CancellationToken, Task> step, CancellationToken cancel)
    {
        using var late = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, late.Token);
        try
        {
            await step(either.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new RestoreException($"a step of the compaction took longer than the {limit} that {flag} allows");
        }
    }
}

/// <summary>How long steps of a compaction may take.</summary>
/// <param name="Defragmentation">Rewriting the database.</param>
/// <param name="Snapshot">Storing the new snapshot.</param>
sealed record CompactLimits(TimeSpan Defragmentation, TimeSpan Snapshot);
