using Druid.Kubernetes.Resources;

namespace Druid.Kubernetes.Runtime;

/// <summary>
/// Is told what the runtime goes through on its own, where nobody is there to catch an exception: for logs. Called from many
/// threads; must return soon and not throw. What is not implemented is ignored.
/// </summary>
public interface IRuntimeObserver
{
    /// <summary>A reflector read everything, at its start or because it had lost track.</summary>
    void Listed(string resource, int objects, TimeSpan took) { }

    /// <summary>A reflector failed to list or watch, and goes on after the pause. Clients go on reading what is in its store.</summary>
    void ReflectorFailed(string resource, Exception error, TimeSpan pause) { }

    /// <summary>A reconcile failed, and is repeated after the pause.</summary>
    void ReconcileFailed(string controller, string key, Exception error, TimeSpan pause) { }

    /// <summary>This process became the leader, or is no longer.</summary>
    void LeadershipChanged(ObjectKey lease, string identity, bool leading) { }

    /// <summary>The lease could not be read or written; the leader goes on until its deadline, others go on waiting.</summary>
    void LeaderElectionFailed(ObjectKey lease, Exception error) { }

    /// <summary>An event was not written: too many of the object, or the server refused.</summary>
    void EventDropped(ObjectReference about, string reason, string why) { }
}

/// <summary>Ignores everything.</summary>
sealed class SilentObserver : IRuntimeObserver
{
    public static SilentObserver Instance { get; } = new();
}
