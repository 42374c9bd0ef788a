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
sealed class StatusRecorder(KubernetesClient client, EventRecorder events, RecentWrites recent, MemberThresholds thresholds, TimeProvider time, ILogger log)
{
    /// <summary>Writes the status if it changed. An Etcd that is gone needs none.</summary>
    public async Task Record(Reconciled run, CancellationToken cancel)
    {
        var etcd = run.Objects.Etcd;
        if (run.Outcome.Done.OfType<RemoveFinalizer>().Any() || StatusPatch.Between(etcd.Status, StatusBuilder.Build(run, thresholds, time.GetUtcNow())) is not { } patch)
        {
            return;
        }
        log.Debug("{Etcd:l} status: {Patch:l}", etcd.Key.ToString(), patch.ToJsonString());
        try
        {
            recent.Remember(await client.Patch<Etcd>(etcd.Key, PatchKind.Merge, patch, "status", etcd.Metadata.ResourceVersion, cancel));
        }
        catch (KubernetesException error) when (error.Reason == ErrorReason.NotFound)
        {
            recent.Forget(Etcd.Type.Kind, etcd.Key);
        }
    }

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

    /// <summary>Tells of an action that failed.</summary>
    public void Failed(Etcd etcd, ActionFailure failure) => events.Warning(etcd, failure.Action.GetType().Name + "Failed", failure.Error.Message);
}
