namespace Druid.Member.Stores;

/// <summary>What kind of failure a store met: what a caller can decide by.</summary>
public enum StoreError
{
    /// <summary>Anything that is none of the others.</summary>
    Other,

    /// <summary>There is no such object or container.</summary>
    NotFound,

    /// <summary>The credentials are missing, wrong or not allowed to do this.</summary>
    Denied,

    /// <summary>A retention holds the object.</summary>
    Immutable,

    /// <summary>The provider is out of reach, overloaded or throttles: worth another attempt.</summary>
    Unavailable,

    /// <summary>No room: a full disk or an exhausted quota.</summary>
    Full,
}

/// <summary>A store could not do what it was asked for. The message names the object, the provider's answer and the remedy.</summary>
public sealed class StoreException(StoreError error, string message, Exception? cause = null) : IOException(message, cause)
{
    /// <summary>What kind of failure.</summary>
    public StoreError Error { get; } = error;

    /// <summary>How long the provider asks to be left alone; null where it does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
