namespace Druid.FaultTests.Proxy;

/// <summary>What befalls one request, or the answer to it.</summary>
/// <param name="Kind">What.</param>
/// <param name="AfterEffect">The request has reached the API server and did what it does; only its answer suffers.</param>
/// <param name="Code">Of the answer that is given instead.</param>
/// <param name="Pause">How long to come again later, or the delay.</param>
sealed record Fault(FaultKind Kind, bool AfterEffect = false, int Code = 0, TimeSpan Pause = default)
{
    /// <summary>Nothing.</summary>
    public static Fault None { get; } = new(FaultKind.None);

    public override string ToString() => Kind switch
    {
        FaultKind.Refuse => $"{Code}{(Pause > TimeSpan.Zero ? " with Retry-After" : "")} {When}",
        FaultKind.None => "none",
        _ => $"{Kind.ToString().ToLowerInvariant()} {When}",
    };

    string When => AfterEffect ? "after the effect" : "before the effect";
}

/// <summary>Kinds of faults of a request.</summary>
enum FaultKind
{
    /// <summary>None.</summary>
    None,

    /// <summary>An error instead of the answer.</summary>
    Refuse,

    /// <summary>The connection is reset.</summary>
    Reset,

    /// <summary>Half of the answer, then the connection is reset.</summary>
    Truncate,

    /// <summary>It takes longer.</summary>
    Delay,

    /// <summary>No answer ever.</summary>
    Silence,

    /// <summary>The operator dies.</summary>
    Crash,
}

/// <summary>What befalls an event of a watch.</summary>
enum WatchFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>It is told twice.</summary>
    Duplicate,

    /// <summary>An older event is told once more after it.</summary>
    Replay,

    /// <summary>It is not told, and a moment later the server has forgotten where the watch was.</summary>
    Drop,

    /// <summary>The connection breaks in the middle of it.</summary>
    Break,

    /// <summary>The server has forgotten where the watch was: 410 in the stream.</summary>
    Expire,
}

/// <summary>Decides what befalls whom.</summary>
interface IFaults
{
    /// <summary>The fault of a request.</summary>
    Fault For(Call call);

    /// <summary>The fault of an event of a watch.</summary>
    WatchFault ForEvent(Call call);

    /// <summary>Whether a new connection is reset before anything is said, in the middle of the TLS handshake.</summary>
    bool ResetsConnection { get; }

    /// <summary>Whether watches tell how far they are while nothing happens.</summary>
    bool HasBookmarks { get; }

    /// <summary>A write has taken effect.</summary>
    void Landed(Call call);
}

/// <summary>None at all.</summary>
sealed class NoFaults : IFaults
{
    public bool ResetsConnection => false;

    public bool HasBookmarks => true;

    public Fault For(Call call) => Fault.None;

    public WatchFault ForEvent(Call call) => WatchFault.None;

    public void Landed(Call call)
    {
    }
}
