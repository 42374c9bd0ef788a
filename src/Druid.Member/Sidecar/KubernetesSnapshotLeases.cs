using System.Globalization;
using System.Text.Json.Nodes;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;
using Druid.Member.Snapshots;
using Serilog;

namespace Druid.Member.Sidecar;

/// <summary>The snapshot leases in Kubernetes, which the operator creates: the holder is the last revision, the renewal when it was taken.</summary>
sealed class KubernetesSnapshotLeases(KubernetesClient client, string ns, SnapshotLeaseNames names, TimeSpan timeout, ILogger log, TimeProvider time) : ISnapshotLeases
{
    /// <inheritdoc/>
    public Task<bool> NoteFull(Snapshot full, CancellationToken cancel) => Note(names.Full, full.LastRevision, full.CreatedOn, cancel);

    /// <inheritdoc/>
    public Task NoteDelta(Snapshot? last, CancellationToken cancel) => Note(names.Delta, last?.LastRevision, time.GetUtcNow(), cancel);

    async Task<bool> Note(string name, long? revision, DateTimeOffset when, CancellationToken cancel)
    {
        var spec = new JsonObject { ["renewTime"] = when.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture) };
        if (revision is { } holder) spec["holderIdentity"] = holder.ToString(CultureInfo.InvariantCulture);
        using var deadline = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, deadline.Token);
        try
        {
            await client.Patch<Lease>(new ObjectKey(ns, name), PatchKind.Merge, new JsonObject { ["spec"] = spec }, cancel: either.Token);
            return true;
        }
        catch (Exception failure) when (failure is KubernetesException || (failure is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            log.Warning("The lease {Name} is renewed with the next snapshot: {Reason}", name, failure.Message);
            return false;
        }
    }
}
