using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Druid.Kubernetes.Json;
using Druid.Kubernetes.Resources;

namespace Druid.Kubernetes.Client;

public sealed partial class KubernetesClient
{
    /// <summary>Reads how many replicas an object has and should have.</summary>
    public async Task<Scale> GetScale<T>(ObjectKey key, CancellationToken cancel = default) where T : class, IResource<T>
    {
        var type = await _discovery.Served(T.Type, cancel);
        return await Call(type, Request("get", HttpMethod.Get, type, key, "scale") with { Idempotent = true }, ReadScale, cancel);
    }

    /// <summary>Sets how many replicas an object should have, and nothing else of it.</summary>
    /// <param name="key">The object.</param>
    /// <param name="replicas">Their number.</param>
    /// <param name="resourceVersion">Only if the object is still of this version.</param>
    /// <param name="cancel">Ends the call.</param>
    public async Task<Scale> SetScale<T>(ObjectKey key, int replicas, string? resourceVersion = null, CancellationToken cancel = default)
        where T : class, IResource<T>
    {
        ArgumentOutOfRangeException.ThrowIfNegative(replicas);
        var type = await _discovery.Served(T.Type, cancel);
        var request = Request("patch", HttpMethod.Patch, type, key, "scale") with
        {
            ContentType = "application/merge-patch+json",
            Body = PatchBody.Of(new JsonObject { ["spec"] = new JsonObject { ["replicas"] = replicas } }, resourceVersion),
            Idempotent = resourceVersion is null,
        };
        return await Call(type, request, ReadScale, cancel);
    }

    /// <summary>
    /// Asks for a pod to go, if its disruption budget allows it: true if so, false if the pod was not there.
    /// </summary>
    /// <exception cref="KubernetesException"><see cref="ErrorReason.TooManyRequests"/> when the budget forbids it for now; not repeated.</exception>
    public async Task<bool> Evict(ObjectKey pod, DeleteOptions? options = null, CancellationToken cancel = default)
    {
        var request = Request("create", HttpMethod.Post, Pod.Type, pod, "eviction") with
        {
            Body = EvictionBody(pod, await EvictionVersion(cancel), options),
            WaitsOutLoad = false,
        };
        try
        {
            return await Call(Pod.Type, request, Ignore, cancel);
        }
        catch (KubernetesException e) when (e.Reason == ErrorReason.NotFound)
        {
            return false;
        }
    }

    /// <summary>Reads whatever the server has at a path, as in <c>/readyz</c> or <c>/metrics</c>.</summary>
    public Task<string> GetRaw(string path, CancellationToken cancel = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var request = new ApiRequest("get", HttpMethod.Get, path.Split('?')[0], path) { Accept = "*/*", Idempotent = true };
        return _transport.Send(request, _guard, (content, end) => content.ReadAsStringAsync(end), cancel);
    }

    /// <summary>What the server says of itself.</summary>
    public Task<ServerVersion> ServerVersion(CancellationToken cancel = default) => _discovery.Version(cancel);

    /// <summary>All resources of all groups and versions that the server has: a request for each group and version.</summary>
    public Task<IReadOnlyList<ApiResource>> ApiResources(CancellationToken cancel = default) => _discovery.Resources(cancel);

    /// <summary>The resources of one group and version; none when the server does not have it.</summary>
    public Task<IReadOnlyList<ApiResource>> ApiResources(string group, string version, CancellationToken cancel = default) =>
        _discovery.Resources(group, version, cancel);

    static Task<Scale> ReadScale(HttpContent content, CancellationToken cancel) => Body.Read(
        content,
        static utf8 => JsonSerializer.Deserialize(utf8, KubernetesJson.Default.Scale) ?? throw new JsonException("Expected a Scale, found null."),
        cancel);

    // policy/v1 since Kubernetes 1.22, v1beta1 before.
    async Task<string> EvictionVersion(CancellationToken cancel)
    {
        var resources = await _discovery.Resources("", "v1", cancel);
        return resources.FirstOrDefault(r => r.Name == "pods/eviction")?.Version ?? "v1";
    }

    static ReadOnlyMemory<byte> EvictionBody(ObjectKey pod, string version, DeleteOptions? options)
    {
        var body = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        json.WriteString("apiVersion"u8, $"policy/{version}");
        json.WriteString("kind"u8, "Eviction"u8);
        json.WriteStartObject("metadata"u8);
        json.WriteString("namespace"u8, pod.Namespace);
        json.WriteString("name"u8, pod.Name);
        json.WriteEndObject();
        if (DeleteBody.Of(options) is { IsEmpty: false } deletion)
        {
            json.WritePropertyName("deleteOptions"u8);
            json.WriteRawValue(deletion.Span);
        }
        json.WriteEndObject();
        json.Flush();
        return body.WrittenMemory;
    }
}
