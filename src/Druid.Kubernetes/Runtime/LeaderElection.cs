using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;

namespace Druid.Kubernetes.Runtime;

/// <summary>Which lease is fought for, by whom, and with which patience.</summary>
public sealed record LeaderElectionOptions
{
    /// <summary>The lease.</summary>
    public required ObjectKey Lease { get; init; }

    /// <summary>Who we are; no other process may ever be the same, so a random part is due.</summary>
    public required string Identity { get; init; }

    /// <summary>How long others leave a leader alone that does not renew; whole seconds.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a leader that cannot renew goes on; less than <see cref="LeaseDuration"/>, so that it stops before others begin.</summary>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Pause between attempts, to renew or to take over.</summary>
    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Told of leadership and of failures.</summary>
    public IRuntimeObserver? Observer { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>
/// Lets one process of several lead, by a lease that the leader renews. Works like and together with other Kubernetes
/// components: clocks of two machines are never compared; a lease is free when it has not changed for its duration as measured here.
/// </summary>
public sealed class LeaderElection
{
    readonly KubernetesClient _client;
    readonly LeaderElectionOptions _options;
    readonly IRuntimeObserver _observer;
    Lease? _lease;
    long _seenChanged;

    /// <summary>A candidate.</summary>
    /// <exception cref="ArgumentException">The deadlines contradict each other.</exception>
    public LeaderElection(KubernetesClient client, LeaderElectionOptions options)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(options);
        if (options.RenewDeadline >= options.LeaseDuration)
            throw new ArgumentException($"Leader election: the renew deadline ({options.RenewDeadline}) must be shorter than the lease ({options.LeaseDuration}).", nameof(options));
        if (options.RetryPeriod >= options.RenewDeadline)
            throw new ArgumentException($"Leader election: the retry period ({options.RetryPeriod}) must be shorter than the renew deadline ({options.RenewDeadline}).", nameof(options));
        (_client, _options) = (client.WithoutLimit(), options);
        _observer = options.Observer ?? SilentObserver.Instance;
    }

    TimeProvider Time => _options.Time;

    /// <summary>
    /// Waits to become the leader, leads until that function ends, leadership is lost, or <paramref name="stop"/>; then
    /// gives the lease back if it is still ours. True if the function came to its own end or was stopped, false if
    /// leadership was lost.
    /// </summary>
    /// <param name="lead">What a leader does. Its token is cancelled by <paramref name="stop"/> and when leadership is lost; it should then end soon.</param>
    /// <param name="stop">Ends the wait or the term.</param>
    public async Task<bool> Run(Func<LeadershipTerm, CancellationToken, Task> lead, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(lead);
        using var term = await Acquire(stop);
        if (term is null) return true;
        _observer.LeadershipChanged(_options.Lease, _options.Identity, leading: true);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop, term.Lost);
        using var ended = new CancellationTokenSource();
        var renewing = Renew(term, ended.Token);
        bool kept;
        try
        {
            await lead(term, over.Token);
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // Its end, as asked for.
        }
        finally
        {
            await ended.CancelAsync();
            await renewing;
            kept = !term.Lost.IsCancellationRequested;
            if (kept) await Release(term);
            _observer.LeadershipChanged(_options.Lease, _options.Identity, leading: false);
        }
        return kept;
    }

    async Task<LeadershipTerm?> Acquire(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var asked = Time.GetTimestamp();
            if (await Attempt(TryAcquire, stop)) return new(_options, _lease!, asked, Time.GetUtcNow());
            await Pause(stop);
        }
        return null;
    }

    async Task<bool> TryAcquire(CancellationToken cancel)
    {
        var found = await _client.TryGet<Lease>(_options.Lease, cancel);
        if (found is null)
        {
            _lease = await _client.Create(new Lease { Metadata = new() { Namespace = _options.Lease.Namespace, Name = _options.Lease.Name }, Spec = Held(null) }, cancel);
            return true;
        }
        See(found);
        if (!IsFree(found)) return false;
        _lease = await _client.Replace(found with { Spec = Held(found.Spec) }, cancel);
        return true;
    }

    void See(Lease found)
    {
        if (_lease?.Metadata.ResourceVersion != found.Metadata.ResourceVersion) _seenChanged = Time.GetTimestamp();
        _lease = found;
    }

    bool IsFree(Lease found)
    {
        var holder = found.Spec?.HolderIdentity;
        if (string.IsNullOrEmpty(holder) || holder == _options.Identity) return true;
        var duration = found.Spec?.LeaseDurationSeconds is > 0 and var seconds ? TimeSpan.FromSeconds(seconds) : _options.LeaseDuration;
        return Time.GetElapsedTime(_seenChanged) > duration;
    }

    // Ours from now on, or still: fields that are not known here stay.
    LeaseSpec Held(LeaseSpec? before)
    {
        var now = Time.GetUtcNow();
        var isOurs = before?.HolderIdentity == _options.Identity;
        return (before ?? new()) with
        {
            HolderIdentity = _options.Identity,
            LeaseDurationSeconds = (int)_options.LeaseDuration.TotalSeconds,
            AcquireTime = isOurs ? before!.AcquireTime : now,
            RenewTime = now,
            LeaseTransitions = (before?.LeaseTransitions ?? 0) + (isOurs || before is null ? 0 : 1),
        };
    }

    async Task Renew(LeadershipTerm term, CancellationToken ended)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ended, term.Lost);
        while (!either.IsCancellationRequested)
        {
            await Pause(either.Token);
            if (either.IsCancellationRequested) return;
            var (asked, clock) = (Time.GetTimestamp(), Time.GetUtcNow());
            if (await Attempt(TryRenew, either.Token)) term.Extend(asked, clock);
            else if (_lease?.Spec?.HolderIdentity != _options.Identity) term.End();
        }
    }

    async Task<bool> TryRenew(CancellationToken cancel)
    {
        try
        {
            _lease = await _client.Replace(_lease! with { Spec = Held(_lease!.Spec) }, cancel);
            return true;
        }
        catch (KubernetesException e) when (e.Reason is ErrorReason.Conflict or ErrorReason.NotFound)
        {
            // Our own write whose answer was lost, an edit by hand, a deletion, or another leader: look.
            _lease = await _client.TryGet<Lease>(_options.Lease, cancel);
            if (_lease is not null && _lease.Spec?.HolderIdentity != _options.Identity) return false;
            return await TryAcquire(cancel);
        }
    }

    async Task Release(LeadershipTerm term)
    {
        term.End();
        var now = Time.GetUtcNow();
        await Attempt(
            async cancel =>
            {
                _lease = await _client.Replace(
                    _lease! with
                    {
                        Spec = _lease!.Spec! with { HolderIdentity = "", LeaseDurationSeconds = 1, AcquireTime = now, RenewTime = now },
                    },
                    cancel);
                return true;
            },
            CancellationToken.None);
    }

    // One attempt, of which only the outcome matters: the next one is never far.
    async Task<bool> Attempt(Func<CancellationToken, Task<bool>> attempt, CancellationToken cancel)
    {
        using var deadline = new CancellationTokenSource(_options.RenewDeadline, Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
        try
        {
            return await attempt(either.Token);
        }
        catch (KubernetesException e)
        {
            var isRace = e.Reason is ErrorReason.Conflict or ErrorReason.AlreadyExists;
            if (!isRace) _observer.LeaderElectionFailed(_options.Lease, e);
            return false;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    async Task Pause(CancellationToken cancel)
    {
        try
        {
            await Task.Delay(_options.RetryPeriod, Time, cancel);
        }
        catch (OperationCanceledException)
        {
            // The loop that waits sees it.
        }
    }
}
