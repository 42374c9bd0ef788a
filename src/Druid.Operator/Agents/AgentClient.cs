using System.Globalization;
using System.Net;
using Druid.Api;
using Druid.Operator.Observers;

namespace Druid.Operator.Agents;

/// <summary>
/// Asks members' agents for changes of the etcd membership, over the sidecar's HTTP API. An agent checks against etcd what
/// it is asked for and refuses what would cost the quorum, so a stale view here does no harm there.
/// </summary>
/// <param name="http">Connects to pods; its timeout bounds every call.</param>
public sealed class AgentClient(HttpClient http)
{
    /// <summary>Hands leadership to another member.</summary>
    /// <exception cref="AgentException">No agent could be asked, or it refused.</exception>
    public Task MoveLeader(ClusterObjects objects, int from, int to, CancellationToken cancel) =>
        Post(objects, from, $"leader/move?to={IdOf(objects, to)}", cancel);

    /// <summary>Removes a member from the etcd membership. One that is no member any more counts as removed.</summary>
    /// <exception cref="AgentException">No agent could be asked, or it refused.</exception>
    public Task RemoveMember(ClusterObjects objects, int ordinal, CancellationToken cancel) =>
        Post(objects, OtherThan(objects, ordinal), $"members/remove?id={IdOf(objects, ordinal)}", cancel);

    async Task Post(ClusterObjects objects, int ordinal, string request, CancellationToken cancel)
    {
        var etcd = objects.Etcd;
        var pod = Names.Pod(etcd, ordinal);
        if (objects.Pods.GetValueOrDefault(pod)?.Status?.PodIP is not { Length: > 0 } address)
        {
            throw new AgentException($"Pod {pod} has no address yet, so its agent cannot be asked for '{request}'.");
        }
        var scheme = etcd.Spec.Backup.Tls is null ? "http" : "https";
        var url = new Uri(string.Create(CultureInfo.InvariantCulture, $"{scheme}://{Bracketed(address)}:{etcd.Spec.Backup.Port ?? EtcdDefaults.BackupPort}/{request}"));
        try
        {
            using var response = await http.PostAsync(url, null, cancel);
            if (!response.IsSuccessStatusCode)
            {
                throw new AgentException($"The agent of {pod} refused '{request}': {(int)response.StatusCode} {(await response.Content.ReadAsStringAsync(cancel)).Trim()}");
            }
        }
        catch (Exception error) when (error is HttpRequestException || (error is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            throw new AgentException($"The agent of {pod} could not be asked for '{request}' at {url.Authority}: {error.Message}", error);
        }
    }

    static string IdOf(ClusterObjects objects, int ordinal) =>
        LeaseHolder.Parse(objects.MemberLease(ordinal)?.Spec?.HolderIdentity)?.MemberId
        ?? throw new AgentException($"The lease {Names.MemberLease(objects.Etcd, ordinal)} does not name the member's id yet.");

    // The agent of a participating member that stays: the leader's where it can be told.
    static int OtherThan(ClusterObjects objects, int ordinal) => MemberObserver.Observe(objects, PlanAnnotation.Of(objects.Etcd, objects.StatefulSet))
        .Where(m => m.Ordinal != ordinal && m.Participates)
        .OrderByDescending(m => m.Leads)
        .Select(m => (int?)m.Ordinal)
        .FirstOrDefault() ?? throw new AgentException($"No other member participates that could remove member {ordinal}.");

    static string Bracketed(string address) =>
        IPAddress.TryParse(address, out var ip) && ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{address}]" : address;
}
