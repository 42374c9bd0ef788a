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

    /// <summary>Takes the next step of deleting the StatefulSet as it was observed without its pods; the one made anew adopts them.</summary>
    /// <remarks>
    /// The garbage collector takes the owner off the pods that it knows of, and later deletes those whose owner is gone. A pod
    /// that was adopted a moment ago can be known too late for the first and early enough for the second. So the StatefulSet is
    /// held by a finalizer until no pod names it, and one that has not adopted all its pods is not deleted at all.
    /// </remarks>
    public async Task Orphan(ClusterObjects objects, CancellationToken cancel)
    {
        if (objects.StatefulSet is not { } statefulSet)
        {
            return;
        }
        if (statefulSet.IsBeingDeleted)
        {
            await Release(statefulSet, cancel);
            return;
        }
        if (!Adoption.IsComplete(objects))
        {
            return;
        }
        foreach (var pod in objects.Pods.Values.Where(p => p.IsControlledBy(statefulSet)))
        {
            await Relabel(objects.Etcd, pod, cancel);
        }
        if (await client.SetFinalizer(statefulSet, Finalizers.KeepsPods, present: true, cancel) is not { } held)
        {
            return;
        }
        await client.Delete<StatefulSet>(held.Key, new() { Uid = held.Metadata.Uid, ResourceVersion = held.Metadata.ResourceVersion, Propagation = Propagation.Orphan }, cancel);
        // The server marks it at once; until the cache shows that, it counts as going.
        recent.Remember(held with { Metadata = held.Metadata with { DeletionTimestamp = objects.At, Finalizers = [.. held.Metadata.Finalizers ?? [], Adoption.GarbageCollector] } });
    }

    /// <summary>Lets a StatefulSet go that is being deleted without its pods, once the garbage collector is done with it.</summary>
    public async Task Release(StatefulSet statefulSet, CancellationToken cancel)
    {
        if (!Adoption.AwaitsRelease(statefulSet))
        {
            return;
        }
        // Asked of the server: a cache may not show the last adoption yet.
        var all = new ListOptions { LabelSelector = $"{Labels.ManagedBy}={Labels.Manager},{Labels.PartOf}={statefulSet.Label(Labels.PartOf)}" };
        await foreach (var pod in client.List<PodOutline>(statefulSet.Metadata.Namespace, all, cancel: cancel))
        {
            if (pod.IsControlledBy(statefulSet))
            {
                await Disown(pod, statefulSet, cancel);
            }
        }
        await client.SetFinalizer(statefulSet, Finalizers.KeepsPods, present: false, cancel);
        recent.RememberGone(statefulSet);
    }

    async Task Disown(PodOutline pod, StatefulSet owner, CancellationToken cancel)
    {
        try
        {
            await client.Patch<PodOutline>(pod.Key, PatchKind.Strategic, new JsonObject
            {
                ["metadata"] = new JsonObject
                {
                    ["uid"] = pod.Metadata.Uid,
                    ["ownerReferences"] = new JsonArray(new JsonObject { ["$patch"] = "delete", ["uid"] = owner.Metadata.Uid }),
                },
            }, cancel: cancel);
        }
        catch (KubernetesException error) when (error.Reason is ErrorReason.NotFound)
        {
            // It went by itself meanwhile.
        }
    }

    // A new StatefulSet adopts the pods that its selector finds; those of an older operator may lack a label.
    async Task Relabel(Etcd etcd, PodOutline pod, CancellationToken cancel)
    {
        var missing = Labels.OfPods(etcd).Where(label => pod.Label(label.Key) != label.Value).ToList();
        if (missing.Count > 0)
        {
            var labels = new JsonObject(missing.Select(label => KeyValuePair.Create(label.Key, (JsonNode?)label.Value)));
            await client.Patch<PodOutline>(pod.Key, PatchKind.Merge, new JsonObject { ["metadata"] = new JsonObject { ["labels"] = labels } }, cancel: cancel);
        }
    }
}
