using System.Text.Json.Nodes;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;

namespace Druid.Operator.Actions;

/// <summary>Puts finalizers on objects and takes them off.</summary>
static class Finalizing
{
    /// <summary>Makes the finalizer present or absent. An object that is gone has none.</summary>
    /// <returns>The object as it is now; null when it is gone.</returns>
    /// <exception cref="KubernetesException">Among others <see cref="ErrorReason.Conflict"/>: the object was changed meanwhile; look again.</exception>
    public static async Task<T?> SetFinalizer<T>(this KubernetesClient client, T resource, string finalizer, bool present, CancellationToken cancel)
        where T : class, IResource<T>
    {
        var others = (resource.Metadata.Finalizers ?? []).Where(f => f != finalizer);
        var finalizers = new JsonArray([.. (present ? others.Append(finalizer) : others).Select(f => (JsonNode)f)]);
        // A merge patch replaces the list, so it holds only for the version that was read.
        var patch = new JsonObject { ["metadata"] = new JsonObject { ["finalizers"] = finalizers, ["resourceVersion"] = resource.Metadata.ResourceVersion } };
        try
        {
            return await client.Patch<T>(resource.Key, PatchKind.Merge, patch, cancel: cancel);
        }
        catch (KubernetesException error) when (error.Reason == ErrorReason.NotFound)
        {
            return null;
        }
    }
}
