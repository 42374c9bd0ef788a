using System.Threading.Channels;
using Druid.Kubernetes.Client;

namespace Druid.Kubernetes.Runtime;

/// <summary>
/// Keys of things that need work. A key waits at most once, is never worked on twice at a time, and when added while it is
/// worked on, comes again afterwards. Delays, pauses after failures and turns are per key, so that one key in trouble, or one that changes
/// without end, holds up no other. Keys that somebody waits for overtake the others, but for every fourth.
/// </summary>
public sealed class WorkQueue<TKey> : IDisposable where TKey : notnull
{
    readonly Lock _lock = new();
    // As many as there are keys that wait.
    readonly Channel<bool> _ready = Channel.CreateUnbounded<bool>();
    readonly WaitingKeys<TKey> _waiting = new();
    readonly HashSet<TKey> _working = [];
    readonly Dictionary<TKey, bool> _again = [];
    readonly Dictionary<TKey, int> _failures = [];
    readonly Dictionary<TKey, long> _due = [];
    readonly PriorityQueue<TKey, long> _delayed = new();
    readonly TimeProvider _time;
    readonly Backoff _backoff;
    readonly Turns<TKey>? _turns;
    readonly ITimer _timer;
    readonly QueueMetrics _metrics;
    bool _closed;

    /// <summary>An empty queue.</summary>
    /// <param name="name">Its name in metrics.</param>
    /// <param name="backoff">Pauses after failures; null for 20 ms up to 2 minutes.</param>
    /// <param name="time">The clock.</param>
    /// <param name="turns">How often a key may be taken; null for as often as it is added.</param>
    public WorkQueue(string name, Backoff? backoff = null, TimeProvider? time = null, TurnLimit? turns = null)
    {
        _time = time ?? TimeProvider.System;
        if (turns is { } limit) _turns = new(limit, _time.TimestampFrequency);
        _backoff = backoff ?? new(TimeSpan.FromMilliseconds(20), TimeSpan.FromMinutes(2));
        _timer = _time.CreateTimer(_ => Due(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _metrics = new(name, () => Depth);
    }

    /// <summary>How many keys wait to be taken.</summary>
    public int Depth
    {
        get { lock (_lock) return _waiting.Count; }
    }

    /// <summary>How many keys wait for their time.</summary>
    public int Delayed
    {
        get { lock (_lock) return _due.Count; }
    }

    /// <summary>Adds a key, unless it waits already; one that has no turn left comes as soon as it has one.</summary>
    /// <param name="key">The key.</param>
    /// <param name="urgent">
    /// Whether somebody waits for it, as who changed what is declared, so that it overtakes keys that only have to be looked at some time.
    /// A key in trouble overtakes nobody, and neither does one that has no turn left.
    /// </param>
    public void Add(TKey key, bool urgent = false)
    {
        lock (_lock)
        {
            if (_closed) return;
            if (_working.Contains(key)) _again[key] = urgent || _again.GetValueOrDefault(key);
            else if (_turns?.Next(key) is { } next && next > _time.GetTimestamp() && !_waiting.Contains(key)) Delay(key, next);
            else if (_waiting.Add(key, _time.GetTimestamp(), urgent && !_failures.ContainsKey(key))) _ready.Writer.TryWrite(true);
        }
    }

    /// <summary>
    /// Adds a key after a delay. Of several delays the earliest counts, and taking the key makes the rest void: work that was
    /// done now decides anew when to come back.
    /// </summary>
    public void AddAfter(TKey key, TimeSpan delay)
    {
        if (delay <= TimeSpan.Zero)
        {
            Add(key);
            return;
        }
        lock (_lock)
        {
            if (!_closed) Delay(key, _time.GetTimestamp() + (long)(delay.TotalSeconds * _time.TimestampFrequency));
        }
    }

    /// <summary>Adds a key after a pause that doubles with every failure; how long that is.</summary>
    public TimeSpan AddAfterFailure(TKey key)
    {
        TimeSpan pause;
        lock (_lock)
        {
            var failures = _failures.GetValueOrDefault(key);
            _failures[key] = failures + 1;
            pause = _backoff.After(failures);
        }
        AddAfter(key, pause);
        return pause;
    }

    /// <summary>Forgets failures of the key.</summary>
    public void Forget(TKey key)
    {
        lock (_lock) _failures.Remove(key);
    }

    /// <summary>Waits for a key to work on; null once the queue is closed and empty. Dispose the item when done.</summary>
    public async ValueTask<WorkItem<TKey>?> Take(CancellationToken cancel)
    {
        do
        {
            if (!await _ready.Reader.WaitToReadAsync(cancel)) return null;
        }
        while (!_ready.Reader.TryRead(out _));

        lock (_lock)
        {
            var (key, since) = _waiting.Take();
            var waited = _time.GetElapsedTime(since);
            _metrics.Taken(waited);
            _working.Add(key);
            _due.Remove(key);
            _turns?.Take(key, _time.GetTimestamp());
            return new(this, key, waited, _failures.GetValueOrDefault(key));
        }
    }

    /// <summary>Takes no more keys in, immediate or delayed; those that wait can still be taken.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            _ready.Writer.TryComplete();
            _due.Clear();
            _delayed.Clear();
        }
    }

    /// <summary>Closes the queue and ends its metrics.</summary>
    public void Dispose()
    {
        Close();
        _timer.Dispose();
        _metrics.Dispose();
    }

    internal void Done(TKey key)
    {
        lock (_lock)
        {
            _working.Remove(key);
            if (_again.Remove(key, out var urgent)) Add(key, urgent);
        }
    }

    void Delay(TKey key, long due)
    {
        if (_due.TryGetValue(key, out var earlier) && earlier <= due) return;
        _due[key] = due;
        _delayed.Enqueue(key, due);
        if (_delayed.TryPeek(out _, out var first) && first == due) Arm(_time.GetElapsedTime(_time.GetTimestamp(), due));
    }

    void Due()
    {
        lock (_lock)
        {
            var now = _time.GetTimestamp();
            while (_delayed.TryPeek(out var key, out var due))
            {
                // Entries that a taken or an earlier one has made void stay in the heap until they are on top.
                var isVoid = !_due.TryGetValue(key, out var valid) || valid != due;
                if (!isVoid && due > now)
                {
                    Arm(_time.GetElapsedTime(now, due));
                    return;
                }
                _delayed.Dequeue();
                if (isVoid) continue;
                _due.Remove(key);
                Add(key);
            }
        }
    }

    // A timer may be early by a millisecond; it would only be set again.
    void Arm(TimeSpan delay) => _timer.Change(
        delay < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : delay, Timeout.InfiniteTimeSpan);
}

/// <summary>A key that is being worked on; disposing it says that the work is over, well or not.</summary>
public sealed class WorkItem<TKey> : IDisposable where TKey : notnull
{
    readonly WorkQueue<TKey> _queue;
    int _done;

    internal WorkItem(WorkQueue<TKey> queue, TKey key, TimeSpan waited, int failures) =>
        (_queue, Key, Waited, Failures) = (queue, key, waited, failures);

    /// <summary>The key.</summary>
    public TKey Key { get; }

    /// <summary>How long it waited since it could be taken.</summary>
    public TimeSpan Waited { get; }

    /// <summary>Failures in a row before.</summary>
    public int Failures { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _done, 1) == 0) _queue.Done(Key);
    }
}
