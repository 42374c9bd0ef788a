using Druid.Member.Etcd;
using Druid.Member.Etcd.Rpc;
using Druid.Member.Membership;
using Serilog;

namespace Druid.Member.Sidecar;

/// <summary>
/// Looks after a member while its etcd answers: has it promoted once it has caught up, and has the cluster learn its peer URLs
/// when they change. Before etcd answers, <see cref="PeerUrlKeeper"/> does the latter.
/// </summary>
sealed class MemberKeeper(EtcdClient etcd, ClusterGateway cluster, Func<IReadOnlyList<string>?> servedPeerUrls, Func<ulong, bool> announceVote, TimeSpan period, ILogger log, TimeProvider time)
{
    static readonly TimeSpan WhileStarting = TimeSpan.FromMilliseconds(250);

    volatile TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    HashSet<ulong>? _voters;

    /// <summary>The last answer of etcd about itself; null while it does not answer.</summary>
    public StatusResponse? Status { get; private set; }

    /// <summary>Called when etcd comes up, goes, or changes its role.</summary>
    public event Action? Changed;

    /// <summary>Completes once a condition holds on what etcd last said of itself.</summary>
    public async Task Until(Func<StatusResponse?, bool> condition, CancellationToken cancel)
    {
        while (true)
        {
            var changed = _changed.Task;
            if (condition(Status)) return;
            await changed.WaitAsync(cancel);
        }
    }

    /// <summary>Looks after the member until cancelled.</summary>
    public async Task Run(CancellationToken cancel)
    {
        while (true)
        {
            Note(await Look(cancel));
            var settled = Status is { } status && await Settle(status, cancel);
            await Task.Delay(settled ? period : WhileStarting, time, cancel);
        }
    }

    async Task<StatusResponse?> Look(CancellationToken cancel)
    {
        try
        {
            return await etcd.Status(cancel);
        }
        catch (EtcdException unavailable)
        {
            log.Debug("etcd does not answer: {Reason}", unavailable.Message);
            return null;
        }
    }

    /// <summary>Does what is to be done; true when nothing is left.</summary>
    async Task<bool> Settle(StatusResponse status, CancellationToken cancel)
    {
        if (status.Leader == 0) return false;
        try
        {
            return status.IsLearner
                ? await Promote(status, cancel)
                : await LookAtMembers(status, cancel);
        }
        catch (EtcdException refused)
        {
            log.Warning("{Reason}", refused.Message);
            return false;
        }
    }

    async Task<bool> Promote(StatusResponse status, CancellationToken cancel)
    {
        var id = status.Header.MemberId;
        if (!await HasCaughtUp(status, cancel) || !announceVote(id)) return false;
        try
        {
            await cluster.Promote(id, cancel);
            log.Information("Learner {Id} has caught up and votes from now on", $"{id:x}");
            Changed?.Invoke();
        }
        catch (EtcdException early) when (early.Error is EtcdError.LearnerNotReady or EtcdError.MemberNotLearner)
        {
            log.Debug("Learner {Id} is not promoted: {Reason}", $"{id:x}", early.Message);
        }
        return false;
    }

    // As etcd will judge it, so that nothing is announced and then refused: nine tenths of what the others have.
    async Task<bool> HasCaughtUp(StatusResponse status, CancellationToken cancel) =>
        status.RaftIndex >= (await cluster.RaftIndex(cancel)) * 0.9;

    async Task<bool> LookAtMembers(StatusResponse status, CancellationToken cancel)
    {
        var members = (await etcd.MemberList(cancel)).Members;
        var voters = members.Where(m => !m.IsLearner).Select(m => m.ID).ToHashSet();
        var changed = _voters is not null && !_voters.SetEquals(voters);
        _voters = voters;
        // The leader lists the members for all who read leases: that one votes, or does not any more, cannot wait for a heartbeat.
        if (changed && status.Leader == status.Header.MemberId) Changed?.Invoke();
        return await AnnouncePeerUrls(members.FirstOrDefault(m => m.ID == status.Header.MemberId), cancel);
    }

    async Task<bool> AnnouncePeerUrls(ClusterMember? listed, CancellationToken cancel)
    {
        if (servedPeerUrls() is not { } urls) return true;
        if (listed is null || listed.PeerURLs.ToHashSet().SetEquals(urls)) return true;
        await etcd.MemberUpdate(new MemberUpdateRequest { ID = listed.ID, PeerURLs = { urls } }, cancel);
        log.Information("Peer URLs changed from {Old} to {New}", string.Join(',', listed.PeerURLs), string.Join(',', urls));
        return true;
    }

    void Note(StatusResponse? status)
    {
        var changed = (status is null) != (Status is null) || status?.Leader != Status?.Leader || status?.IsLearner != Status?.IsLearner;
        Status = status;
        if (!changed) return;
        Interlocked.Exchange(ref _changed, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        log.Information("etcd {State}", status is null ? "does not answer" : status.IsLearner ? "runs as learner" : status.Leader == status.Header.MemberId ? "leads" : status.Leader == 0 ? "knows no leader" : "follows");
        Changed?.Invoke();
    }
}
