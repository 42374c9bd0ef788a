using System.Globalization;
using System.Text.Json.Nodes;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;
using Druid.Member.Membership;

namespace Druid.Member.Sidecar;

/// <summary>
/// The member's lease in Kubernetes. The operator creates it; a report is one merge patch, whose answer carries what the
/// operator wrote, so that listening costs no request of its own.
/// </summary>
sealed class KubernetesMemberLease(KubernetesClient client, string ns, string member, TimeSpan timeout, TimeProvider time) : IMemberLease
{
    // The first is part of the contract with the reference operator, the others are between Druid's operator and agents.
    const string PeerTls = "member.etcd.gardener.cloud/tls-enabled";
    const string Members = "druid.gardener.cloud/members";
    const string Task = "druid.gardener.cloud/member-task";
    const string DataLost = "druid.gardener.cloud/data-lost";
    const string Votes = "druid.gardener.cloud/votes";

    MemberTask _told;

    /// <inheritdoc/>
    public async Task<MemberRecord> Read(CancellationToken cancel)
    {
        var lease = await Within(limit => client.TryGet<Lease>(new ObjectKey(ns, member), limit), cancel);
        return new(MemberReport.IdIn(lease?.Spec?.HolderIdentity), TaskIn(lease), lease?.Metadata.Annotations?.GetValueOrDefault(DataLost) == "true");
    }

    /// <inheritdoc/>
    public async Task<MemberTask> Renew(MemberReport report, CancellationToken cancel) =>
        _told = TaskIn(await Patch(Renewal(report, time.GetUtcNow(), _told), cancel));

    /// <inheritdoc/>
    public Task ReportDataLost(CancellationToken cancel) => Patch(Annotate(new() { [DataLost] = "true" }), cancel);

    /// <summary>The patch that reports. Only the leader lists the members, so another one takes its own old list back.</summary>
    /// <remarks>
    /// Who lists the members has a quorum. If it was told to found the cluster anew it has done so, and takes the order back with
    /// the report of the new members, so that a later loss is a new one, with a new order.
    /// </remarks>
    internal static JsonObject Renewal(MemberReport report, DateTimeOffset now, MemberTask told = MemberTask.Serve)
    {
        var annotations = new JsonObject
        {
            [PeerTls] = report.PeerTls ? "true" : "false",
            [Votes] = report.Votes ? "true" : "false",
            [Members] = report.Members,
            [DataLost] = null,
        };
        if (told == MemberTask.Rebuild && report.Members is not null)
        {
            annotations[Task] = null;
        }
        var patch = Annotate(annotations);
        patch["spec"] = new JsonObject
        {
            ["holderIdentity"] = report.HolderIdentity,
            ["renewTime"] = now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture),
        };
        return patch;
    }

    static JsonObject Annotate(JsonObject annotations) => new() { ["metadata"] = new JsonObject { ["annotations"] = annotations } };

    static MemberTask TaskIn(Lease? lease) => lease?.Metadata.Annotations?.GetValueOrDefault(Task) switch
    {
        "leave" => MemberTask.Leave,
        "rebuild" => MemberTask.Rebuild,
        "rejoin" => MemberTask.Rejoin,
        _ => MemberTask.Serve,
    };

    Task<Lease> Patch(JsonObject patch, CancellationToken cancel) =>
        Within(limit => client.Patch<Lease>(new ObjectKey(ns, member), PatchKind.Merge, patch, cancel: limit), cancel);

    async Task<T> Within<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancel)
    {
        using var deadline = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, deadline.Token);
        try
        {
            return await call(either.Token);
        }
        catch (KubernetesException failure)
        {
            throw new LeaseUnavailableException(failure.Message, failure);
        }
        catch (OperationCanceledException late) when (!cancel.IsCancellationRequested)
        {
            throw new LeaseUnavailableException($"no answer of the API server about lease {ns}/{member} within {timeout.TotalSeconds} s", late);
        }
    }
}
