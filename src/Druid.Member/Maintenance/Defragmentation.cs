using Druid.Kubernetes.Resources;
using Druid.Member.Etcd;
using Druid.Member.Etcd.Rpc;
using Druid.Member.Metrics;
using Serilog;

namespace Druid.Member.Maintenance;

/// <summary>When databases are defragmented, and how long one may take.</summary>
sealed record DefragmentationOptions(CronSchedule Schedule, TimeSpan Timeout);

/// <summary>
/// Has every member rewrite its database without its holes, which it answers nothing during: one at a time, followers first,
/// the leader last, and only while all members serve, so that the quorum never hangs on the one at work.
/// </summary>
sealed class Defragmentation(EtcdClient etcd, DefragmentationOptions options, BackupMetrics metrics, ILogger log, TimeProvider time) : IDisposable
{
    static readonly TimeSpan LookTimeout = TimeSpan.FromSeconds(5);
    static readonly TimeSpan RecoveryPatience = TimeSpan.FromMinutes(1);
    static readonly TimeSpan RecoveryPoll = TimeSpan.FromMilliseconds(250);
    static readonly TimeSpan LongestSleep = TimeSpan.FromDays(1);

    // On schedule and for want of space: whoever comes second waits.
    readonly SemaphoreSlim _turn = new(1);

    /// <summary>Defragments on schedule until cancelled.</summary>
    public async Task Run(CancellationToken cancel)
    {
        while (options.Schedule.Next(time.GetUtcNow()) is { } due)
        {
            while (due - time.GetUtcNow() is var wait && wait > TimeSpan.Zero) await Task.Delay(wait < LongestSleep ? wait : LongestSleep, time, cancel);
            try
            {
                await DefragmentAll(cancel);
            }
            catch (EtcdException failure)
            {
                log.Warning("Defragmentation ends early: {Reason}", failure.Message);
            }
        }
    }

    /// <summary>Defragments every member once; ends early when one does not serve, as that could cost the quorum.</summary>
    /// <returns>The names of the members that were defragmented, in their order.</returns>
    /// <exception cref="EtcdException">A member refuses.</exception>
    public async Task<IReadOnlyList<string>> DefragmentAll(CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel);
        try
        {
            return await OneByOne(cancel);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    async Task<IReadOnlyList<string>> OneByOne(CancellationToken cancel)
    {
        var done = new List<string>();
        var members = (await etcd.MemberList(cancel)).Members;
        var leader = (await etcd.Status(cancel)).Leader;
        foreach (var member in members.Where(m => m.ClientURLs.Count > 0).OrderBy(m => m.ID == leader).ThenBy(m => m.Name, StringComparer.Ordinal))
        {
            if (await FirstIdle(members, cancel) is { } idle)
            {
                log.Warning("Defragmentation skips {Member} and all after it: {Idle} does not serve, and the quorum would hang on too few", member.Name, idle);
                break;
            }
            await Defragment(member, cancel);
            done.Add(member.Name);
        }
        return done;
    }

    async Task Defragment(ClusterMember member, CancellationToken cancel)
    {
        var at = At(member);
        var before = await at.Within(LookTimeout).Status(cancel);
        var start = time.GetTimestamp();
        await metrics.Defragmentation.Time(time, () => at.Within(options.Timeout).Defragment(cancel), $"endpoint=\"{member.ClientURLs[0]}\"");
        var after = await at.Within(LookTimeout).Status(cancel);
        log.Information("Defragmented {Member} from {Before} to {After} bytes in {Duration}", member.Name, before.DbSize, after.DbSize, time.GetElapsedTime(start));
        await UntilServing(member, cancel);
    }

    async Task UntilServing(ClusterMember member, CancellationToken cancel)
    {
        var start = time.GetTimestamp();
        while (!await Serves(member, cancel) && time.GetElapsedTime(start) < RecoveryPatience) await Task.Delay(RecoveryPoll, time, cancel);
    }

    // One member alone cannot hurt anybody but itself; it answers nothing meanwhile, as scheduled.
    async Task<string?> FirstIdle(IReadOnlyList<ClusterMember> members, CancellationToken cancel)
    {
        foreach (var member in members)
        {
            if (!await Serves(member, cancel)) return member.Name.Length > 0 ? member.Name : $"{member.ID:x}";
        }
        return null;
    }

    async Task<bool> Serves(ClusterMember member, CancellationToken cancel)
    {
        try
        {
            return member.ClientURLs.Count > 0 && (await At(member).Within(LookTimeout).Status(cancel)).Leader != 0;
        }
        catch (EtcdException)
        {
            return false;
        }
    }

    EtcdClient At(ClusterMember member) => etcd.At([.. member.ClientURLs.Select(url => new Uri(url))]);
}
