using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;
using Druid.Kubernetes.Resources;

namespace Druid.Kubernetes.Client;

/// <summary>Finds out what the server offers, and remembers the version of those kinds that have more than one.</summary>
sealed class Discovery(Transport transport)
{
    readonly ConcurrentDictionary<(string Group, string Plural), string> _versions = [];

    /// <summary>The type in the best version that the server has; a type that exists in one version alone is not asked for.</summary>
    /// <exception cref="KubernetesException"><see cref="ErrorReason.NotFound"/> when the server has none of them.</exception>
    public ValueTask<ResourceType<T>> Served<T>(ResourceType<T> type, CancellationToken cancel) where T : class, IResource
    {
        if (type.OlderVersions.Count == 0) return new(type);
        return _versions.TryGetValue((type.Group, type.Plural), out var version)
            ? new(type.InVersion(version))
            : new(Find(type, cancel));
    }

    /// <summary>Forgets a version that the server no longer seems to have: it may have been upgraded.</summary>
    public void Doubt<T>(ResourceType<T> type) where T : class, IResource => _versions.TryRemove((type.Group, type.Plural), out _);

    async Task<ResourceType<T>> Find<T>(ResourceType<T> type, CancellationToken cancel) where T : class, IResource
    {
        foreach (var version in (IEnumerable<string>)[type.Version, .. type.OlderVersions])
        {
            if (!(await Resources(type.Group, version, cancel)).Any(r => r.Name == type.Plural)) continue;
            _versions[(type.Group, type.Plural)] = version;
            return type.InVersion(version);
        }
        throw KubernetesException.FromStatus(
            $"discover {type.FullName}", 404, new Status { Message = $"the server has {type.FullName} in none of the versions {type.Version}, {string.Join(", ", type.OlderVersions)}" }, null);
    }

    /// <summary>The resources of a group and version; none when the server does not have it.</summary>
    public async Task<IReadOnlyList<ApiResource>> Resources(string group, string version, CancellationToken cancel)
    {
        var path = group.Length == 0 ? $"/api/{version}" : $"/apis/{group}/{version}";
        try
        {
            var list = await Get(path, DiscoveryJson.Default.ApiResourceList, cancel);
            return [.. (list.Resources ?? []).Select(r => r with { Group = r.Group ?? group, Version = r.Version ?? version })];
        }
        catch (KubernetesException e) when (e.Reason == ErrorReason.NotFound)
        {
            return [];
        }
    }

    public async Task<IReadOnlyList<ApiResource>> Resources(CancellationToken cancel)
    {
        var groups = await Get("/apis", DiscoveryJson.Default.ApiGroupList, cancel);
        var found = new List<ApiResource>(await Resources("", "v1", cancel));
        foreach (var group in groups.Groups ?? [])
        {
            foreach (var version in group.Versions ?? []) found.AddRange(await Resources(group.Name, version.Version, cancel));
        }
        return found;
    }

    public Task<ServerVersion> Version(CancellationToken cancel) => Get("/version", DiscoveryJson.Default.ServerVersion, cancel);

    Task<T> Get<T>(string path, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> json, CancellationToken cancel) => transport.Send(
        new ApiRequest("get", HttpMethod.Get, path, path) { Idempotent = true },
        guard: null,
        (content, end) => Body.Read(content, utf8 => JsonSerializer.Deserialize(utf8, json) ?? throw new JsonException("Expected an object, found null."), end),
        cancel);
}

/// <summary>A resource that a server has.</summary>
public sealed record ApiResource
{
    /// <summary>The plural, with a subresource after a slash: <c>pods/eviction</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The group; of a subresource, that of its objects.</summary>
    public string? Group { get; init; }

    /// <summary>The version; of a subresource, that of its objects.</summary>
    public string? Version { get; init; }

    /// <summary>The kind.</summary>
    public required string Kind { get; init; }

    /// <summary>Whether its objects live in namespaces.</summary>
    public bool Namespaced { get; init; }

    /// <summary>What can be done with it.</summary>
    public IReadOnlyList<string>? Verbs { get; init; }
}

/// <summary>What a server says of itself.</summary>
public sealed record ServerVersion
{
    /// <summary>As in <c>1</c>.</summary>
    public string? Major { get; init; }

    /// <summary>As in <c>20</c> or <c>20+</c>.</summary>
    public string? Minor { get; init; }

    /// <summary>As in <c>v1.20.2</c>.</summary>
    public required string GitVersion { get; init; }
}

sealed record ApiResourceList(IReadOnlyList<ApiResource>? Resources);

sealed record ApiGroupList(IReadOnlyList<ApiGroup>? Groups);

sealed record ApiGroup(string Name, IReadOnlyList<ApiGroupVersion>? Versions);

sealed record ApiGroupVersion(string Version);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ApiResourceList))]
[JsonSerializable(typeof(ApiGroupList))]
[JsonSerializable(typeof(ServerVersion))]
sealed partial class DiscoveryJson : JsonSerializerContext;
