namespace Druid.Kubernetes.Client;

/// <summary>Pauses that double with every failure up to a limit, shortened at random so that many clients do not come back at once.</summary>
/// <param name="First">The first pause.</param>
/// <param name="Longest">The limit.</param>
/// <param name="Jitter">The part of a pause that is random, 0 to 1.</param>
public readonly record struct Backoff(TimeSpan First, TimeSpan Longest, double Jitter = 0.2)
{
    /// <summary>The pause after so many failures before; 0 gives the first pause.</summary>
    public TimeSpan After(int failures) => After(failures, Random.Shared.NextDouble());

    /// <summary>The same with the random number given, 0 to 1.</summary>
    public TimeSpan After(int failures, double random)
    {
        var full = Math.Min(First.TotalMilliseconds * Math.Pow(2, Math.Min(failures, 62)), Longest.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(full * (1 - Jitter * random));
    }
}
