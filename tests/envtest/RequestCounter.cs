using System.Collections.Concurrent;
using Druid.Kubernetes.Client;

namespace Druid.EnvtestTests;

/// <summary>Counts the requests of a client by verb and resource.</summary>
public sealed class RequestCounter : IRequestObserver
{
    readonly ConcurrentQueue<RequestInfo> _requests = [];

    /// <summary>All requests so far.</summary>
    public IReadOnlyCollection<RequestInfo> All => _requests;

    /// <summary>Requests with the verb, and on the resource if one is given.</summary>
    public int Count(string verb, string? resource = null) => _requests.Count(r => r.Verb == verb && (resource is null || r.Resource == resource));

    /// <inheritdoc/>
    public void Completed(in RequestInfo request) => _requests.Enqueue(request);
}
