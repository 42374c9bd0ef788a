using Druid.Member.Metrics;
using Druid.Member.Restore;
using Serilog;

namespace Druid.Member.Data;

/// <summary>
/// Validates a data directory before etcd starts on it. A quick look reads who the data belongs to and that log and database
/// begin as they should; a full one reads every record of the log and every page of the database.
/// </summary>
/// <param name="settings">Where to work, and how a private etcd runs.</param>
/// <param name="safeGuard">What the volume must be marked with, or is marked with if it is not: the pod's namespace, so that a volume that is mounted into the wrong cluster is noticed.</param>
/// <param name="metrics">Where validations are counted.</param>
/// <param name="log">The log.</param>
/// <param name="time">Clock of the metrics.</param>
sealed class DataValidator(RestoreSettings settings, string safeGuard, BackupMetrics metrics, ILogger log, TimeProvider time)
{
    /// <summary>Looks at the data.</summary>
    /// <exception cref="IOException">It is another cluster's volume, or it cannot be read.</exception>
    public async Task<DataState> Validate(DataDirectory data, bool full, CancellationToken cancel)
    {
        var start = time.GetTimestamp();
        CheckSafeGuard(data);
        var state = await Task.Run(() => Look(data, full, cancel), cancel);
        metrics.Validation.Record(time.GetElapsedTime(start), state is not DataState.Unreadable);
        if (state is DataState.Unreadable broken) log.Error("The data is broken: {Reason}", broken.Reason);
        return state;
    }

    /// <summary>
    /// The revision of sound data. What is only in the log counts too: where the database alone is behind the revision that is
    /// asked for, an etcd applies the log to it first, as it would when it starts.
    /// </summary>
    /// <returns>Null while another etcd runs on the data.</returns>
    public async Task<long?> Revision(DataDirectory data, long atLeast, CancellationToken cancel)
    {
        var revision = EtcdDatabase.Read(data.Database).Revision;
        if (revision >= atLeast) return revision;
        if (data.IsInUse()) return null;
        log.Information("The database is at revision {Revision} and the backups reach {Backup}: etcd applies its log first", revision, atLeast);
        var options = settings.For(data.Path);
        return await new DeltaReplay(data.Path, new PrivateEtcd(data.Path, settings.WorkDirectory, options, log, time), log).Resume(disarm: false, cancel);
    }

    static DataState Look(DataDirectory data, bool full, CancellationToken cancel)
    {
        var state = data.Inspect();
        if (state is not DataState.Of || data.IsInUse()) return state;
        try
        {
            if (full) data.Verify(cancel);
            else _ = EtcdDatabase.Read(data.Database);
            return state;
        }
        catch (Exception broken) when (broken is InvalidDataException or FileNotFoundException or DirectoryNotFoundException)
        {
            return new DataState.Unreadable(broken.Message);
        }
    }

    void CheckSafeGuard(DataDirectory data)
    {
        var path = Path.Combine(data.Volume, "safe_guard");
        if (!File.Exists(path))
        {
            if (Directory.Exists(data.Volume)) File.WriteAllText(path, safeGuard);
            return;
        }
        if (File.ReadAllText(path).Trim() is var found && found != safeGuard)
            throw new IOException($"the volume {data.Volume} belongs to namespace '{found}' and not to '{safeGuard}': mount the right volume, or remove {path} if it is");
    }
}
