using Druid.Member.Etcd;
using Druid.Member.Etcd.Rpc;
using Google.Protobuf;
using Serilog;

namespace Druid.Member.Snapshots;

/// <summary>
/// Fills a spool with all events of the cluster. A watch that breaks is begun again where it ended. While the spool is full
/// nothing is read: etcd keeps the events as long as it does not compact them.
/// </summary>
sealed class EventWatch(EtcdClient etcd, EventSpool spool, long limit, long most, Action limitReached, ILogger log, TimeProvider time)
{
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    static readonly ByteString All = ByteString.CopyFrom(0);

    readonly Dictionary<long, long?> _leases = [];

    /// <summary>Watches until cancelled.</summary>
    /// <exception cref="EtcdException">With <see cref="EtcdError.Compacted"/>: events are lost to the watch, and only a full snapshot has them.</exception>
    /// <exception cref="IOException">The spool's disk is full, or fails.</exception>
    public async Task Run(CancellationToken cancel)
    {
        var told = "";
        while (true)
        {
            try
            {
                await Watch(cancel);
            }
            catch (EtcdException broken) when (broken.Error != EtcdError.Compacted)
            {
                if (told != broken.Message) log.Warning("The watch of all events ended and begins again: {Reason}", told = broken.Message);
            }
            await Task.Delay(Pause, time, cancel);
        }
    }

    async Task Watch(CancellationToken cancel)
    {
        var request = new WatchCreateRequest { Key = All, RangeEnd = All, StartRevision = spool.WatchFrom, Fragment = true, ProgressNotify = true };
        spool.Rewound();
        await foreach (var response in etcd.Watch(request, cancel))
        {
            if (response.Events.Count == 0) continue;
            await LookUpLeases(response.Events, cancel);
            await spool.Add(response.Events, response.Fragment, TakeLease, cancel);
            if (spool.OpenBytes >= limit && !spool.IsPartial) limitReached();
            while (spool.TotalBytes >= most && !spool.IsPartial) await Task.Delay(Pause, time, cancel);
        }
    }

    // A restore grants the lease again, and the event does not say for how long. One look for each lease.
    async Task LookUpLeases(IEnumerable<Event> events, CancellationToken cancel)
    {
        foreach (var id in events.Select(e => e.Kv.Lease).Where(id => id != 0 && !_leases.ContainsKey(id)).Distinct().ToList())
        {
            try
            {
                var lease = await etcd.LeaseTimeToLive(new LeaseTimeToLiveRequest { ID = id }, cancel);
                _leases[id] = lease.GrantedTTL > 0 ? lease.GrantedTTL : null;
            }
            catch (EtcdException unknown)
            {
                log.Debug("No time of lease {Lease}: {Reason}", $"{id:x}", unknown.Message);
                _leases[id] = null;
            }
        }
        if (_leases.Count > 100_000) _leases.Clear();
    }

    // Noted once; null from then on.
    long? TakeLease(long id)
    {
        if (!_leases.TryGetValue(id, out var seconds) || seconds is null) return null;
        _leases[id] = null;
        return seconds;
    }
}
