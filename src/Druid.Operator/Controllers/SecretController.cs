using System.Text.Json.Nodes;
using Druid.Api;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;
using Druid.Kubernetes.Runtime;

namespace Druid.Operator.Controllers;

/// <summary>
/// Keeps secrets from being deleted while an Etcd needs them: a finalizer is on every secret that one names, and goes with the last
/// that does. Secrets of nobody are left alone.
/// </summary>
sealed class SecretController(ClusterCache cache, KubernetesClient client)
{
    /// <summary>Puts the finalizer on one secret, or takes it off.</summary>
    public async Task<ReconcileResult> Reconcile(ObjectKey key, CancellationToken cancel)
    {
        if (cache.Secrets.Store.Get(key) is not { } secret)
        {
            return ReconcileResult.Done;
        }
        var needed = cache.EtcdsNaming(key).Count > 0;
        if (needed == secret.HasFinalizer(Finalizers.Etcd) || (needed && secret.IsBeingDeleted))
        {
            return ReconcileResult.Done;
        }
        var others = (secret.Metadata.Finalizers ?? []).Where(f => f != Finalizers.Etcd);
        var finalizers = new JsonArray([.. (needed ? others.Append(Finalizers.Etcd) : others).Select(f => (JsonNode)f)]);
        try
        {
            // The answer is the secret itself; nothing of it is kept.
            await client.Patch<Secret>(key, PatchKind.Merge, new JsonObject { ["metadata"] = new JsonObject { ["finalizers"] = finalizers } }, resourceVersion: secret.Metadata.ResourceVersion, cancel: cancel);
        }
        catch (KubernetesException error) when (error.Reason == ErrorReason.NotFound)
        {
            // It needs none any more.
        }
        return ReconcileResult.Done;
    }
}
