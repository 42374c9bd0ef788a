using Druid.Member.Etcd;
using Druid.Member.Etcd.Rpc;
using Druid.Member.Membership;
using Serilog;

namespace Druid.Member.Sidecar;

/// <summary>
/// Looks after a member while its etcd runs: has it promoted once it has caught up, and has the cluster learn its peer URLs
/// when they change.
/// </summary>
sealed class MemberKeeper(EtcdClient etcd, ClusterGateway cluster, Func<IReadOnlyList<string>?> servedPeerUrls, Func<ulong, bool> isReported, TimeSpan period, ILogger log, TimeProvider time)
{
    static readonly TimeSpan WhileStarting = TimeSpan.FromMilliseconds(250);

    volatile TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

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
                ? await Promote(status.Header.MemberId, cancel)
                : await AnnouncePeerUrls(status.Header.MemberId, cancel);
        }
        catch (EtcdException refused)
        {
            log.Warning("{Reason}", refused.Message);
            return false;
        }
    }

    // A voter of which the lease still says that its data is lost would count as lost if it went away now.
    async Task<bool> Promote(ulong id, CancellationToken cancel)
    {
        if (!isReported(id)) return false;
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

    async Task<bool> AnnouncePeerUrls(ulong id, CancellationToken cancel)
    {
        if (servedPeerUrls() is not { } urls) return true;
        var listed = (await etcd.MemberList(cancel)).Members.FirstOrDefault(m => m.ID == id);
        if (listed is null || listed.PeerURLs.ToHashSet().SetEquals(urls)) return true;
        await etcd.MemberUpdate(new MemberUpdateRequest { ID = id, PeerURLs = { urls } }, cancel);
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
