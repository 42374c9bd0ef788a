namespace Druid.Kubernetes.Client;

/// <summary>Is told of every request that a client sends. Called from many threads; must return soon and not throw.</summary>
public interface IRequestObserver
{
    /// <summary>A request was answered, or failed to be.</summary>
    void Completed(in RequestInfo request);
}

/// <summary>One request, answered or not.</summary>
/// <param name="Verb">As RBAC names it: <c>get</c>, <c>list</c>, <c>watch</c>, <c>create</c>, <c>update</c>, <c>patch</c>, <c>apply</c>, <c>delete</c>, <c>deletecollection</c>.</param>
/// <param name="Resource">Plural and group, with a subresource after a slash: <c>statefulsets.apps/scale</c>.</param>
/// <param name="Namespace">The namespace, or empty.</param>
/// <param name="Name">The object, or empty.</param>
/// <param name="Code">The HTTP status; 0 when there was no answer.</param>
/// <param name="Duration">From sending to the end of the answer; for a watch, to its beginning.</param>
/// <param name="Attempt">0 for the first attempt, more for repetitions.</param>
public readonly record struct RequestInfo(
    string Verb, string Resource, string Namespace, string Name, int Code, TimeSpan Duration, int Attempt)
{
    /// <summary>Whether the request could change anything.</summary>
    public bool IsWrite => Verb is not ("get" or "list" or "watch");
}
