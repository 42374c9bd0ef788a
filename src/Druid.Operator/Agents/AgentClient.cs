using System.Globalization;
using System.Net;
using System.Text.Json;
using Druid.Api;
using Druid.Kubernetes.Resources;
using Druid.Operator.Observers;

namespace Druid.Operator.Agents;

/// <summary>
/// Asks members' agents, over the sidecar's HTTP API, for what only they can do. An agent checks against etcd what it is asked for and
/// refuses what would cost the quorum, so a stale view here does no harm there.
/// </summary>
/// <remarks>Calls are rare, minutes apart at most, so each has a connection of its own.</remarks>
/// <param name="tls">How both sides prove themselves.</param>
public sealed class AgentClient(AgentTls tls)
{
    static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(3);

    // Of what an agent answers within a moment or not at all.
    static readonly TimeSpan ShortCall = TimeSpan.FromSeconds(15);

    // An agent gives up by itself when its own time has run out, and says why; so it is given a little more.
    static readonly TimeSpan Courtesy = TimeSpan.FromSeconds(30);

    /// <summary>Hands leadership to another member.</summary>
    /// <exception cref="AgentException">No agent could be asked, or it refused.</exception>
    public Task MoveLeader(ClusterObjects objects, int from, int to, CancellationToken cancel) =>
        Send(objects, from, HttpMethod.Post, $"leader/move?to={IdOf(objects, to)}", ShortCall, cancel);

    /// <summary>Removes a member from the etcd membership. One that is no member any more, or never became one, counts as removed.</summary>
    /// <exception cref="AgentException">No agent could be asked, or it refused.</exception>
    public Task RemoveMember(ClusterObjects objects, int ordinal, CancellationToken cancel) => NeverJoined(objects, ordinal)
        ? Task.CompletedTask
        : Send(objects, Participant(objects, except: ordinal, $"that could remove member {ordinal}"), HttpMethod.Post, $"members/remove?id={IdOf(objects, ordinal)}", ShortCall, cancel);

    /// <summary>Has a full snapshot taken now, and waits for its end.</summary>
    /// <param name="objects">The cluster.</param>
    /// <param name="final">Mark it as the last one before the cluster goes.</param>
    /// <param name="within">How long it may take; null for what the spec allows.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>The last revision in it; null where the answer does not tell.</returns>
    /// <exception cref="AgentException">No agent could be asked, or it failed.</exception>
    public async Task<long?> TakeFullSnapshot(ClusterObjects objects, bool final, TimeSpan? within, CancellationToken cancel)
    {
        var limit = within ?? (objects.Etcd.Spec.Backup.EtcdSnapshotTimeout ?? EtcdDefaults.SnapshotTimeout).ToTimeSpan() + Courtesy;
        return LastRevision(await Snapshot(objects, final ? "snapshot/full?final=true" : "snapshot/full", limit, cancel));
    }

    /// <summary>Has the events since the last snapshot saved now; nothing to save is no error.</summary>
    /// <inheritdoc cref="TakeFullSnapshot"/>
    public async Task<long?> TakeDeltaSnapshot(ClusterObjects objects, TimeSpan within, CancellationToken cancel) =>
        LastRevision(await Snapshot(objects, "snapshot/delta", within, cancel));

    /// <summary>Has the latest restorable snapshot found and its hashes verified. No quorum is needed for it.</summary>
    /// <exception cref="AgentException">No agent could be asked, there is no such snapshot, or it is broken.</exception>
    public Task VerifySnapshot(ClusterObjects objects, CancellationToken cancel) =>
        Send(objects, Reachable(objects), HttpMethod.Get, "snapshot/verify", (objects.Etcd.Spec.Backup.EtcdSnapshotTimeout ?? EtcdDefaults.SnapshotTimeout).ToTimeSpan() + Courtesy, cancel);

    Task<string> Snapshot(ClusterObjects objects, string request, TimeSpan within, CancellationToken cancel) =>
        Send(objects, Participant(objects, except: null, "that could take a snapshot"), HttpMethod.Get, request, within, cancel);

    async Task<string> Send(ClusterObjects objects, int ordinal, HttpMethod method, string request, TimeSpan within, CancellationToken cancel)
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
            using var handler = new SocketsHttpHandler { ConnectTimeout = ConnectTimeout };
            if (await tls.Of(etcd, ordinal, cancel) is { } security)
            {
                handler.SslOptions = security;
            }
            using var http = new HttpClient(handler) { Timeout = within };
            using var message = new HttpRequestMessage(method, url);
            using var response = await http.SendAsync(message, cancel);
            var answer = await response.Content.ReadAsStringAsync(cancel);
            return response.IsSuccessStatusCode
                ? answer
                : throw new AgentException($"The agent of {pod} refused '{request}': {(int)response.StatusCode} {answer.Trim()}") { Status = response.StatusCode };
        }
        catch (Exception error) when (error is HttpRequestException || (error is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            var why = error is HttpRequestException ? Innermost(error).Message : $"there was no answer within {within.TotalSeconds:0} s";
            throw new AgentException($"The agent of {pod} could not be asked for '{request}' at {url.Authority}: {why}", error);
        }
    }

    static Exception Innermost(Exception error) => error.InnerException is { } inner ? Innermost(inner) : error;

    static string IdOf(ClusterObjects objects, int ordinal) =>
        LeaseHolder.Parse(objects.MemberLease(ordinal)?.Spec?.HolderIdentity)?.MemberId
        ?? throw new AgentException($"The lease {Names.MemberLease(objects.Etcd, ordinal)} does not name the member's id yet.");

    // Its lease was made, but nobody has an id for it: no agent wrote one there, and no leader tells of such a member.
    static bool NeverJoined(ClusterObjects objects, int ordinal) =>
        LeaseHolder.Parse(objects.MemberLease(ordinal)?.Spec?.HolderIdentity) is null
        && !objects.Pods.ContainsKey(Names.Pod(objects.Etcd, ordinal))
        && Members(objects).FirstOrDefault(m => m.Ordinal == ordinal) is null or { Membership: StateMachine.Etcd.Membership.None or StateMachine.Etcd.Membership.Unknown };

    // The agent of a participating member: the leader's where it can be told.
    static int Participant(ClusterObjects objects, int? except, string purpose) => Members(objects)
        .Where(m => m.Ordinal != except && m.Participates)
        .OrderByDescending(m => m.Leads)
        .Select(m => (int?)m.Ordinal)
        .FirstOrDefault() ?? throw new AgentException($"No {(except is null ? "" : "other ")}member participates {purpose}.");

    // The agent of any pod that runs, whether or not its member serves.
    static int Reachable(ClusterObjects objects) => Members(objects)
        .Where(m => objects.Pods.GetValueOrDefault(Names.Pod(objects.Etcd, m.Ordinal)) is { Status.PodIP: { Length: > 0 } } pod && !pod.IsBeingDeleted)
        .OrderByDescending(m => m.Pod)
        .Select(m => (int?)m.Ordinal)
        .FirstOrDefault() ?? throw new AgentException("No member has a running pod whose agent could look at the store.");

    static IEnumerable<StateMachine.Etcd.MemberView> Members(ClusterObjects objects) =>
        MemberObserver.Observe(objects, PlanAnnotation.Of(objects.Etcd, objects.StatefulSet, objects.ConfigMap));

    // The answer describes the snapshot taken; that of an agent which skipped it is null.
    static long? LastRevision(string answer)
    {
        try
        {
            using var json = JsonDocument.Parse(answer);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("lastRevision", out var revision) && revision.TryGetInt64(out var number)
                ? number
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    static string Bracketed(string address) =>
        IPAddress.TryParse(address, out var ip) && ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{address}]" : address;
}
