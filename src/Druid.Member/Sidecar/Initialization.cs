using Druid.Kubernetes.Client;
using Druid.Member.Configuration;
using Druid.Member.Membership;
using Serilog;

namespace Druid.Member.Sidecar;

/// <summary>How far an initialization is, in the words of the HTTP API.</summary>
enum InitializationStatus
{
    /// <summary>None was started, or the last one's result was taken.</summary>
    New,

    /// <summary>It is at work, or waits.</summary>
    Progress,

    /// <summary>etcd can start.</summary>
    Successful,

    /// <summary>It gave up; the log says why.</summary>
    Failed,
}

/// <summary>
/// Runs one initialization at a time, in the background, and keeps its result until it is asked for. After failures the next one waits:
/// whoever starts it asks every second or two, and one that cannot succeed may read all of a store each time.
/// </summary>
sealed class Initialization(Func<InitializationRequest, CancellationToken, Task<Prepared>> prepare, ILogger log, TimeProvider time)
{
    static readonly Backoff Pauses = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));

    readonly Lock _gate = new();
    InitializationStatus _status;
    int _failures;
    long _lastFailure;

    /// <summary>What etcd is to start as, and on whose word; null before the first success.</summary>
    public Prepared? Result { get; private set; }

    /// <summary>Starts an initialization unless one is at work or has a result that was not taken.</summary>
    /// <param name="request">How thorough, and what is asked for.</param>
    /// <param name="cancel">Ends it.</param>
    public void Start(InitializationRequest request, CancellationToken cancel)
    {
        lock (_gate)
        {
            if (_status != InitializationStatus.New) return;
            _status = InitializationStatus.Progress;
        }
        var pause = _failures == 0 ? TimeSpan.Zero : Pauses.After(_failures - 1) - time.GetElapsedTime(_lastFailure);
        _ = Task.Run(() => Work(request, pause, cancel), CancellationToken.None);
    }

    /// <summary>The status. A result is given once; after it the status is New again.</summary>
    public InitializationStatus TakeStatus()
    {
        lock (_gate)
        {
            var status = _status;
            if (status is InitializationStatus.Successful or InitializationStatus.Failed) _status = InitializationStatus.New;
            return status;
        }
    }

    async Task Work(InitializationRequest request, TimeSpan pause, CancellationToken cancel)
    {
        var outcome = InitializationStatus.Failed;
        try
        {
            if (pause > TimeSpan.Zero)
            {
                log.Information("The next initialization waits {Seconds:0.0} s; failures in a row: {Failures}", pause.TotalSeconds, _failures);
                await Task.Delay(pause, time, cancel);
            }
            log.Information("Initialization with {Mode} validation", request.Full ? "full" : "sanity");
            Result = await prepare(request, cancel);
            outcome = InitializationStatus.Successful;
            var initial = Result.Initial;
            log.Information("Initialized: etcd starts as {What}", initial.ForceNew ? "a cluster of its own" : initial.Exists ? "a member of its cluster" : "a founder of the cluster");
        }
        catch (PreparationException refused)
        {
            log.Error("{Reason}", refused.Message);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ConfigException)
        {
            log.Error(failure, "Initialization failed");
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            log.Information("Initialization ends with the agent");
        }
        finally
        {
            _failures = outcome == InitializationStatus.Failed ? _failures + 1 : 0;
            _lastFailure = time.GetTimestamp();
            lock (_gate) _status = outcome;
        }
    }
}

/// <summary>What an initialization is asked for.</summary>
/// <param name="Full">Whether every page and record of the data is to be looked at.</param>
/// <param name="FailBelowRevision">The revision that restored data must reach at least; null for any.</param>
readonly record struct InitializationRequest(bool Full, long? FailBelowRevision = null);
