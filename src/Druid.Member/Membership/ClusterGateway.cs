using Druid.Member.Etcd;
using Druid.Member.Etcd.Rpc;
using Druid.Member.Metrics;
using Google.Protobuf;
using Serilog;

namespace Druid.Member.Membership;

/// <summary>
/// The running cluster, reached through its other members: a member that has no data, or is a learner, cannot ask its own
/// etcd about membership.
/// </summary>
/// <param name="client">Whose connections are used.</param>
/// <param name="endpoints">Client URLs of the other members, or of a Service before them; read again for each call.</param>
/// <param name="metrics">Where changes of the membership are counted.</param>
/// <param name="log">Where unanswered questions are noted.</param>
/// <param name="time">Clock of the metrics.</param>
sealed class ClusterGateway(EtcdClient client, Func<IReadOnlyList<Uri>> endpoints, MembershipMetrics metrics, ILogger log, TimeProvider time)
{
    static readonly TimeSpan LookTimeout = TimeSpan.FromSeconds(3);

    /// <summary>
    /// The members, confirmed by a linearizable read; null when no endpoint can confirm it within some seconds. All
    /// endpoints are asked at once, so dead ones cost no time.
    /// </summary>
    public async Task<ClusterMembers?> Look(CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(LookTimeout);
        var asked = endpoints().Select(endpoint => Ask(client.At(endpoint), limit.Token)).ToList();
        ClusterMembers? answer = null;
        while (asked.Count > 0 && answer is null)
        {
            var first = await Task.WhenAny(asked);
            asked.Remove(first);
            answer = await first;
        }
        await limit.CancelAsync();
        await Task.WhenAll(asked);
        cancel.ThrowIfCancellationRequested();
        return answer;
    }

    /// <summary>Adds a member that does not vote yet, and returns its id.</summary>
    public async Task<ulong> AddLearner(IReadOnlyList<string> peerUrls, CancellationToken cancel)
    {
        var added = false;
        try
        {
            var answer = await metrics.Add.Time(time, () => Others.MemberAdd(new MemberAddRequest { IsLearner = true, PeerURLs = { peerUrls } }, cancel));
            added = true;
            return answer.Member.ID;
        }
        finally
        {
            metrics.LearnersAdded.Count(added);
        }
    }

    /// <summary>Removes a member for good.</summary>
    public Task Remove(ulong id, CancellationToken cancel) => metrics.Remove.Time(time, () => Others.MemberRemove(id, cancel));

    /// <summary>Makes a learner a voter.</summary>
    public Task Promote(ulong id, CancellationToken cancel) => metrics.Promote.Time(time, () => Others.MemberPromote(id, cancel));

    /// <summary>Has the cluster list other peer URLs for a member.</summary>
    public Task UpdatePeerUrls(ulong id, IReadOnlyList<string> peerUrls, CancellationToken cancel) =>
        Others.MemberUpdate(new MemberUpdateRequest { ID = id, PeerURLs = { peerUrls } }, cancel);

    /// <summary>How far the log of one of the other members is committed.</summary>
    public async Task<ulong> RaftIndex(CancellationToken cancel) => (await Others.Status(cancel)).RaftIndex;

    EtcdClient Others => client.At(endpoints());

    async Task<ClusterMembers?> Ask(EtcdClient endpoint, CancellationToken cancel)
    {
        try
        {
            // etcd 3.4 lists members as the one asked knows them. The read makes sure that it knows all that happened before.
            await endpoint.Range(LinearizableRead, cancel);
            var list = await endpoint.MemberList(cancel);
            return new(list.Header.ClusterId, list.Members);
        }
        catch (EtcdException failure) when (failure.Error == EtcdError.PermissionDenied)
        {
            log.Error("The cluster answers but does not let this agent in: {Reason}", failure.Message);
            return null;
        }
        catch (EtcdException failure)
        {
            log.Debug("No confirmation of the members: {Reason}", failure.Message);
            return null;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>A read that returns nothing but needs the quorum.</summary>
    public static RangeRequest LinearizableRead { get; } = new() { Key = ByteString.CopyFromUtf8("druid/linearizable-read"), CountOnly = true };
}
