namespace Druid.Kubernetes.Runtime;

/// <summary>
/// Keys in the order in which they are to be taken: those that somebody waits for before the others, and within both the one that came
/// first. So that the others come to their turn in any case, every <see cref="Turn"/>th is one of them. Not safe for several threads.
/// </summary>
sealed class WaitingKeys<TKey> where TKey : notnull
{
    /// <summary>How many are taken until it is the turn of the others.</summary>
    public const int Turn = 4;

    readonly Queue<Waiting> _urgent = [];
    readonly Queue<Waiting> _others = [];
    readonly Dictionary<TKey, Waiting> _waiting = [];
    int _taken;

    /// <summary>How many there are.</summary>
    public int Count => _waiting.Count;

    /// <summary>Whether a key is there.</summary>
    public bool Contains(TKey key) => _waiting.ContainsKey(key);

    /// <summary>Adds a key; one that waits already moves up if it has become urgent. True when it did not wait before.</summary>
    /// <param name="key">The key.</param>
    /// <param name="since">From when on it waits, as a timestamp.</param>
    /// <param name="urgent">Whether somebody waits for it.</param>
    public bool Add(TKey key, long since, bool urgent)
    {
        if (!_waiting.TryGetValue(key, out var known))
        {
            Enqueue(new(key, since, urgent));
            return true;
        }
        if (urgent && !known.Urgent)
        {
            // Its place among the others is passed over when it is their turn.
            Enqueue(known with { Urgent = true });
        }
        return false;
    }

    /// <summary>Takes the next one; there must be one.</summary>
    public (TKey Key, long Since) Take()
    {
        var others = ++_taken % Turn == 0;
        while (true)
        {
            var from = _urgent.Count == 0 || (others && _others.Count > 0) ? _others : _urgent;
            var next = from.Dequeue();
            if (ReferenceEquals(_waiting.GetValueOrDefault(next.Key), next))
            {
                _waiting.Remove(next.Key);
                return (next.Key, next.Since);
            }
        }
    }

    void Enqueue(Waiting key)
    {
        _waiting[key.Key] = key;
        (key.Urgent ? _urgent : _others).Enqueue(key);
    }

    sealed record Waiting(TKey Key, long Since, bool Urgent);
}
