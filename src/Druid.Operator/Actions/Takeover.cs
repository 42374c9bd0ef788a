using System.Text.Json.Nodes;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;
using Druid.Operator.Components;

namespace Druid.Operator.Actions;

/// <summary>Makes an object of the former operator ours, so that what it wrote and the spec no longer asks for can go. See <see cref="FieldOwnership"/>.</summary>
public static class Takeover
{
    /// <summary>Whether <paramref name="live"/> was never applied by this operator, so that it has to be taken over first.</summary>
    public static bool IsNeeded(IResource? live) => live is not null && live.Annotation(AppliedHash.Annotation) is null;

    /// <summary>Takes the object over; nothing happens where there is nothing to take, or no object.</summary>
    /// <exception cref="KubernetesException">Among others <see cref="ErrorReason.Conflict"/>: the object was written meanwhile; try again.</exception>
    public static async Task Of<T>(KubernetesClient client, ObjectKey key, string manager, CancellationToken cancel) where T : class, IResource<T>
    {
        if (await client.TryGet<Managed<T>>(key, cancel) is not { } managed) return;
        if (FieldOwnership.Transfer(managed.Fields, FieldOwnership.FormerManager, manager) is not { } fields) return;
        await client.Patch<T>(
            key, PatchKind.Json,
            new JsonArray(new JsonObject { ["op"] = "replace", ["path"] = "/metadata/managedFields", ["value"] = fields }),
            resourceVersion: managed.Metadata.ResourceVersion, cancel: cancel);
    }
}
