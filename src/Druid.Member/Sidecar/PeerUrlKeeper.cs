using Druid.Member.Etcd;
using Druid.Member.Membership;
using Serilog;

namespace Druid.Member.Sidecar;

/// <summary>
/// Has the cluster learn the peer URLs of a member whose etcd runs but does not answer. etcd serves nobody before it has caught
/// up; one that is further behind than its leader's log reaches catches up by a snapshot, which the leader sends to the URLs that
/// the cluster lists. So where these are not the ones served any more, the member would wait for ever: the others are told for it.
/// </summary>
/// <param name="member">The member's name.</param>
/// <param name="cluster">The others.</param>
/// <param name="served">The peer URLs that etcd was last started with; null when it was not started yet.</param>
/// <param name="answers">Whether etcd answers; then it is told itself.</param>
/// <param name="log">Where changes are noted.</param>
/// <param name="time">Clock of the pauses.</param>
sealed class PeerUrlKeeper(string member, ClusterGateway cluster, Func<IReadOnlyList<string>?> served, Func<bool> answers, ILogger log, TimeProvider time)
{
    // A start takes less when nothing is wrong.
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Looks until cancelled.</summary>
    public async Task Run(CancellationToken cancel)
    {
        while (true)
        {
            await Task.Delay(Patience, time, cancel);
            if (!answers() && served() is { } urls) await Announce(urls, cancel);
        }
    }

    async Task Announce(IReadOnlyList<string> urls, CancellationToken cancel)
    {
        var listed = (await cluster.Look(cancel))?.Members.FirstOrDefault(m => m.Name == member);
        if (listed is null || listed.PeerURLs.ToHashSet().SetEquals(urls)) return;
        try
        {
            await cluster.UpdatePeerUrls(listed.ID, urls, cancel);
            log.Information("Peer URLs changed from {Old} to {New}, while etcd does not answer", string.Join(',', listed.PeerURLs), string.Join(',', urls));
        }
        catch (EtcdException refused)
        {
            log.Warning("{Reason}", refused.Message);
        }
    }
}
