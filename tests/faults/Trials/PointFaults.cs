using Druid.FaultTests.Proxy;

namespace Druid.FaultTests.Trials;

/// <summary>What happens at one write of a scenario.</summary>
enum Mode
{
    /// <summary>The operator dies before the write takes effect.</summary>
    CrashBefore,

    /// <summary>It dies after the write took effect, without having heard of it.</summary>
    CrashAfter,

    /// <summary>It dies after the effect, and its successor at first sees everything as it was before the scenario began.</summary>
    CrashIntoThePast,

    /// <summary>The write takes effect, and for a while nothing of it or of anything else is seen.</summary>
    StaleView,

    /// <summary>It is refused, more often than a client tries again by itself.</summary>
    RefusedBefore,

    /// <summary>It takes effect, and the connection breaks before the answer.</summary>
    ResetAfter,

    /// <summary>Somebody else was faster: it is refused as a conflict.</summary>
    Conflict,

    /// <summary>The API server is overloaded and asks to come again later.</summary>
    Throttled,

    /// <summary>It takes effect, and half of the answer arrives.</summary>
    TruncatedAfter,
}

/// <summary>A write of a scenario: which request, and the how-manieth of its kind.</summary>
/// <param name="Call">The request.</param>
/// <param name="Occurrence">From 1.</param>
sealed record Point(Call Call, int Occurrence)
{
    public override string ToString() => Occurrence == 1 ? $"{Call}" : $"{Call}, {Occurrence}.";
}

/// <summary>One fault at one point, once it is armed.</summary>
sealed class PointFaults(Point point, Mode mode, FaultProxy proxy) : IFaults
{
    // More attempts than a client makes by itself.
    const int Stubborn = 6;

    static readonly TimeSpan StaleFor = TimeSpan.FromSeconds(1.5);

    readonly Lock _gate = new();
    int _seen;
    int _left = mode == Mode.RefusedBefore ? Stubborn : 1;
    bool _hasBegun;

    /// <summary>Whether the write came and the fault happened.</summary>
    public bool HasHappened { get; private set; }

    public bool ResetsConnection => false;

    public bool HasBookmarks => true;

    public WatchFault ForEvent(Call call) => WatchFault.None;

    public Fault For(Call call)
    {
        lock (_gate)
        {
            if (call != point.Call || _left == 0 || (!_hasBegun && ++_seen < point.Occurrence)) return Fault.None;
            (_hasBegun, HasHappened) = (true, true);
            _left--;
            return mode switch
            {
                Mode.CrashBefore => new(FaultKind.Crash),
                Mode.CrashAfter or Mode.CrashIntoThePast => new(FaultKind.Crash, AfterEffect: true),
                Mode.RefusedBefore => new(FaultKind.Refuse, Code: 500),
                Mode.ResetAfter => new(FaultKind.Reset, AfterEffect: true),
                Mode.Conflict => new(FaultKind.Refuse, Code: 409),
                Mode.Throttled => new(FaultKind.Refuse, Code: 429, Pause: TimeSpan.FromSeconds(1)),
                Mode.TruncatedAfter => new(FaultKind.Truncate, AfterEffect: true),
                _ => Stale(),
            };
        }
    }

    public void Landed(Call call)
    {
    }

    // Before the write is passed on, so that nothing of it is seen.
    Fault Stale()
    {
        proxy.Hold();
        _ = Task.Delay(StaleFor).ContinueWith(_ => proxy.Release(), TaskScheduler.Default);
        return Fault.None;
    }
}
