using Druid.Member.Etcd;
using Druid.Member.Maintenance;
using Druid.Member.Membership;
using Druid.Member.Metrics;
using Druid.Member.Stores;
using Serilog;

namespace Druid.Member.Snapshots;

/// <summary>
/// The snapshotter's work from one look at the store to the next: it knows what the store holds because nobody else writes
/// meanwhile, and ends when it finds that somebody did.
/// </summary>
sealed class SnapshotterTerm : IAsyncDisposable
{
    static readonly TimeSpan CatchUpPatience = TimeSpan.FromSeconds(10);
    static readonly TimeSpan CatchUpPoll = TimeSpan.FromMilliseconds(10);

    readonly EtcdClient _etcd;
    readonly IObjectStore _store;
    readonly ISnapshotLeases _leases;
    readonly SnapshotterOptions _options;
    readonly BackupMetrics _metrics;
    readonly Action _wake;
    readonly ILogger _log;
    readonly TimeProvider _time;
    readonly CancellationTokenSource _ended = new();

    Snapshot? _full;
    readonly List<Snapshot> _deltas = [];
    EventSpool? _spool;
    Task _watch = Task.CompletedTask;
    CancellationTokenSource? _watching;
    DateTimeOffset _nextFull;
    DateTimeOffset _nextDelta;
    DateTimeOffset _notBefore;
    bool _fullNoted = true;

    SnapshotterTerm(EtcdClient etcd, IObjectStore store, ISnapshotLeases leases, SnapshotterOptions options, BackupMetrics metrics, Action wake, ILogger log, TimeProvider time) =>
        (_etcd, _store, _leases, _options, _metrics, _wake, _log, _time) = (etcd, store, leases, options, metrics, wake, log, time);

    /// <summary>Looks at the store and begins to watch.</summary>
    /// <exception cref="SnapshotException">The store is ahead of etcd.</exception>
    public static async Task<SnapshotterTerm> Begin(
        EtcdClient etcd, IObjectStore store, ISnapshotLeases leases, SnapshotterOptions options, BackupMetrics metrics, Action wake, ILogger log, TimeProvider time, CancellationToken cancel)
    {
        var term = new SnapshotterTerm(etcd, store, leases, options, metrics, wake, log, time);
        var chain = (await SnapshotList.Read(store, cancel)).Chain();
        var head = await term.Head(cancel);
        if (chain?.LastRevision > head)
            throw new SnapshotException($"etcd is at revision {head}, behind the snapshots of {store.Description}, which reach revision {chain.LastRevision}: restore them, or move them away if they are not wanted any more");
        if (chain is not null)
        {
            term._full = chain.Base;
            term._deltas.AddRange(chain.Deltas);
            term._fullNoted = false;
            metrics.Stored(chain.Base, chain.Deltas);
        }
        metrics.Required(SnapshotKind.Full, chain?.LastRevision != head);
        term.PlanFull();
        term.NeedsFull = term.WhyFull(chain);
        if (term.NeedsFull is null) await term.Watch(chain!.LastRevision);
        return term;
    }

    /// <summary>Why a full snapshot has to be taken before anything else; null when it need not.</summary>
    public string? NeedsFull { get; private set; }

    /// <summary>When something is to be done next.</summary>
    public DateTimeOffset Due => Later(_spool is null || _nextFull < _nextDelta ? _nextFull : _nextDelta);

    /// <summary>Whether a full snapshot is due.</summary>
    public bool IsFullDue => _time.GetUtcNow() >= Later(_nextFull);

    /// <summary>Whether a delta is due: by time, because enough events gathered, or because one waits to be uploaded.</summary>
    public bool IsDeltaDue => _spool is { } spool && _time.GetUtcNow() >= _notBefore && (_time.GetUtcNow() >= _nextDelta || spool.OpenBytes >= _options.DeltaLimit || spool.Oldest is not null);

    /// <summary>Takes nothing due for a while.</summary>
    public void Postpone(TimeSpan wait) => _notBefore = _time.GetUtcNow() + wait;

    /// <summary>Throws what ended the watch, if something did; a full snapshot is due if it was a compaction.</summary>
    public async Task ThrowIfWatchEnded()
    {
        if (_spool is null || !_watch.IsCompleted) return;
        try
        {
            await _watch;
        }
        catch (EtcdException compacted) when (compacted.Error == EtcdError.Compacted)
        {
            _log.Warning("Events were compacted before they could be watched, so a full snapshot is taken: {Reason}", compacted.Message);
            _watch = Task.CompletedTask;
            await StopWatching();
            _nextFull = _notBefore = DateTimeOffset.MinValue;
        }
    }

    /// <summary>Takes and stores a full snapshot; deltas go on after it.</summary>
    /// <exception cref="StoreException">It could not be stored.</exception>
    /// <exception cref="EtcdException">etcd did not give it.</exception>
    public async Task<Snapshot> TakeFull(bool isFinal, CancellationToken cancel)
    {
        var revision = await CatchUp(cancel);
        if (isFinal && _deltas.Count == 0 && _full is { IsFinal: true } && _full.LastRevision == revision)
        {
            _log.Information("Nothing changed since the final snapshot {Snapshot}", _full.Name);
            return _full;
        }
        await ConfirmLeadership(cancel);
        var start = _time.GetTimestamp();
        var succeeded = false;
        try
        {
            using var limit = new CancellationTokenSource(_options.SnapshotTimeout, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
            var named = new Snapshot { Kind = SnapshotKind.Full, StartRevision = 0, LastRevision = revision, CreatedOn = _time.GetUtcNow(), Compression = _options.Compression, IsFinal = isFinal };
            var (full, bytes) = await Limited(() => FullSnapshot.Take(_etcd, _store, named, either.Token), limit, cancel);
            (_full, _fullNoted, succeeded) = (full, false, true);
            _deltas.Clear();
            NeedsFull = null;
            _metrics.Stored(full, _deltas, bytes);
            _log.Information("Full snapshot {Snapshot}: {Bytes} bytes of database, {Stored} stored, in {Duration}", full.Path, bytes, full.Size, _time.GetElapsedTime(start));
            Heap.GiveBack(bytes);
        }
        finally
        {
            _metrics.Took(SnapshotKind.Full, _time.GetElapsedTime(start), succeeded);
        }
        PlanFull();
        if (_spool is null) await Watch(_full.LastRevision);
        await NoteFull(cancel);
        return _full;
    }

    /// <summary>Stores all events up to now: waits a moment for those that the watch has yet to bring.</summary>
    /// <inheritdoc cref="TakeDelta"/>
    public async Task<Snapshot?> TakeAll(CancellationToken cancel)
    {
        if (_spool is not null) await Await(await Head(cancel), cancel);
        return await TakeDelta(cancel);
    }

    /// <summary>Stores the events that have gathered.</summary>
    /// <returns>The last delta that was stored; null when there were no events.</returns>
    /// <exception cref="StoreException">They could not be stored; they are kept.</exception>
    /// <exception cref="SnapshotException">Somebody else has stored events of the same revisions.</exception>
    public async Task<Snapshot?> TakeDelta(CancellationToken cancel)
    {
        if (_spool is null) return null;
        await _spool.Seal(cancel);
        Snapshot? last = null;
        while (_spool.Oldest is { } waiting)
        {
            last = await Store(waiting, cancel);
            _spool.RemoveOldest();
        }
        _metrics.Required(SnapshotKind.Delta, false);
        _nextDelta = _time.GetUtcNow() + _options.DeltaPeriod;
        await NoteFull(cancel);
        await _leases.NoteDelta(_deltas.LastOrDefault(), cancel);
        return last;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopWatching();
        _ended.Dispose();
    }

    async Task<Snapshot> Store(SpooledDelta waiting, CancellationToken cancel)
    {
        var start = _time.GetTimestamp();
        var succeeded = false;
        try
        {
            await ThrowIfOvertaken(waiting.Snapshot, cancel);
            await ConfirmLeadership(cancel);
            await using var content = new FileStream(waiting.File, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.Asynchronous);
            var stored = await SnapshotUpload.Upload(_store, waiting.Snapshot, content, cancel);
            _deltas.Add(stored);
            succeeded = true;
            _metrics.Stored(stored, _deltas, waiting.Bytes);
            _log.Information("Delta snapshot {Snapshot}: {Bytes} bytes of events, {Stored} stored", stored.Path, waiting.Bytes, stored.Size);
            Heap.GiveBack(waiting.Bytes);
            return stored;
        }
        finally
        {
            _metrics.Took(SnapshotKind.Delta, _time.GetElapsedTime(start), succeeded);
        }
    }

    // The deltas of all agents begin where the last one in the store ends, so another agent's would begin like ours.
    async Task ThrowIfOvertaken(Snapshot delta, CancellationToken cancel)
    {
        await foreach (var other in _store.List($"{Snapshot.Current}/Incr-{delta.StartRevision:D8}-", cancel))
        {
            if (Snapshot.Parse(other.Name) is { } found && found.StartRevision == delta.StartRevision)
                throw new SnapshotException($"{other.Name} was stored by another agent meanwhile; what follows it is taken next");
        }
    }

    async Task ConfirmLeadership(CancellationToken cancel)
    {
        await _etcd.Range(ClusterGateway.LinearizableRead, cancel);
        var status = await _etcd.Status(cancel);
        if (status.Leader != status.Header.MemberId) throw new SnapshotException("this member does not lead any more");
    }

    /// <summary>The revision for a full snapshot to be named after: all events up to it are in the store already, where there are deltas.</summary>
    async Task<long> CatchUp(CancellationToken cancel)
    {
        var head = await Head(cancel);
        if (_spool is null) return head;
        if (!await Await(head, cancel))
        {
            // The watch lags behind or ended. The full snapshot has it all; events are watched anew from there.
            await StopWatching();
            return head;
        }
        await TakeDelta(cancel);
        return _spool.SealedRevision;
    }

    async Task<bool> Await(long head, CancellationToken cancel)
    {
        var start = _time.GetTimestamp();
        while ((_spool!.LastRevision < head || _spool.IsPartial) && !_watch.IsCompleted && _time.GetElapsedTime(start) < CatchUpPatience)
            await Task.Delay(CatchUpPoll, _time, cancel);
        return _spool.LastRevision >= head && !_spool.IsPartial;
    }

    async Task<long> Head(CancellationToken cancel) => (await _etcd.Range(ClusterGateway.LinearizableRead, cancel)).Header.Revision;

    async Task Watch(long after)
    {
        await StopWatching();
        if (!_options.TakesDeltas) return;
        _spool = new EventSpool(_options.SpoolDirectory, after, _options.Compression, _time);
        _watching = CancellationTokenSource.CreateLinkedTokenSource(_ended.Token);
        _nextDelta = _time.GetUtcNow() + _options.DeltaPeriod;
        var watch = new EventWatch(_etcd, _spool, _options.DeltaLimit, _options.SpoolLimit, _wake, _log, _time);
        _watch = Run(watch, _watching.Token);

        async Task Run(EventWatch events, CancellationToken token)
        {
            try
            {
                await events.Run(token);
            }
            finally
            {
                _wake();
            }
        }
    }

    async Task StopWatching()
    {
        if (_watching is not null) await _watching.CancelAsync();
        await _watch.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _watching?.Dispose();
        if (_spool is not null) await _spool.DisposeAsync();
        (_watching, _spool) = (null, null);
    }

    async Task NoteFull(CancellationToken cancel)
    {
        if (!_fullNoted && _full is not null) _fullNoted = await _leases.NoteFull(_full, cancel);
    }

    string? WhyFull(SnapshotChain? chain) => chain switch
    {
        null => "the store has none",
        { Base.IsFinal: true } => "the last one was the final one of an earlier life of this cluster",
        { Gap: { } gap } => $"revision {gap} is in no snapshot",
        _ when !_options.TakesDeltas => "no deltas are taken",
        _ when _options.Schedule.Next(chain.Base.CreatedOn) <= _time.GetUtcNow() => $"one was due at {_options.Schedule.Next(chain.Base.CreatedOn):u}",
        _ => null,
    };

    void PlanFull() => _nextFull = _options.Schedule.Next(_time.GetUtcNow()) ?? DateTimeOffset.MaxValue;

    DateTimeOffset Later(DateTimeOffset due) => due > _notBefore ? due : _notBefore;

    static async Task<T> Limited<T>(Func<Task<T>> work, CancellationTokenSource limit, CancellationToken cancel)
    {
        try
        {
            return await work();
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            throw new SnapshotException("the full snapshot took longer than --etcd-snapshot-timeout allows");
        }
    }
}
