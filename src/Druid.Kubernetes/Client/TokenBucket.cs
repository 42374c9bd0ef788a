namespace Druid.Kubernetes.Client;

/// <summary>
/// Lets so many through a second, and a burst after a pause. A caller reserves its turn at once and then waits for it, so turns
/// come in order.
/// </summary>
sealed class TokenBucket(double perSecond, int burst, TimeProvider time)
{
    readonly Lock _lock = new();
    readonly double _burst = Math.Max(1, burst);
    double _tokens = Math.Max(1, burst);
    long _refilled = time.GetTimestamp();

    /// <summary>Waits for a turn; one that is cancelled while waiting is given back.</summary>
    public async ValueTask Take(CancellationToken cancel)
    {
        if (perSecond <= 0 || Reserve() is not { } wait) return;
        try
        {
            await Task.Delay(wait, time, cancel);
        }
        catch (OperationCanceledException)
        {
            lock (_lock) _tokens++;
            throw;
        }
    }

    TimeSpan? Reserve()
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            _tokens = Math.Min(_burst, _tokens + time.GetElapsedTime(_refilled, now).TotalSeconds * perSecond);
            _refilled = now;
            _tokens--;
            return _tokens >= 0 ? null : TimeSpan.FromSeconds(-_tokens / perSecond);
        }
    }
}
