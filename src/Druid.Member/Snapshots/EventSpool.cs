using Druid.Member.Etcd.Rpc;

namespace Druid.Member.Snapshots;

/// <summary>A delta that waits on disk to be uploaded.</summary>
/// <param name="File">The file, with the hash at its end and not compressed.</param>
/// <param name="Snapshot">What it will be in the store.</param>
/// <param name="Bytes">The size of the file.</param>
sealed record SpooledDelta(string File, Snapshot Snapshot, long Bytes);

/// <summary>
/// Keeps the events since the last snapshot in files until they are in the store. The watch fills it; the snapshotter seals
/// what has gathered and takes it away once it was uploaded. Events and seals may come from different threads.
/// </summary>
sealed class EventSpool : IAsyncDisposable
{
    readonly SemaphoreSlim _gate = new(1);
    readonly string _directory;
    readonly Compression _compression;
    readonly TimeProvider _time;
    readonly Queue<SpooledDelta> _sealed = new();
    FileStream? _file;
    DeltaWriter? _writer;
    long _number;
    int _inLast;
    int _toSkip;

    /// <param name="directory">Where the files are; what an earlier process left there is removed, as it will be watched again.</param>
    /// <param name="after">The revision that the spool begins after.</param>
    /// <param name="compression">How the deltas will be compressed in the store.</param>
    /// <param name="time">Clock of the events and the names of the deltas.</param>
    public EventSpool(string directory, long after, Compression compression, TimeProvider time)
    {
        (_directory, _compression, _time) = (directory, compression, time);
        (LastRevision, SealedRevision) = (after, after);
        if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
        Directory.CreateDirectory(directory);
    }

    /// <summary>The last revision that is in the spool or before it.</summary>
    public long LastRevision { get; private set; }

    /// <summary>The last revision that is in a sealed delta or before the spool.</summary>
    public long SealedRevision { get; private set; }

    /// <summary>Bytes of events that are not sealed yet.</summary>
    public long OpenBytes => _writer?.Bytes ?? 0;

    /// <summary>Bytes in all files.</summary>
    public long TotalBytes
    {
        get
        {
            lock (_sealed) return OpenBytes + _sealed.Sum(s => s.Bytes);
        }
    }

    /// <summary>Whether the last revision may have more events than were added: nothing can be sealed until it is whole.</summary>
    public bool IsPartial { get; private set; }

    /// <summary>The revision to watch from, so that nothing is missed; what is watched twice is passed over.</summary>
    public long WatchFrom => IsPartial ? LastRevision : LastRevision + 1;

    /// <summary>Tells that a watch begins at <see cref="WatchFrom"/>.</summary>
    public void Rewound() => _toSkip = IsPartial ? _inLast : 0;

    /// <summary>Adds events as the watch brings them.</summary>
    /// <param name="events">The events.</param>
    /// <param name="more">Whether more events of the last of their revisions may follow.</param>
    /// <param name="leaseSeconds">For how long a lease was granted, where that is to be noted with the next event.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="IOException">The disk is full, or fails.</exception>
    public async Task Add(IReadOnlyList<Event> events, bool more, Func<long, long?> leaseSeconds, CancellationToken cancel)
    {
        await _gate.WaitAsync(cancel);
        try
        {
            var now = _time.GetUtcNow();
            foreach (var change in events)
            {
                if (_toSkip > 0)
                {
                    _toSkip--;
                    continue;
                }
                var writer = Writer();
                writer.Append(change, now, change.Kv.Lease == 0 ? null : leaseSeconds(change.Kv.Lease));
                if (writer.IsFull) await writer.Flush(cancel);
                _inLast = change.Kv.ModRevision == LastRevision ? _inLast + 1 : 1;
                LastRevision = change.Kv.ModRevision;
            }
            IsPartial = more && LastRevision > SealedRevision;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Makes a delta of the events that are not sealed yet, if there are any and the last revision is whole.</summary>
    public async Task Seal(CancellationToken cancel)
    {
        await _gate.WaitAsync(cancel);
        try
        {
            if (IsPartial || _writer is not { Events: > 0 } writer || _file is not { } file) return;
            await writer.Complete(cancel);
            await file.DisposeAsync();
            var snapshot = new Snapshot
            {
                Kind = SnapshotKind.Delta,
                StartRevision = SealedRevision + 1,
                LastRevision = LastRevision,
                CreatedOn = _time.GetUtcNow(),
                Compression = _compression,
            };
            lock (_sealed) _sealed.Enqueue(new(file.Name, snapshot, writer.Bytes));
            SealedRevision = LastRevision;
            writer.Dispose();
            (_file, _writer) = (null, null);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>The oldest delta that waits; null when none does.</summary>
    public SpooledDelta? Oldest
    {
        get
        {
            lock (_sealed) return _sealed.TryPeek(out var oldest) ? oldest : null;
        }
    }

    /// <summary>Removes the oldest delta: it is in the store.</summary>
    public void RemoveOldest()
    {
        lock (_sealed) File.Delete(_sealed.Dequeue().File);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _gate.WaitAsync();
        _writer?.Dispose();
        if (_file is not null) await _file.DisposeAsync();
        if (Directory.Exists(_directory)) Directory.Delete(_directory, recursive: true);
        _gate.Dispose();
    }

    DeltaWriter Writer()
    {
        if (_writer is not null) return _writer;
        _file = new FileStream(Path.Combine(_directory, $"{++_number:D8}"), FileMode.Create, FileAccess.Write, FileShare.Read, 1, FileOptions.Asynchronous);
        return _writer = new(_file);
    }
}
