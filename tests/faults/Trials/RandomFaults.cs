using Druid.FaultTests.Proxy;

namespace Druid.FaultTests.Trials;

/// <summary>
/// Faults of every class, as often as chance has them, until a number of them has happened: once faults stop, all is to end well.
/// Which request meets which fault depends on the order of requests too, so a seed repeats the kind of weather and not each drop.
/// </summary>
sealed class RandomFaults(int seed) : IFaults
{
    const int Most = 60;

    static readonly Fault[] OfRequests =
    [
        new(FaultKind.Refuse, Code: 500), new(FaultKind.Refuse, AfterEffect: true, Code: 500), new(FaultKind.Refuse, Code: 503), new(FaultKind.Refuse, AfterEffect: true, Code: 504),
        new(FaultKind.Refuse, Code: 409), new(FaultKind.Refuse, Code: 429, Pause: TimeSpan.FromSeconds(1)), new(FaultKind.Refuse, Code: 429), new(FaultKind.Refuse, Code: 403),
        new(FaultKind.Refuse, Code: 401), new(FaultKind.Refuse, Code: 502), new(FaultKind.Reset), new(FaultKind.Reset, AfterEffect: true), new(FaultKind.Truncate, AfterEffect: true),
        new(FaultKind.Delay, Pause: TimeSpan.FromMilliseconds(700)), new(FaultKind.Delay, AfterEffect: true, Pause: TimeSpan.FromMilliseconds(700)),
        new(FaultKind.Crash), new(FaultKind.Crash, AfterEffect: true),
    ];

    readonly Random _random = new(seed);
    readonly Lock _gate = new();
    readonly bool _bookmarks = seed % 2 == 0;
    int _left = Most;

    public bool HasBookmarks => _bookmarks;

    public bool ResetsConnection => Draw(5) && Spend();

    public Fault For(Call call)
    {
        lock (_gate)
        {
            if (!Draw(call.IsWrite ? 5 : 10)) return Fault.None;
            if (call.Verb == "watch") return Spend() ? new(FaultKind.Refuse, Code: Draw(2) ? 410 : 504) : Fault.None;
            var fault = OfRequests[_random.Next(OfRequests.Length)];
            return Spend() ? fault : Fault.None;
        }
    }

    public WatchFault ForEvent(Call call)
    {
        lock (_gate)
        {
            return Draw(8) && Spend() ? (WatchFault)_random.Next(1, 6) : WatchFault.None;
        }
    }

    public void Landed(Call call)
    {
    }

    bool Draw(int oneOf)
    {
        lock (_gate) return _left > 0 && _random.Next(oneOf) == 0;
    }

    bool Spend() => _left-- > 0;
}
