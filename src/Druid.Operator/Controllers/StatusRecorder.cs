using Druid.Api;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;
using Druid.Kubernetes.Runtime;
using Druid.Operator.Actions;
using Druid.Operator.Health;
using Druid.StateMachine.Etcd;
using Druid.StateMachine.Machines;
using Serilog;

namespace Druid.Operator.Controllers;

/// <summary>Records what became of a cluster: in its status, when there is something new to say, and in events.</summary>
sealed class StatusRecorder(
    KubernetesClient client, ClusterCache cache, EventRecorder events, RecentWrites recent, PendingStatuses pending, MemberThresholds thresholds, TimeProvider time, ILogger log)
{
    /// <summary>Writes the status if it changed. An Etcd that is gone needs none.</summary>
    /// <returns>When to come again to write it, if it is held for a moment; null when nothing is left to write.</returns>
    /// <exception cref="StaleViewException">The server has another status than the one that this rests on.</exception>
    /// <exception cref="KubernetesException">It could not be written.</exception>
    public async Task<DateTimeOffset?> Record(Reconciled run, CancellationToken cancel)
    {
        var key = run.Objects.Etcd.Key;
        // Compared with what the server has, and not with what is held.
        if (cache.FindEtcd(key) is not { } etcd)
        {
            pending.Forget(key);
            return null;
        }
        var now = time.GetUtcNow();
        if (run.Basis is { } basis && !StatusPatch.AreSame(basis, etcd.Status))
        {
            // Another process wrote it since, and what was found here does not know of that.
            pending.Forget(key);
            throw new StaleViewException($"Etcd {key} has another status than it had when this began; it is looked at again.");
        }
        var status = StatusBuilder.Build(run, thresholds, now);
        if (run.Outcome.Done.OfType<RemoveFinalizer>().Any())
        {
            // There is nothing left to write it to; until the cache has heard of that, it is gone on from.
            pending.Hold(etcd, status);
            return null;
        }
        if (StatusPatch.Between(etcd.Status, status) is not { } patch)
        {
            pending.Forget(key);
            return null;
        }
        // The first word is said at once, and so is what is waited upon longer than a moment.
        if (etcd.Status.Lifecycle is not null && !run.Outcome.Done.Any(ActionExecutor.IsAskedOfAgent) && pending.Hold(etcd, status) is var at && at > now)
        {
            return at;
        }
        log.Debug("{Etcd:l} status: {Patch:l}", etcd.Key.ToString(), patch.ToJsonString());
        try
        {
            recent.Remember(await client.Patch<Etcd>(etcd.Key, PatchKind.Merge, patch, "status", etcd.Metadata.ResourceVersion, cancel));
            pending.Forget(key);
        }
        catch (KubernetesException error) when (error.Reason == ErrorReason.NotFound)
        {
            recent.Forget(Etcd.Type.Kind, etcd.Key);
            pending.Forget(key);
        }
        return null;
    }

    /// <summary>Writes one finding at once, with all news that are held: what it was found in is about to go.</summary>
    /// <returns>The status that the server has now; null when the Etcd is gone.</returns>
    /// <exception cref="KubernetesException">It could not be written.</exception>
    public async Task<EtcdStatus?> Tell(ObjectKey key, Finding finding, CancellationToken cancel)
    {
        if (cache.FindEtcd(key) is not { } etcd)
        {
            return null;
        }
        var known = pending.Complete(etcd).Status;
        var status = known with { Conditions = ConditionChecks.Merge(known.Conditions, [finding], time.GetUtcNow()) };
        if (StatusPatch.Between(etcd.Status, status) is not { } patch)
        {
            return etcd.Status;
        }
        var written = await client.Patch<Etcd>(key, PatchKind.Merge, patch, "status", etcd.Metadata.ResourceVersion, cancel);
        recent.Remember(written);
        pending.Forget(key);
        return written.Status;
    }

    /// <summary>Forgets a cluster that is gone.</summary>
    public void Forget(ObjectKey etcd) => pending.Forget(etcd);

    /// <summary>Tells of a change of state.</summary>
    public void Moved(Etcd etcd, Transition transition)
    {
        var applied = transition.Actions.OfType<ApplyComponent>().Select(a => a.Kind.ToString()).ToList();
        if (applied.Count > 0)
        {
            events.Normal(etcd, "Applied", $"Applied {string.Join(", ", applied)}, as {transition.Trigger}.");
        }
        if (!transition.Stays)
        {
            events.Normal(etcd, transition.To[(transition.To.LastIndexOf('/') + 1)..], $"{transition.Region}: {transition.From} to {transition.To}, as {transition.Trigger}.");
        }
    }

    /// <summary>Tells of objects that another party changed and that were put back.</summary>
    public void PutBack(Etcd etcd, ComponentView component) => events.Warning(
        etcd, "PutBack", $"{component.Difference} was changed by another party and is put back. To change it, change the Etcd; to keep the operator away, annotate it with {Annotations.SuspendReconcile}.");

    /// <summary>Tells of an action that failed.</summary>
    public void Failed(Etcd etcd, ActionFailure failure) => events.Warning(etcd, failure.Action.GetType().Name + "Failed", failure.Error.Message);
}
