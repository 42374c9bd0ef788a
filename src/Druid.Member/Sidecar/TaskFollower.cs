using Druid.Member.Membership;
using Serilog;

namespace Druid.Member.Sidecar;

/// <summary>
/// Has an etcd that runs follow the operator. What a member is told takes effect when it starts; a survivor of a cluster that
/// lost its majority runs, without a leader, and would never start again by itself. So it is stopped once it is told to found
/// the cluster anew, or to join the one that is. A cluster that has a leader is never touched.
/// </summary>
/// <param name="followed">What the running etcd was started for; null when that is not known.</param>
/// <param name="stop">Stops etcd, whose container starts again.</param>
/// <param name="log">The log.</param>
sealed class TaskFollower(Func<MemberTask?> followed, Func<CancellationToken, Task> stop, ILogger log)
{
    // An election takes less than the time between two reports.
    const int LeaderlessReports = 2;

    int _leaderless;
    bool _released;

    /// <summary>Compares what the member is told with what etcd does, once a report.</summary>
    /// <param name="task">What the operator tells the member.</param>
    /// <param name="hasLeader">Whether its etcd knows a leader.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task Follow(MemberTask task, bool hasLeader, CancellationToken cancel)
    {
        _leaderless = hasLeader ? 0 : _leaderless + 1;
        // An order that was carried out and is given again is another one: more was lost since.
        _released |= task is MemberTask.Serve;
        if (task is not (MemberTask.Rebuild or MemberTask.Rejoin) || (followed() == task && !_released) || _leaderless < LeaderlessReports) return;
        try
        {
            log.Warning("etcd is stopped, to start again as told: this member is to {Task}", task is MemberTask.Rebuild ? "found the cluster anew" : "join the cluster that is founded anew");
            await stop(cancel);
            (_leaderless, _released) = (0, false);
        }
        catch (Exception failure) when (failure is HttpRequestException || (failure is TaskCanceledException && !cancel.IsCancellationRequested))
        {
            log.Warning("etcd could not be stopped, trying again with the next report: {Reason}", failure.Message);
        }
    }
}
