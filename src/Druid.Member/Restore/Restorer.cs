using Druid.Member.Configuration;
using Druid.Member.Data;
using Druid.Member.Snapshots;
using Druid.Member.Stores;
using Serilog;

namespace Druid.Member.Restore;

/// <summary>What was restored.</summary>
/// <param name="Revision">The revision that the data is at.</param>
/// <param name="Base">The full snapshot.</param>
/// <param name="Deltas">How many deltas were applied.</param>
/// <param name="Events">How many events they had, as far as this run applied them.</param>
sealed record Restored(long Revision, Snapshot Base, int Deltas, long Events);

/// <summary>
/// Makes a data directory of what a store holds: etcd's own tool makes one of the full snapshot, a private etcd applies the
/// deltas, the tool makes the final one of the result, and only then it is moved to its place. What was done is taken up
/// again after an interruption, as long as the full snapshot is still the one to restore.
/// </summary>
sealed class Restorer(IObjectStore store, RestoreOptions options, ILogger log, TimeProvider time)
{
    const int CopyBuffer = 256 << 10;
    const string PeerUrl = "http://127.0.0.1:2380";

    string Stage => Path.Combine(options.WorkDirectory, "etcd");

    // Names the full snapshot that the stage was made of; written once it was.
    string StageMark => Path.Combine(options.WorkDirectory, "base");

    /// <summary>Restores the best there is.</summary>
    /// <exception cref="RestoreException">There is nothing to restore, or what there is is damaged.</exception>
    /// <exception cref="StoreException">The store does not answer.</exception>
    public async Task<Restored> Restore(CancellationToken cancel)
    {
        var snapshots = await SnapshotList.Read(store, cancel);
        var best = snapshots.Chain(options.UpTo) ?? throw new RestoreException(NothingToRestore(store, options));
        var failure = default(Exception);
        // Another full snapshot will do as well where deltas lead from it to the same revision.
        foreach (var chain in snapshots.Chains(options.UpTo).Where(c => c.LastRevision == best.LastRevision))
        {
            try
            {
                return await Restore(chain, cancel);
            }
            catch (Exception damage) when (damage is RestoreException or InvalidDataException or StoreException { Error: StoreError.NotFound })
            {
                log.Error("{Base} cannot be restored: {Reason}", chain.Base.Path, damage.Message);
                failure ??= damage;
            }
        }
        throw new RestoreException(failure!.Message, failure);
    }

    /// <summary>Why there is nothing to restore where there is no chain.</summary>
    internal static string NothingToRestore(IObjectStore store, RestoreOptions options) => options.UpTo is { } limit
        ? $"{store.Description} has no full snapshot of revision {limit} or before"
        : $"{store.Description} has no full snapshot";

    /// <summary>Restores a chain.</summary>
    /// <exception cref="RestoreException">It is damaged, or etcd refuses it.</exception>
    public async Task<Restored> Restore(SnapshotChain chain, CancellationToken cancel)
    {
        if (Directory.Exists(options.DataDirectory)) throw new RestoreException($"{options.DataDirectory} exists: nothing is restored over it");
        if (chain.Gap is { } gap) log.Warning("Revision {Revision} is in no snapshot, so later ones cannot be restored", gap);
        log.Information("Restores {Base} and {Deltas} deltas up to revision {Revision}", chain.Base.Path, chain.Deltas.Count, chain.LastRevision);
        var (revision, events) = (0L, 0L);
        var target = Path.Combine(options.WorkDirectory, "restored");
        RemoveDirectory(target);
        if (chain.Deltas.Count == 0)
        {
            await RestoreBase(chain.Base, target, options, cancel);
            revision = Revision(target);
        }
        else
        {
            (revision, events) = await ApplyDeltas(chain, cancel);
            await StockTool.Restore(Database(Stage), hashed: false, target, options, cancel);
        }
        if (revision < chain.LastRevision || revision > (options.UpTo ?? long.MaxValue))
            throw new RestoreException($"{chain.Base.Path} leads to revision {revision} instead of {chain.LastRevision}: the snapshot is not what its name says");
        Directory.Move(target, options.DataDirectory);
        RemoveDirectory(options.WorkDirectory);
        log.Information("Restored {Directory} at revision {Revision}", options.DataDirectory, revision);
        return new(revision, chain.Base, chain.Deltas.Count, events);
    }

    /// <summary>Restores a chain to the stage only, and returns the revision and how many events were applied.</summary>
    internal async Task<(long Revision, long Events)> ApplyDeltas(SnapshotChain chain, CancellationToken cancel)
    {
        var replay = Replay();
        if (await PrepareStage(chain.Base, cancel))
        {
            log.Information("An earlier restore of {Base} is taken up at revision {Revision}", chain.Base.Name, await replay.Resume(disarm: true, cancel));
        }
        else
        {
            await replay.Resume(disarm: true, cancel);
        }
        var reached = Revision(Stage);
        var left = chain.Deltas.Where(d => d.LastRevision > reached).ToList();
        try
        {
            var deltas = DeltaFetcher.Fetch(store, left, Path.Combine(options.WorkDirectory, "deltas"), options.Fetchers, cancel);
            return (await replay.Apply(deltas, options.UpTo ?? long.MaxValue, cancel), replay.Events);
        }
        catch (RestoreException)
        {
            // What is in the log now may be a part of something damaged.
            RemoveDirectory(options.WorkDirectory);
            throw;
        }
    }

    internal DeltaReplay Replay() => new(Stage, new PrivateEtcd(Stage, options.WorkDirectory, options, log, time), log);

    internal string StageDirectory => Stage;

    /// <summary>Makes the stage; true when it was there already.</summary>
    async Task<bool> PrepareStage(Snapshot from, CancellationToken cancel)
    {
        if (File.Exists(StageMark) && await File.ReadAllTextAsync(StageMark, cancel) == from.Path) return true;
        RemoveDirectory(options.WorkDirectory);
        Directory.CreateDirectory(options.WorkDirectory);
        await RestoreBase(from, Stage, options with { Name = "private", PeerUrls = [PeerUrl], InitialCluster = [new MemberUrl("private", PeerUrl)] }, cancel);
        await File.WriteAllTextAsync(StageMark, from.Path, cancel);
        return false;
    }

    async Task RestoreBase(Snapshot from, string target, RestoreOptions identity, CancellationToken cancel)
    {
        Directory.CreateDirectory(options.WorkDirectory);
        var file = Path.Combine(options.WorkDirectory, "base.db");
        try
        {
            await Fetch(from, file, cancel);
            RemoveDirectory(target);
            // The hash was checked while the snapshot was fetched.
            await StockTool.Restore(file, hashed: false, target, identity, cancel);
        }
        finally
        {
            File.Delete(file);
        }
    }

    async Task Fetch(Snapshot from, string file, CancellationToken cancel)
    {
        await using var content = from.Compression.Decompress(await store.Read(from.Path, cancel));
        await using var checkedContent = options.SkipHashCheck ? content : new HashedStream(content, from.Path);
        await using var target = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.None, 1, FileOptions.Asynchronous);
        await checkedContent.CopyToAsync(target, CopyBuffer, cancel);
    }

    static string Database(string dataDirectory) => Path.Combine(dataDirectory, "member", "snap", "db");

    static long Revision(string dataDirectory) => EtcdDatabase.Read(Database(dataDirectory)).Revision;

    static void RemoveDirectory(string path)
    {
        if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
    }
}
