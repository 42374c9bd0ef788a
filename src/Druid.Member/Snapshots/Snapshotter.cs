using System.Threading.Channels;
using Druid.Member.Etcd;
using Druid.Member.Metrics;
using Druid.Member.Stores;
using Serilog;

namespace Druid.Member.Snapshots;

/// <summary>
/// Takes the snapshots of a cluster while this agent's member leads it. What is in the store is what counts: a snapshotter
/// begins after the last snapshot there, and one that finds that another has written after it began begins anew, so a change
/// of leader neither loses nor repeats an event.
/// </summary>
sealed class Snapshotter(
    EtcdClient etcd, IObjectStore store, ISnapshotLeases leases, SnapshotterOptions options, BackupMetrics metrics, BackupHealth health, ILogger log, TimeProvider time)
{
    readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    readonly Channel<SnapshotRequest> _requests = Channel.CreateUnbounded<SnapshotRequest>();

    /// <summary>Whether snapshots are taken here now.</summary>
    public bool IsActive { get; private set; }

    /// <summary>Takes a snapshot out of turn. Null when there was nothing new for a delta.</summary>
    /// <exception cref="SnapshotException">It failed, or this agent does not take the snapshots; the message says why.</exception>
    public async Task<Snapshot?> Take(SnapshotKind kind, bool isFinal, CancellationToken cancel)
    {
        if (!IsActive) throw new SnapshotException("no snapshots are taken here now: this member does not lead, or the last attempts failed");
        if (kind == SnapshotKind.Delta && !options.TakesDeltas) throw new SnapshotException("no deltas are taken: --delta-snapshot-period is shorter than a second");
        var request = new SnapshotRequest(kind, isFinal);
        await _requests.Writer.WriteAsync(request, cancel);
        _wake.Writer.TryWrite(true);
        return await request.Result.Task.WaitAsync(cancel);
    }

    /// <summary>Takes snapshots until cancelled, which is when the member does not lead any more. Failures are waited out.</summary>
    public async Task Run(CancellationToken cancel)
    {
        for (var failures = 0; ;)
        {
            try
            {
                await using var term = await SnapshotterTerm.Begin(etcd, store, leases, options, metrics, () => _wake.Writer.TryWrite(true), log, time, cancel);
                IsActive = true;
                await Work(term, () => failures = 0, cancel);
            }
            catch (Exception failure) when (failure is EtcdException or StoreException or IOException or InvalidDataException or SnapshotException)
            {
                failures++;
                health.Failed(failure.Message);
                metrics.Failure();
                log.Error("Snapshots fail, the next attempt comes in {Wait}: {Reason}", options.Backoff.After(failures), failure.Message);
            }
            finally
            {
                IsActive = false;
                while (_requests.Reader.TryRead(out var request)) request.Result.TrySetException(new SnapshotException("this agent does not take the snapshots any more"));
            }
            await Task.Delay(options.Backoff.After(failures), time, cancel);
        }
    }

    async Task Work(SnapshotterTerm term, Action succeeded, CancellationToken cancel)
    {
        var failures = 0;
        if (term.NeedsFull is { } reason)
        {
            log.Information("A full snapshot is taken first: {Reason}", reason);
            await Attempt(() => term.TakeFull(false, cancel));
        }
        else
        {
            await Attempt(async () => await term.TakeAll(cancel));
            await term.ThrowIfWatchEnded();
        }
        succeeded();
        while (true)
        {
            await Sleep(term.Due, cancel);
            await term.ThrowIfWatchEnded();
            while (_requests.Reader.TryRead(out var request)) await Answer(term, request, cancel);
            try
            {
                if (term.IsFullDue) await Attempt(() => term.TakeFull(false, cancel));
                else if (term.IsDeltaDue) await Attempt(async () => await term.TakeDelta(cancel));
                failures = 0;
            }
            catch (StoreException unavailable)
            {
                // Events stay in the spool and are uploaded once the store answers again.
                failures++;
                health.Failed(unavailable.Message);
                metrics.Failure();
                var wait = options.Backoff.After(failures);
                log.Warning("A snapshot could not be stored; it is kept and tried again in {Wait}: {Reason}", wait, unavailable.Message);
                term.Postpone(wait);
            }
        }
    }

    async Task Attempt(Func<Task> take)
    {
        await take();
        health.Succeeded();
    }

    async Task Answer(SnapshotterTerm term, SnapshotRequest request, CancellationToken cancel)
    {
        try
        {
            request.Result.TrySetResult(request.Kind == SnapshotKind.Full ? await term.TakeFull(request.IsFinal, cancel) : await term.TakeAll(cancel));
            health.Succeeded();
        }
        catch (Exception failure)
        {
            request.Result.TrySetException(failure is OperationCanceledException ? new SnapshotException("this agent does not take the snapshots any more") : new SnapshotException(failure.Message, failure));
            if (failure is not StoreException) throw;
            health.Failed(failure.Message);
            metrics.Failure();
        }
    }

    async Task Sleep(DateTimeOffset due, CancellationToken cancel)
    {
        var wait = due - time.GetUtcNow();
        if (wait <= TimeSpan.Zero) return;
        using var limit = new CancellationTokenSource(wait < Longest ? wait : Longest, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        try
        {
            await _wake.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // Due.
        }
    }

    static TimeSpan Longest { get; } = TimeSpan.FromDays(1);
}

/// <summary>A snapshot that someone waits for.</summary>
/// <param name="Kind">Full or delta.</param>
/// <param name="IsFinal">Whether it is to be marked as the last one.</param>
sealed record SnapshotRequest(SnapshotKind Kind, bool IsFinal)
{
    /// <summary>Completes with the snapshot, null when there was nothing new.</summary>
    public TaskCompletionSource<Snapshot?> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>A snapshot could not be taken; the message says why.</summary>
sealed class SnapshotException(string message, Exception? cause = null) : Exception(message, cause);
