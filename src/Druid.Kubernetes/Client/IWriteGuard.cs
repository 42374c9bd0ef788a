namespace Druid.Kubernetes.Client;

/// <summary>Says whether writes may be sent: held by a leader, lost with its term.</summary>
public interface IWriteGuard
{
    /// <summary>Whether a write may be sent at this moment.</summary>
    bool MayWrite { get; }

    /// <summary>Cancelled once that is lost for good: ends writes that are under way.</summary>
    CancellationToken Lost { get; }
}
