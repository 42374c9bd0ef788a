namespace Druid.Member.Stores.Transfer;

/// <summary>Repeats calls of a store that failed for a reason which passes, with growing and slightly random pauses.</summary>
/// <param name="time">The clock of pauses and time limits.</param>
sealed class Retry(TimeProvider time)
{
    /// <summary>How often a call is made at most.</summary>
    public const int Attempts = 6;

    static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(300);
    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(20);

    /// <summary>Makes a call, and again while it fails with <see cref="StoreError.Unavailable"/> or takes too long.</summary>
    /// <param name="doing">What the call does, for the message when time runs out.</param>
    /// <param name="limit">Time that one attempt may take.</param>
    /// <param name="call">The call; everything that can go wrong comes as <see cref="StoreException"/>.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="StoreException">That of the last attempt.</exception>
    public async Task<T> Run<T>(string doing, TimeSpan limit, Func<CancellationToken, Task<T>> call, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await Once(doing, limit, call, cancel);
            }
            catch (StoreException failure) when (failure.Error == StoreError.Unavailable && attempt < Attempts)
            {
                await Pause(attempt, failure.RetryAfter, cancel);
            }
        }
    }

    /// <inheritdoc cref="Run{T}"/>
    public Task Run(string doing, TimeSpan limit, Func<CancellationToken, Task> call, CancellationToken cancel) => Run(doing, limit, async stop =>
    {
        await call(stop);
        return true;
    }, cancel);

    /// <summary>Waits before the next attempt.</summary>
    /// <param name="attempt">The one that failed, from 1.</param>
    /// <param name="asked">The pause that the provider asked for.</param>
    /// <param name="cancel">Ends it.</param>
    public Task Pause(int attempt, TimeSpan? asked, CancellationToken cancel)
    {
        var usual = FirstPause * Math.Pow(2, attempt - 1) * (0.75 + Random.Shared.NextDouble() / 2);
        var pause = asked > usual ? asked.Value : usual;
        return Task.Delay(pause < LongestPause ? pause : LongestPause, time, cancel);
    }

    async Task<T> Once<T>(string doing, TimeSpan limit, Func<CancellationToken, Task<T>> call, CancellationToken cancel)
    {
        using var clock = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(clock.Token, cancel);
        try
        {
            return await call(either.Token);
        }
        catch (OperationCanceledException late) when (!cancel.IsCancellationRequested)
        {
            throw new StoreException(StoreError.Unavailable, $"cannot {doing}: no answer within {limit.TotalSeconds:0} s (is the provider slow, or the network?)", late);
        }
    }
}
