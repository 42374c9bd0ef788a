using System.Diagnostics;
using Druid.LoadTests.Fleet;

namespace Druid.LoadTests.Measuring;

/// <summary>Looks at the operator and at the clusters every second or so, and shows how far a scenario is.</summary>
sealed class Timeline(Func<OperatorProcess> operatorProcess, Machine machine, Clusters clusters, TextWriter progress) : IAsyncDisposable
{
    readonly CancellationTokenSource _stop = new();
    readonly List<Moment> _moments = [];
    readonly long _start = Stopwatch.GetTimestamp();
    Task _running = Task.CompletedTask;

    /// <summary>The scenario that runs, as the moments are marked with.</summary>
    public string Scenario { get; set; } = "";

    /// <summary>How many seconds pass between two looks. Looking costs the operator some milliseconds, which at rest are most of what it does.</summary>
    public int Every { get; set; } = 1;

    /// <summary>What was seen so far.</summary>
    public IReadOnlyList<Moment> Moments
    {
        get
        {
            lock (_moments) return [.. _moments];
        }
    }

    /// <summary>The longest pause for a collection that was seen since a moment, of those that were the last when somebody looked.</summary>
    public double LongestPause(long since)
    {
        lock (_moments) return _moments.Where(m => m.Operator.At >= since).Select(m => m.Operator.LastPauseSeconds).DefaultIfEmpty().Max();
    }

    /// <summary>Starts looking.</summary>
    public void Start() => _running = Run();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ContinueWith(_ => { }, TaskScheduler.Default);
        _stop.Dispose();
    }

    async Task Run()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        for (var tick = 0; await timer.WaitForNextTickAsync(_stop.Token); tick++)
        {
            if (tick % Every != 0) continue;
            ProcessSample sample;
            try
            {
                sample = await operatorProcess().Sample(_stop.Token);
            }
            catch (Exception restarting) when (restarting is HttpRequestException or IOException or ObjectDisposedException || (restarting is OperationCanceledException && !_stop.IsCancellationRequested))
            {
                continue;
            }
            var moment = new Moment(Stopwatch.GetElapsedTime(_start, sample.At).TotalSeconds, Scenario, clusters.Count, clusters.WithStatefulSet, clusters.Ready, sample, machine.Sample());
            lock (_moments) _moments.Add(moment);
            if (tick % 10 == 0)
            {
                await progress.WriteLineAsync($"  {moment.Seconds,6:0} s  {Scenario,-10} {moment.Clusters,5} clusters  {moment.StatefulSets,5} with StatefulSet  {moment.Ready,5} ready  {sample.CpuSeconds,6:0.0} s CPU  {sample.ResidentMegabytes,4:0} MB  {sample.AllRequests,7:0} requests");
            }
        }
    }
}

/// <summary>A run at one moment.</summary>
/// <param name="Seconds">Since the run began.</param>
/// <param name="Scenario">The scenario that ran.</param>
/// <param name="Clusters">Etcds.</param>
/// <param name="StatefulSets">Of them with a StatefulSet.</param>
/// <param name="Ready">Of them as declared.</param>
/// <param name="Operator">The operator.</param>
/// <param name="Machine">All else.</param>
sealed record Moment(double Seconds, string Scenario, int Clusters, int StatefulSets, int Ready, ProcessSample Operator, MachineSample Machine);
