using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;

namespace Druid.Kubernetes.Runtime;

/// <summary>
/// A time of leadership. Guards writes: a client made by <see cref="KubernetesClient.GuardedBy"/> refuses them once the lease was not renewed
/// within its deadline, even in a process that was frozen and does not know it yet.
/// </summary>
public sealed class LeadershipTerm : IWriteGuard, IDisposable
{
    readonly TimeProvider _time;
    readonly TimeSpan _deadline;
    readonly CancellationTokenSource _lost;
    readonly CancellationToken _lostToken;
    Renewal _renewed;

    internal LeadershipTerm(LeaderElectionOptions options, Lease lease, long asked, DateTimeOffset clock)
    {
        (_time, _deadline) = (options.Time, options.RenewDeadline);
        Identity = options.Identity;
        Number = lease.Spec?.LeaseTransitions ?? 0;
        _renewed = new(asked, clock);
        _lost = new(_deadline, _time);
        _lostToken = _lost.Token;
    }

    /// <summary>Who leads.</summary>
    public string Identity { get; }

    /// <summary>Counts the changes of leadership: a later term has a higher number.</summary>
    public int Number { get; }

    /// <summary>Cancelled when leadership is lost, at the latest at the renewal deadline.</summary>
    public CancellationToken Lost => _lostToken;

    /// <summary>
    /// Whether the lease was renewed within its deadline. By the monotonic clock and by the wall clock: the first stands still while a
    /// machine sleeps, the second can be set; the one that says no is believed.
    /// </summary>
    public bool MayWrite
    {
        get
        {
            var (asked, clock) = Volatile.Read(ref _renewed);
            return !_lostToken.IsCancellationRequested
                && _time.GetElapsedTime(asked) < _deadline
                && _time.GetUtcNow() - clock < _deadline;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _lost.Dispose();

    // The lease runs from when the renewal was sent, which is before anyone could see it.
    internal void Extend(long asked, DateTimeOffset clock)
    {
        Volatile.Write(ref _renewed, new(asked, clock));
        _lost.CancelAfter(_deadline - _time.GetElapsedTime(asked) is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero);
    }

    internal void End() => _lost.Cancel();

    sealed record Renewal(long Asked, DateTimeOffset Clock);
}
