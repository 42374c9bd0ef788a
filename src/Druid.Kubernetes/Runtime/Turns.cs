namespace Druid.Kubernetes.Runtime;

/// <summary>
/// How often a key may be taken: at once for a while, then one time after the other. What a thing needs to come up or to change is
/// within the burst; what changes without end is looked at as often as it is of use, and no more.
/// </summary>
/// <param name="Burst">How often it may be taken at once, at least 1.</param>
/// <param name="Spacing">How long it takes until it may be taken once more, above zero.</param>
public readonly record struct TurnLimit(int Burst, TimeSpan Spacing)
{
    /// <summary>Twenty, and two a second: rolling three pods that are ready at once takes sixteen to twenty-two.</summary>
    public static readonly TurnLimit Default = new(20, TimeSpan.FromMilliseconds(500));
}

/// <summary>
/// The turns that keys have left: each key a token bucket, kept as the one moment at which it will be full again. Full ones are
/// forgotten. Not safe for several threads.
/// </summary>
sealed class Turns<TKey> where TKey : notnull
{
    // So many are kept before the full ones among them are looked for.
    const int Few = 64;

    readonly Dictionary<TKey, long> _fullAt = [];
    readonly long _spacing;
    readonly long _burst;
    int _sweepAt = Few;

    /// <summary>Every key has all its turns.</summary>
    /// <param name="limit">How many that are.</param>
    /// <param name="frequency">Timestamps in a second.</param>
    public Turns(TurnLimit limit, long frequency)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit.Burst, 1, nameof(limit));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(limit.Spacing, TimeSpan.Zero, nameof(limit));
        _spacing = Math.Max(1, (long)(limit.Spacing.TotalSeconds * frequency));
        _burst = limit.Burst * _spacing;
    }

    /// <summary>How many keys are kept: those without all their turns, and full ones that were not looked for yet.</summary>
    public int Count => _fullAt.Count;

    /// <summary>The timestamp from which on a key has a turn; not in the future when it has one now.</summary>
    public long Next(TKey key) => _fullAt.TryGetValue(key, out var full) ? full + _spacing - _burst : long.MinValue;

    /// <summary>Takes a turn from a key, whether or not it has one left.</summary>
    public void Take(TKey key, long now)
    {
        _fullAt[key] = Math.Max(now, _fullAt.GetValueOrDefault(key, now)) + _spacing;
        if (_fullAt.Count < _sweepAt) return;
        foreach (var (other, full) in _fullAt)
        {
            if (full <= now) _fullAt.Remove(other);
        }
        _sweepAt = Math.Max(Few, 2 * _fullAt.Count);
    }
}
