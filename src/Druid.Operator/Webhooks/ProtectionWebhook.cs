using System.Text.Json.Nodes;
using Druid.Api;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;
using Druid.Operator.Controllers;

namespace Druid.Operator.Webhooks;

/// <summary>
/// Answers for <see cref="ComponentProtection"/>, from caches. Only a denial is checked against the server before it is given,
/// so that an annotation counts at once and not when a cache has heard of it.
/// </summary>
sealed class ProtectionWebhook(ClusterCache cache, KubernetesClient client, ProtectionSettings settings) : IWebhook
{
    /// <summary>The path; the reference operator's too.</summary>
    public const string Path = "/webhooks/etcdcomponents";

    // Well within the time that the API server waits for an answer.
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public string Name => "protection";

    public async Task<AdmissionResponse> Answer(AdmissionRequest request, CancellationToken cancel)
    {
        if (request.Operation is not ("UPDATE" or "DELETE"))
        {
            return AdmissionResponse.Allow($"{request.Operation} is not restricted.");
        }
        if (Metadata(request) is not { } metadata || Label(metadata, Labels.ManagedBy) != Labels.Manager)
        {
            return AdmissionResponse.Allow("It belongs to no Etcd.");
        }
        if (Label(metadata, Labels.PartOf) is not { Length: > 0 } owner)
        {
            return AdmissionResponse.Allow("It belongs to no Etcd.") with { Warnings = [$"{request.Kind.Kind} {request.Key} has no label {Labels.PartOf}, so it is not known which Etcd it belongs to, and it is not protected."] };
        }
        var key = request.Key with { Name = owner };
        var change = new ComponentChange(request.Operation, IsScale(request) ? "StatefulSet" : request.Kind.Kind, request.Key, metadata["deletionTimestamp"] is not null, request.UserInfo.Username);
        if (cache.Etcds.Store.Get(key) is { } cached && ComponentProtection.Judge(change, cached, settings) is { Allowed: true } verdictOfCache)
        {
            return AdmissionResponse.Allow(verdictOfCache.Why);
        }
        if (await Find(key, cancel) is not { } etcd)
        {
            return AdmissionResponse.Allow("Its Etcd is gone.") with { Warnings = [$"{request.Kind.Kind} {request.Key} says that it is part of Etcd {key}, which does not exist; it is not protected."] };
        }
        var verdict = ComponentProtection.Judge(change, etcd, settings);
        return verdict.Allowed ? AdmissionResponse.Allow(verdict.Why) : AdmissionResponse.Forbid(verdict.Why);
    }

    async Task<Etcd?> Find(ObjectKey key, CancellationToken cancel)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(Patience);
        try
        {
            return await client.TryGet<Etcd>(key, deadline.Token);
        }
        catch (Exception error) when (error is KubernetesException || (error is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            // The server did not answer in time: what was last heard of it has to do.
            return cache.Etcds.Store.Get(key);
        }
    }

    // As it is, not as it is to be: otherwise whoever takes away the label would take away the protection with it. A scale has
    // no labels; those of its StatefulSet count.
    JsonNode? Metadata(AdmissionRequest request) => IsScale(request)
        ? cache.StatefulSets.Store.Get(request.Key) is { } set ? ToNode(set.Metadata) : null
        : (request.OldObject ?? request.Object)?["metadata"];

    static bool IsScale(AdmissionRequest request) => request.SubResource == "scale";

    static JsonObject ToNode(ObjectMeta metadata) => new()
    {
        ["labels"] = new JsonObject((metadata.Labels ?? new Dictionary<string, string>()).Select(l => KeyValuePair.Create(l.Key, (JsonNode?)l.Value))),
        ["deletionTimestamp"] = metadata.DeletionTimestamp?.ToString("O"),
    };

    static string? Label(JsonNode metadata, string name) => metadata["labels"]?[name]?.GetValue<string>();
}
