using Druid.Member.Configuration;
using Druid.Member.Data;
using Druid.Member.Metrics;
using Druid.Member.Restore;
using Druid.Member.Snapshots;
using Druid.Member.Stores;
using Serilog;

namespace Druid.Member.Membership;

/// <summary>What a member can be restored from, and the restoring.</summary>
/// <param name="store">The store; null for none.</param>
/// <param name="options">How to restore, save for the member that it is for.</param>
/// <param name="metrics">Where restores are counted.</param>
/// <param name="log">The log.</param>
/// <param name="time">Clock of waits and metrics.</param>
sealed class BackupSource(IObjectStore? store, RestoreSettings options, BackupMetrics metrics, ILogger log, TimeProvider time)
{
    /// <summary>Looks into the store.</summary>
    public async Task<BackupState> Look(CancellationToken cancel)
    {
        if (store is null) return new BackupState.None();
        try
        {
            return (await SnapshotList.Read(store, cancel)).Chain() is { } chain ? new BackupState.Reaches(chain.LastRevision) : new BackupState.Empty();
        }
        catch (StoreException unavailable)
        {
            return new BackupState.Unknown(unavailable.Message);
        }
    }

    /// <summary>Restores the data of a member as one of the given cluster.</summary>
    /// <exception cref="RestoreException">The backups are damaged.</exception>
    /// <exception cref="StoreException">The store does not answer.</exception>
    public async Task Restore(string member, ClusterConfig config, IReadOnlyList<MemberUrl> cluster, DataDirectory data, CancellationToken cancel)
    {
        var restorer = new Restorer(store!, options.For(data.Path) with
        {
            Name = member,
            PeerUrls = config.PeerUrls(member),
            InitialCluster = cluster,
            Token = config.Token,
        }, log, time);
        log.Warning("The data of {Member} is restored from {Store}", member, store!.Description);
        await metrics.Restoration.Time(time, () => restorer.Restore(cancel), "restore=\"single_node\"");
    }
}
