using Druid.Member.Etcd;
using Druid.Member.Etcd.Rpc;
using Druid.Member.Membership;
using Druid.Member.Metrics;
using Serilog;

namespace Druid.Member.Maintenance;

/// <summary>
/// Has a cluster accept writes again that ran into its quota. etcd raises <c>NOSPACE</c> and keeps it until it is disarmed,
/// however much was deleted and compacted since; and what was, stays in the file as holes until that is defragmented.
/// </summary>
/// <param name="etcd">The leader's etcd.</param>
/// <param name="status">What that last said of itself.</param>
/// <param name="quota">Bytes that a database may have, where etcd does not say so itself; null while unknown.</param>
/// <param name="defragmentation">Rewrites databases.</param>
/// <param name="metrics">Where disarmed alarms are counted.</param>
/// <param name="period">Time between two looks.</param>
/// <param name="log">Where it tells what it does, and what a person has to do.</param>
/// <param name="time">The clock.</param>
sealed class SpaceKeeper(EtcdClient etcd, Func<StatusResponse?> status, Func<long?> quota, Defragmentation defragmentation, SpaceMetrics metrics, TimeSpan period, ILogger log, TimeProvider time)
{
    static readonly TimeSpan LookTimeout = TimeSpan.FromSeconds(5);
    static readonly TimeSpan Reminder = TimeSpan.FromMinutes(10);

    // Writes that change nothing are rare, and each is a little later than etcd's commit of the one before it.
    const int LooksBetweenStirs = 4, Stirs = 3;
    static readonly TimeSpan Commit = TimeSpan.FromMilliseconds(200);

    DateTimeOffset _told = DateTimeOffset.MinValue;
    int _looks;

    /// <summary>Looks after the space until cancelled.</summary>
    public async Task Run(CancellationToken cancel)
    {
        while (true)
        {
            if (Space.IsExhausted(status()))
            {
                try
                {
                    await Recover(cancel);
                }
                catch (EtcdException failure)
                {
                    Tell(failure.Message);
                }
            }
            else
            {
                (_told, _looks) = (DateTimeOffset.MinValue, 0);
            }
            await Task.Delay(period, time, cancel);
        }
    }

    /// <summary>Does what can be done now about an alarm that was raised; true when none is left.</summary>
    /// <exception cref="EtcdException">etcd refuses.</exception>
    public async Task<bool> Recover(CancellationToken cancel)
    {
        var space = await Look(cancel);
        if (space.Verdict == SpaceVerdict.Full && _looks++ % LooksBetweenStirs == 0)
        {
            await Stir(cancel);
            space = await Look(cancel);
        }
        if (space.Verdict == SpaceVerdict.Defragment)
        {
            log.Warning("etcd refuses writes (NOSPACE), but most of the space is holes: databases are defragmented at once. {Reason}", space.Reason);
            if ((await defragmentation.DefragmentAll(cancel)).Count > 0) space = await Look(cancel);
        }
        if (space.Verdict != SpaceVerdict.Disarm)
        {
            Tell(space.Reason);
            return false;
        }
        await Disarm(space, cancel);
        return true;
    }

    // etcd counts what is in use when it commits a write, and what was compacted is free only with the writes after it. While all
    // are refused these may never come. So some are made that every member takes and that change nothing, not even the
    // revision: the leader's peer URLs are set to what they are.
    async Task Stir(CancellationToken cancel)
    {
        var members = await etcd.MemberList(cancel);
        if (members.Members.FirstOrDefault(m => m.ID == members.Header.MemberId) is not { } own) return;
        for (var i = 0; i < Stirs; i++)
        {
            await etcd.MemberUpdate(new() { ID = own.ID, PeerURLs = { own.PeerURLs } }, cancel);
            await Task.Delay(Commit, time, cancel);
        }
    }

    async Task Disarm(Space space, CancellationToken cancel)
    {
        var alarms = (await etcd.Alarm(new() { Action = AlarmRequest.Types.AlarmAction.Get }, cancel)).Alarms;
        foreach (var alarm in alarms.Where(a => a.Alarm == AlarmType.Nospace))
        {
            var disarmed = false;
            try
            {
                await etcd.Alarm(new() { Action = AlarmRequest.Types.AlarmAction.Deactivate, MemberID = alarm.MemberID, Alarm = alarm.Alarm }, cancel);
                disarmed = true;
            }
            finally
            {
                metrics.Disarmed.Count(disarmed);
            }
            log.Information("etcd accepts writes again: the alarm NOSPACE of member {Id} is disarmed, as {Reason}", $"{alarm.MemberID:x}", space.Reason);
        }
    }

    async Task<Space> Look(CancellationToken cancel)
    {
        var members = (await etcd.MemberList(cancel)).Members.Where(m => m.HasStarted()).ToList();
        var own = await etcd.Status(cancel);
        if ((own.DbSizeQuota > 0 ? own.DbSizeQuota : quota()) is not { } limit)
            return new(SpaceVerdict.Wait, "the quota that etcd was started with is not known");
        return Space.Of(await Task.WhenAll(members.Select(member => Measure(member, cancel))), limit);
    }

    async Task<DatabaseSize> Measure(ClusterMember member, CancellationToken cancel)
    {
        try
        {
            var answer = await etcd.At([.. member.ClientURLs.Select(url => new Uri(url))]).Within(LookTimeout).Status(cancel);
            return new(member.Name, answer.DbSize, answer.DbSizeInUse);
        }
        catch (EtcdException)
        {
            return new(member.Name, null, 0);
        }
    }

    // A person reads it once and is reminded; the log is not filled with it.
    void Tell(string reason)
    {
        if (time.GetUtcNow() - _told < Reminder) return;
        _told = time.GetUtcNow();
        log.Error("etcd refuses writes (NOSPACE), and the alarm stays: {Reason}", reason);
    }
}
