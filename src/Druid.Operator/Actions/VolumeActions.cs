using System.Text.Json.Nodes;
using Druid.Api;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;
using Druid.Operator.Agents;
using Druid.Operator.Observers;

namespace Druid.Operator.Actions;

/// <summary>What it takes to give members larger volumes, or a StatefulSet other fields that cannot be changed, while the pods run.</summary>
sealed class VolumeActions(KubernetesClient client, RecentWrites recent)
{
    /// <summary>Asks for a member's volume to be as large as declared.</summary>
    /// <exception cref="AgentException">Its storage class does not let volumes grow.</exception>
    public async Task Expand(ClusterObjects objects, int ordinal, CancellationToken cancel)
    {
        var name = Names.VolumeClaim(objects.Etcd, ordinal);
        var claim = objects.Claims.GetValueOrDefault(name);
        try
        {
            await client.Patch<PersistentVolumeClaim>(objects.Etcd.Key with { Name = name }, PatchKind.Merge, new JsonObject
            {
                ["spec"] = new JsonObject { ["resources"] = new JsonObject { ["requests"] = new JsonObject { ["storage"] = VolumeObserver.Declared(objects.Etcd).ToString() } } },
            }, cancel: cancel);
        }
        catch (KubernetesException error) when (error.Reason is ErrorReason.Forbidden or ErrorReason.Invalid)
        {
            throw new AgentException($"Volume claim {name} cannot grow to {VolumeObserver.Declared(objects.Etcd)}: {error.Message} "
                + $"Set allowVolumeExpansion: true on storage class '{claim?.Spec?.StorageClassName}', or set spec.storageCapacity back.", error);
        }
    }

    /// <summary>Deletes the StatefulSet as it was observed and leaves its pods; the one made anew adopts them.</summary>
    public async Task Orphan(ClusterObjects objects, CancellationToken cancel)
    {
        if (objects.StatefulSet is not { } statefulSet || statefulSet.IsBeingDeleted)
        {
            return;
        }
        foreach (var pod in objects.Pods.Values.Where(p => p.IsControlledBy(statefulSet)))
        {
            await Relabel(objects.Etcd, pod, cancel);
        }
        await client.Delete<StatefulSet>(
            statefulSet.Key, new() { Uid = statefulSet.Metadata.Uid, ResourceVersion = statefulSet.Metadata.ResourceVersion, Propagation = Propagation.Orphan }, cancel);
        // The server marks it at once and removes it when its pods are free; until the cache shows that, it counts as going.
        recent.Remember(statefulSet with { Metadata = statefulSet.Metadata with { DeletionTimestamp = objects.At } });
    }

    // A new StatefulSet adopts the pods that its selector finds; those of an older operator may lack a label.
    async Task Relabel(Etcd etcd, Pod pod, CancellationToken cancel)
    {
        var missing = Labels.OfPods(etcd).Where(label => pod.Label(label.Key) != label.Value).ToList();
        if (missing.Count > 0)
        {
            var labels = new JsonObject(missing.Select(label => KeyValuePair.Create(label.Key, (JsonNode?)label.Value)));
            await client.Patch<Pod>(pod.Key, PatchKind.Merge, new JsonObject { ["metadata"] = new JsonObject { ["labels"] = labels } }, cancel: cancel);
        }
    }
}
