using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;
using Druid.Operator.Actions;
using Druid.Operator.Health;

namespace Druid.Operator.Controllers;

/// <summary>Records the status of tasks, when there is something new to say.</summary>
sealed class TaskStatusWriter(KubernetesClient client, RecentWrites recent)
{
    /// <summary>Writes what differs. A task that is gone needs no status.</summary>
    /// <exception cref="KubernetesException">Among others <see cref="ErrorReason.Conflict"/>: the task was changed meanwhile; look again.</exception>
    public async Task Write<T>(T before, T after, CancellationToken cancel) where T : class, IResource<T>
    {
        if (StatusPatch.Between(before, after) is not { } patch)
        {
            return;
        }
        try
        {
            recent.Remember(await client.Patch<T>(before.Key, PatchKind.Merge, patch, "status", before.Metadata.ResourceVersion, cancel));
        }
        catch (KubernetesException error) when (error.Reason == ErrorReason.NotFound)
        {
            recent.Forget(T.Type.Kind, before.Key);
        }
    }
}
