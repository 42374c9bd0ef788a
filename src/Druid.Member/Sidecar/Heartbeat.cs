using System.Threading.Channels;
using Druid.Member.Configuration;
using Druid.Member.Etcd;
using Druid.Member.Etcd.Rpc;
using Druid.Member.Membership;
using Serilog;

namespace Druid.Member.Sidecar;

/// <summary>
/// Reports in the member's lease every heartbeat, and at once when etcd comes up or its role changes. A report costs one
/// request to the API server; while that does not answer, nothing else is affected and the next heartbeat tries again.
/// </summary>
sealed class Heartbeat(EtcdClient etcd, IMemberLease lease, ConfigSource config, string member, TaskFollower follower, TimeSpan period, ILogger log, TimeProvider time)
{
    readonly Channel<bool> _due = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    bool _failing;
    ulong _announced, _saidToVote;

    /// <summary>
    /// Has the lease say that a learner votes, before it does: whoever decides what a lost member means must know all that may vote.
    /// Once no leader is known the lease takes it back, as nobody can promote it then.
    /// </summary>
    /// <param name="id">The learner.</param>
    /// <returns>Whether the lease says so now.</returns>
    public bool AnnounceVote(ulong id)
    {
        if (Interlocked.Exchange(ref _announced, id) != id) Hasten();
        return Volatile.Read(ref _saidToVote) == id;
    }

    /// <summary>Reports without waiting for the next heartbeat.</summary>
    public void Hasten() => _due.Writer.TryWrite(true);

    /// <summary>Reports until cancelled.</summary>
    public async Task Run(CancellationToken cancel)
    {
        await using var timer = time.CreateTimer(_ => Hasten(), null, period, period);
        await foreach (var _ in _due.Reader.ReadAllAsync(cancel)) await Beat(cancel);
    }

    async Task Beat(CancellationToken cancel)
    {
        try
        {
            var status = await etcd.Status(cancel);
            var report = await Report(status, cancel);
            var task = await lease.Renew(report, cancel);
            Volatile.Write(ref _saidToVote, report.Votes ? report.MemberId : 0);
            if (_failing) log.Information("Reports in the lease of {Member} again", member);
            _failing = false;
            await follower.Follow(task, status.Leader != 0, cancel);
        }
        catch (ConfigException unusable)
        {
            log.Error("No report: {Reason}", unusable.Message);
        }
        catch (EtcdException unavailable)
        {
            // An etcd that does not answer is reported by not being reported.
            log.Debug("No report: {Reason}", unavailable.Message);
        }
        catch (LeaseUnavailableException unavailable)
        {
            if (!_failing) log.Warning("The lease of {Member} cannot be renewed, trying again every {Period}: {Reason}", member, period, unavailable.Message);
            _failing = true;
        }
    }

    async Task<MemberReport> Report(StatusResponse status, CancellationToken cancel)
    {
        var now = config.Current;
        var leads = status.Leader == status.Header.MemberId;
        var members = leads ? MemberReport.List((await etcd.MemberList(cancel)).Members, now.InitialCluster) : null;
        return new(status.Header.MemberId, status.Header.ClusterId, leads, Votes(status), now.HasPeerTls(member), members);
    }

    bool Votes(StatusResponse status)
    {
        if (!status.IsLearner) return true;
        if (status.Leader == 0) Volatile.Write(ref _announced, 0);
        return Volatile.Read(ref _announced) == status.Header.MemberId;
    }
}
