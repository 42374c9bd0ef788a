using Druid.Kubernetes.Resources;
using Druid.Kubernetes.Runtime;
using Serilog;

namespace Druid.Operator.Server;

/// <summary>Writes to the log what the client's runtime goes through on its own.</summary>
sealed class RuntimeLog(ILogger log) : IRuntimeObserver
{
    public void Listed(string resource, int objects, TimeSpan took) =>
        log.Debug("listed {Count} {Resource} in {Milliseconds} ms", objects, resource, (long)took.TotalMilliseconds);

    public void ReflectorFailed(string resource, Exception error, TimeSpan pause) =>
        log.Warning("following {Resource} failed, again in {Pause}: {Error}", resource, pause, error.Message);

    public void ReconcileFailed(string controller, string key, Exception error, TimeSpan pause)
    {
        if (error is Controllers.ReconcileFailedException or Actions.StaleViewException or Kubernetes.Client.KubernetesException)
        {
            log.Warning("reconcile of {Key} failed, again in {Pause}: {Error}", key, pause, error.Message);
        }
        else
        {
            log.Error(error, "reconcile of {Key} failed, again in {Pause}", key, pause);
        }
    }

    public void LeadershipChanged(ObjectKey lease, string identity, bool leading) =>
        log.Information(leading ? "leading as {Identity} by lease {Lease}" : "leading no more as {Identity} by lease {Lease}", identity, lease.ToString());

    public void LeaderElectionFailed(ObjectKey lease, Exception error) =>
        log.Warning("leader election by lease {Lease} failed: {Error}", lease.ToString(), error.Message);

    public void EventDropped(ObjectReference about, string reason, string why) =>
        log.Debug("event {Reason} of {Namespace}/{Name} dropped: {Why}", reason, about.Namespace, about.Name, why);
}
