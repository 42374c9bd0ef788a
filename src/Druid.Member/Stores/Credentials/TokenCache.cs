namespace Druid.Member.Stores.Credentials;

/// <summary>What proves for a while who one is.</summary>
/// <param name="Text">The token.</param>
/// <param name="Expires">When it ends.</param>
record AccessToken(string Text, DateTimeOffset Expires);

/// <summary>Keeps a token until shortly before it expires, then fetches the next, once for all who wait.</summary>
/// <param name="fetch">Fetches one.</param>
/// <param name="time">The clock of expiry.</param>
#pragma warning disable CA1001 // A semaphore whose wait handle nobody asks for holds nothing to let go of.
sealed class TokenCache<T>(Func<CancellationToken, Task<T>> fetch, TimeProvider time) where T : AccessToken
#pragma warning restore CA1001
{
    static readonly TimeSpan Margin = TimeSpan.FromMinutes(3);

    // A younger one was not refused for its age, and another would not do better.
    static readonly TimeSpan Young = TimeSpan.FromSeconds(30);

    readonly SemaphoreSlim _turn = new(1);
    T? _token;
    long _fetched;

    /// <summary>A token that is good for some minutes.</summary>
    /// <exception cref="StoreException">None is to be had.</exception>
    public async Task<T> Get(CancellationToken cancel)
    {
        if (Good(_token) is { } good) return good;
        await _turn.WaitAsync(cancel);
        try
        {
            if (Good(_token) is { } fetched) return fetched;
            _token = await fetch(cancel);
            _fetched = time.GetTimestamp();
            return _token;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Lets go of a token that was refused, as after its revocation.</summary>
    /// <returns>Whether asking again with the next one makes sense.</returns>
    public bool Renew()
    {
        if (_token is null || time.GetElapsedTime(_fetched) < Young) return false;
        _token = null;
        return true;
    }

    T? Good(T? token) => token is not null && token.Expires - Margin > time.GetUtcNow() ? token : null;
}
