using Druid.Member.Data;
using Druid.Member.Etcd.Rpc;
using Druid.Member.Snapshots;

namespace Druid.Member.Restore;

/// <summary>
/// Turns the events of delta snapshots into requests in an etcd's log, one transaction for each revision, so that etcd makes
/// the same revisions again when it applies them.
/// </summary>
/// <param name="log">The log.</param>
/// <param name="revision">The revision that the database is at.</param>
/// <param name="leases">Leases that were granted in this log already.</param>
sealed class DeltaLog(LogAppender log, long revision, HashSet<long> leases)
{
    /// <summary>
    /// For how long a lease is granted of which neither the full snapshot nor a delta says it: the reference's deltas do not.
    /// Its owner keeps it alive or, if there is none any more, its keys go after this time as they would have gone.
    /// </summary>
    const long UnknownLeaseSeconds = 3600;

    LogAppender _log = log;
    TxnRequest _transaction = new();
    long _pending;

    /// <summary>The last revision that was logged.</summary>
    public long Revision { get; private set; } = revision;

    /// <summary>Logs an event. Revisions that are there already are passed over: snapshots may overlap.</summary>
    /// <returns>Whether a revision has ended with the event before, so that the log can be committed.</returns>
    /// <exception cref="InvalidDataException">Revisions are missing before it, or it makes no sense.</exception>
    public bool Add(DeltaEvent next)
    {
        var kv = next.Change.Kv ?? throw new InvalidDataException("an event has no key");
        if (kv.ModRevision <= Revision) return false;
        var ended = kv.ModRevision != _pending && Flush();
        if (kv.ModRevision != Revision + 1) throw new InvalidDataException($"revision {Revision + 1} is missing: revision {kv.ModRevision} follows revision {Revision}");
        _pending = kv.ModRevision;
        if (next.Change.Type == Event.Types.EventType.Delete)
        {
            _transaction.Success.Add(new RequestOp { RequestDeleteRange = new() { Key = kv.Key } });
            return ended;
        }
        if (kv.Lease != 0 && leases.Add(kv.Lease))
            _log.Append(new() { LeaseGrant = new() { ID = kv.Lease, TTL = next.LeaseSeconds ?? UnknownLeaseSeconds } });
        _transaction.Success.Add(new RequestOp { RequestPut = new() { Key = kv.Key, Value = kv.Value, Lease = kv.Lease } });
        return ended;
    }

    /// <summary>Logs the transaction of the revision that is being collected; false when there is none.</summary>
    public bool Flush()
    {
        if (_pending == 0) return false;
        _log.Append(new() { Txn = _transaction });
        _transaction = new();
        (Revision, _pending) = (_pending, 0);
        return true;
    }

    /// <summary>Goes on in another log, with the revision that is being collected.</summary>
    public void ContinueIn(LogAppender next) => _log = next;
}
