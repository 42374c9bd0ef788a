using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Druid.Kubernetes.Resources;

namespace Druid.Kubernetes.Client;

/// <summary>
/// The API of one Kubernetes cluster. Safe for use by many threads; make one for a process and keep it. Every method throws
/// <see cref="KubernetesException"/> when the call fails, and only what is safe to repeat is repeated.
/// </summary>
public sealed partial class KubernetesClient : IDisposable
{
    const string MetadataAs = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
    const string MetadataListAs = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

    readonly Transport _transport;
    readonly Discovery _discovery;
    readonly IWriteGuard? _guard;
    readonly bool _limited = true;
    readonly bool _owner;

    /// <summary>A client of the given cluster. Nothing is sent before the first call.</summary>
    public KubernetesClient(ClusterConfiguration cluster, ClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        Namespace = cluster.Namespace;
        _transport = new(cluster, options ?? new());
        _discovery = new(_transport);
        _owner = true;
    }

    KubernetesClient(KubernetesClient other, IWriteGuard? guard, bool limited)
    {
        Namespace = other.Namespace;
        (_transport, _discovery, _guard, _limited) = (other._transport, other._discovery, guard, limited);
    }

    /// <summary>The namespace of the configuration: where this process lives, or what its user works in.</summary>
    public string Namespace { get; }

    /// <summary>
    /// The same client, but its writes are refused as soon as the guard says so. Shares everything with this one and need not
    /// be disposed.
    /// </summary>
    public KubernetesClient GuardedBy(IWriteGuard guard) => new(this, guard, _limited);

    /// <summary>The same client for what must not wait behind others, as the renewal of a lease.</summary>
    internal KubernetesClient WithoutLimit() => new(this, _guard, limited: false);

    /// <summary>Reads an object.</summary>
    /// <exception cref="KubernetesException">Among others <see cref="ErrorReason.NotFound"/>.</exception>
    public async Task<T> Get<T>(ObjectKey key, CancellationToken cancel = default) where T : class, IResource<T>
    {
        var type = await _discovery.Served(T.Type, cancel);
        return await Exchange(type, Request("get", HttpMethod.Get, type, key) with { Idempotent = true }, cancel);
    }

    /// <summary>Reads an object; null when it does not exist.</summary>
    public async Task<T?> TryGet<T>(ObjectKey key, CancellationToken cancel = default) where T : class, IResource<T>
    {
        try
        {
            return await Get<T>(key, cancel);
        }
        catch (KubernetesException e) when (e.Reason == ErrorReason.NotFound)
        {
            return null;
        }
    }

    /// <summary>Reads all objects of a kind, page by page.</summary>
    /// <param name="ns">The namespace; null for all.</param>
    /// <param name="options">Which objects.</param>
    /// <param name="cancel">Ends the listing.</param>
    /// <exception cref="KubernetesException">Among others <see cref="ErrorReason.Expired"/> when a page took too long to ask for: begin again.</exception>
    public async IAsyncEnumerable<T> List<T>(
        string? ns = null, ListOptions? options = null, [EnumeratorCancellation] CancellationToken cancel = default)
        where T : class, IResource<T>
    {
        options ??= new();
        while (true)
        {
            var page = await ListPage<T>(ns, options, cancel);
            foreach (var item in page.Items) yield return item;
            if (string.IsNullOrEmpty(page.Metadata.Continue)) yield break;
            // A page that goes on is of the version the first one had.
            options = options with { Continue = page.Metadata.Continue, ResourceVersion = null };
        }
    }

    /// <summary>Reads one page of the objects of a kind.</summary>
    /// <param name="ns">The namespace; null for all.</param>
    /// <param name="options">Which objects, how many, and where to go on.</param>
    /// <param name="cancel">Ends the call.</param>
    public async Task<ResourceList<T>> ListPage<T>(string? ns = null, ListOptions? options = null, CancellationToken cancel = default)
        where T : class, IResource<T>
    {
        options ??= new();
        var type = await _discovery.Served(T.Type, cancel);
        var path = ApiPath.WithQuery(
            ApiPath.Of(type.Group, type.Version, type.Plural, ns),
            ("labelSelector", options.LabelSelector),
            ("fieldSelector", options.FieldSelector),
            ("limit", options.Limit > 0 ? options.Limit.ToString(CultureInfo.InvariantCulture) : null),
            ("resourceVersion", options.ResourceVersion),
            ("continue", options.Continue));
        var request = new ApiRequest("list", HttpMethod.Get, type.FullName, path)
        {
            Namespace = ns ?? "",
            Accept = type.MetadataOnly ? MetadataListAs : ApiRequest.Json,
            Idempotent = true,
        };
        return await Call(type, request, (content, end) => new ListReader<T>(type).Read(content, end), cancel);
    }

    /// <summary>Watches the objects of a kind until the server ends it, which it does after some minutes.</summary>
    /// <param name="ns">The namespace; null for all.</param>
    /// <param name="options">Which objects, and from when.</param>
    /// <param name="cancel">Ends the watch.</param>
    /// <exception cref="KubernetesException">
    /// <see cref="ErrorReason.Expired"/> when the version is too old: list again. Any other that
    /// <see cref="KubernetesException.IsTransient"/>: watch again from the last event's version; nothing is lost.
    /// </exception>
    public async IAsyncEnumerable<WatchEvent<T>> Watch<T>(
        string? ns = null, WatchOptions? options = null, [EnumeratorCancellation] CancellationToken cancel = default)
        where T : class, IResource<T>
    {
        options ??= new();
        var type = await _discovery.Served(T.Type, cancel);
        var path = ApiPath.WithQuery(
            ApiPath.Of(type.Group, type.Version, type.Plural, ns),
            ("watch", "1"),
            ("labelSelector", options.LabelSelector),
            ("fieldSelector", options.FieldSelector),
            ("resourceVersion", options.ResourceVersion),
            ("allowWatchBookmarks", options.Bookmarks ? "true" : null),
            ("timeoutSeconds", options.Timeout is { } t ? ((long)Math.Max(1, t.TotalSeconds)).ToString(CultureInfo.InvariantCulture) : null));
        var request = new ApiRequest("watch", HttpMethod.Get, type.FullName, path)
        {
            Namespace = ns ?? "",
            Accept = type.MetadataOnly ? MetadataAs : ApiRequest.Json,
            Limited = false,
            OwnConnection = options.Gather > TimeSpan.Zero,
        };

        using var response = await Open(type, request, cancel);
        await using var events = WatchReader
            .Read(await response.Content.ReadAsStreamAsync(cancel), type, request.ToString(), options.Gather, _transport.Time, cancel)
            .GetAsyncEnumerator(cancel);
        while (await Transport.Translate(request, events.MoveNextAsync)) yield return events.Current;
    }

    /// <summary>Creates an object; the answer is what the server made of it.</summary>
    /// <exception cref="KubernetesException">Among others <see cref="ErrorReason.AlreadyExists"/>.</exception>
    public async Task<T> Create<T>(T resource, CancellationToken cancel = default) where T : class, IResource<T>
    {
        ArgumentNullException.ThrowIfNull(resource);
        var type = await _discovery.Served(T.Type, cancel);
        var request = Request("create", HttpMethod.Post, type, resource.Key with { Name = "" });
        return await Exchange(type, request with { Name = resource.Metadata.Name, Body = BodyOf(type, resource) }, cancel);
    }

    /// <summary>
    /// Server-side apply: makes the fields that are set what they are here, creates the object if need be, and gives up
    /// fields that were applied before and are not set now. Other fields stay as they are.
    /// </summary>
    /// <param name="resource">The fields to own; nothing else.</param>
    /// <param name="fieldManager">Who owns them.</param>
    /// <param name="force">Whether fields are taken over from other managers.</param>
    /// <param name="subresource">As in <c>status</c>.</param>
    /// <param name="cancel">Ends the call.</param>
    /// <exception cref="KubernetesException">Among others <see cref="ErrorReason.Conflict"/> without force, <see cref="ErrorReason.Invalid"/>.</exception>
    public async Task<T> Apply<T>(
        T resource, string fieldManager, bool force = true, string? subresource = null, CancellationToken cancel = default)
        where T : class, IResource<T>
    {
        ArgumentNullException.ThrowIfNull(resource);
        var type = await _discovery.Served(T.Type, cancel);
        var request = Request("apply", HttpMethod.Patch, type, resource.Key, subresource);
        request = request with
        {
            Path = ApiPath.WithQuery(request.Path, ("fieldManager", fieldManager), ("force", force ? "true" : "false")),
            ContentType = "application/apply-patch+yaml",
            Body = BodyOf(type, resource),
            Idempotent = resource.Metadata.ResourceVersion is null,
        };
        return await Exchange(type, request, cancel);
    }

    /// <summary>Changes the fields that a patch names.</summary>
    /// <param name="key">The object.</param>
    /// <param name="kind">How the patch is written.</param>
    /// <param name="patch">The patch.</param>
    /// <param name="subresource">As in <c>status</c>.</param>
    /// <param name="resourceVersion">Only if the object is still of this version.</param>
    /// <param name="cancel">Ends the call.</param>
    /// <exception cref="KubernetesException">Among others <see cref="ErrorReason.NotFound"/>, and <see cref="ErrorReason.Conflict"/> when the version is another.</exception>
    public async Task<T> Patch<T>(
        ObjectKey key, PatchKind kind, JsonNode patch, string? subresource = null, string? resourceVersion = null,
        CancellationToken cancel = default)
        where T : class, IResource<T>
    {
        ArgumentNullException.ThrowIfNull(patch);
        var type = await _discovery.Served(T.Type, cancel);
        var request = Request("patch", HttpMethod.Patch, type, key, subresource) with
        {
            ContentType = kind switch
            {
                PatchKind.Merge => "application/merge-patch+json",
                PatchKind.Json => "application/json-patch+json",
                _ => "application/strategic-merge-patch+json",
            },
            Body = PatchBody.Of(patch, resourceVersion),
            // A second time, a list of operations may do something else, and a version is not what it was.
            Idempotent = kind == PatchKind.Merge && resourceVersion is null,
        };
        return await Exchange(type, request, cancel);
    }

    /// <summary>
    /// Replaces an object by what was read and changed; its resourceVersion, where set, is a precondition. Only for kinds that
    /// keep what they do not know.
    /// </summary>
    /// <exception cref="KubernetesException">Among others <see cref="ErrorReason.Conflict"/> and <see cref="ErrorReason.NotFound"/>.</exception>
    public async Task<T> Replace<T>(T resource, CancellationToken cancel = default)
        where T : class, IResource<T>, IPreservesUnknownFields
    {
        ArgumentNullException.ThrowIfNull(resource);
        var type = await _discovery.Served(T.Type, cancel);
        return await Exchange(type, Request("update", HttpMethod.Put, type, resource.Key) with { Body = BodyOf(type, resource) }, cancel);
    }

    /// <summary>Asks for the deletion of an object, which may take its time; true if the object was there.</summary>
    /// <exception cref="KubernetesException">Among others <see cref="ErrorReason.Conflict"/> when it is not the object meant.</exception>
    public async Task<bool> Delete<T>(ObjectKey key, DeleteOptions? options = null, CancellationToken cancel = default)
        where T : class, IResource<T>
    {
        try
        {
            var type = await _discovery.Served(T.Type, cancel);
            var request = Request("delete", HttpMethod.Delete, type, key) with { Body = DeleteBody.Of(options), Idempotent = true };
            return await Call(type, request, Ignore, cancel);
        }
        catch (KubernetesException e) when (e.Reason == ErrorReason.NotFound)
        {
            return false;
        }
    }

    /// <summary>Asks for the deletion of all selected objects of a namespace.</summary>
    /// <param name="ns">The namespace; null for a cluster-wide kind.</param>
    /// <param name="selection">Which objects; label and field selectors count.</param>
    /// <param name="options">How to delete.</param>
    /// <param name="cancel">Ends the call.</param>
    public async Task DeleteCollection<T>(
        string? ns, ListOptions? selection = null, DeleteOptions? options = null, CancellationToken cancel = default)
        where T : class, IResource<T>
    {
        var type = await _discovery.Served(T.Type, cancel);
        var request = Request("deletecollection", HttpMethod.Delete, type, new(ns ?? "", ""));
        request = request with
        {
            Path = ApiPath.WithQuery(
                request.Path, ("labelSelector", selection?.LabelSelector), ("fieldSelector", selection?.FieldSelector)),
            Body = DeleteBody.Of(options),
            Idempotent = true,
        };
        await Call(type, request, Ignore, cancel);
    }

    /// <summary>Closes all connections. A client made by <see cref="GuardedBy"/> leaves that to the one it was made from.</summary>
    public void Dispose()
    {
        if (_owner) _transport.Dispose();
    }

    Task<T> Exchange<T>(ResourceType<T> type, ApiRequest request, CancellationToken cancel) where T : class, IResource =>
        Call(type, request, (content, end) => Body.Read(content, type.Read, end), cancel);

    static ReadOnlyMemory<byte> BodyOf<T>(ResourceType<T> type, T resource) where T : class, IResource
    {
        var body = new ArrayBufferWriter<byte>(2048);
        type.Write(body, resource);
        return body.WrittenMemory;
    }

    static ApiRequest Request<T>(string verb, HttpMethod method, ResourceType<T> type, ObjectKey key, string? subresource = null)
        where T : class, IResource
    {
        if (type.Namespaced && string.IsNullOrEmpty(key.Namespace))
            throw new ArgumentException($"{type.Kind} '{key.Name}' needs a namespace.", nameof(key));
        return new(
            verb, method, subresource is null ? type.FullName : $"{type.FullName}/{subresource}",
            ApiPath.Of(type.Group, type.Version, type.Plural, type.Namespaced ? key.Namespace : null, key.Name, subresource))
        {
            Namespace = type.Namespaced ? key.Namespace : "",
            Name = key.Name,
            Accept = type.MetadataOnly ? MetadataAs : ApiRequest.Json,
        };
    }

    async Task<TResult> Call<T, TResult>(
        ResourceType<T> type, ApiRequest request, Func<HttpContent, CancellationToken, Task<TResult>> read, CancellationToken cancel)
        where T : class, IResource
    {
        try
        {
            return await _transport.Send(request with { Limited = _limited }, _guard, read, cancel);
        }
        catch (KubernetesException e) when (e.Reason == ErrorReason.NotFound)
        {
            _discovery.Doubt(type);
            throw;
        }
    }

    async Task<HttpResponseMessage> Open<T>(ResourceType<T> type, ApiRequest request, CancellationToken cancel) where T : class, IResource
    {
        try
        {
            return await _transport.Open(request, cancel);
        }
        catch (KubernetesException e) when (e.Reason == ErrorReason.NotFound)
        {
            _discovery.Doubt(type);
            throw;
        }
    }

    static Task<bool> Ignore(HttpContent content, CancellationToken cancel) => Body.Read(content, static _ => true, cancel);
}
