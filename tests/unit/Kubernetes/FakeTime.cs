namespace Druid.UnitTests.Kubernetes;

/// <summary>A clock that goes when it is told to, and then fires timers in their order.</summary>
public sealed class FakeTime : TimeProvider
{
    readonly Lock _lock = new();
    readonly List<Timer> _timers = [];
    readonly DateTimeOffset _start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    TimeSpan _elapsed;
    TimeSpan _set;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Timers that are set.</summary>
    public int Pending
    {
        get { lock (_lock) return _timers.Count; }
    }

    public override long GetTimestamp()
    {
        lock (_lock) return _elapsed.Ticks;
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock) return _start + _elapsed + _set;
    }

    /// <summary>Sets the wall clock, as an operator or NTP would; the monotonic one goes on as before.</summary>
    public void SetWallClock(TimeSpan step)
    {
        lock (_lock) _set += step;
    }

    /// <summary>Lets time pass, firing what is due on the way.</summary>
    public void Advance(TimeSpan by)
    {
        TimeSpan end;
        lock (_lock) end = _elapsed + by;
        while (true)
        {
            Timer? next;
            lock (_lock)
            {
                next = _timers.Where(t => t.Due <= end).MinBy(t => t.Due);
                if (next is null)
                {
                    _elapsed = end;
                    return;
                }
                if (next.Due > _elapsed) _elapsed = next.Due;
                _timers.Remove(next);
            }
            next.Fire();
        }
    }

    /// <summary>Lets time pass in small steps, with a moment for others to react to each, until something holds.</summary>
    public async Task AdvanceUntil(Func<bool> holds, TimeSpan step, int steps = 500)
    {
        for (var i = 0; i < steps; i++)
        {
            for (var moment = 0; moment < 20; moment++)
            {
                if (holds()) return;
                await Task.Yield();
            }
            await Task.Delay(1);
            if (holds()) return;
            Advance(step);
        }
        Assert.Fail($"It did not come to pass within {steps * step}.");
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    sealed class Timer(FakeTime time, Action fire) : ITimer
    {
        public TimeSpan Due { get; private set; }

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._lock)
            {
                time._timers.Remove(this);
                if (dueTime == Timeout.InfiniteTimeSpan) return true;
                Due = time._elapsed + dueTime;
                time._timers.Add(this);
                return true;
            }
        }

        public void Dispose()
        {
            lock (time._lock) time._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
