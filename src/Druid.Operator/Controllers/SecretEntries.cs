using System.Collections.Concurrent;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;
using Druid.Kubernetes.Runtime;

namespace Druid.Operator.Controllers;

/// <summary>
/// The few entries of secrets that the operator itself has to know, each read once a version of its secret. Of what is read only the
/// digest is kept, so that no key or password stays in memory.
/// </summary>
/// <param name="client">Reads.</param>
/// <param name="known">Tells the versions.</param>
sealed class SecretEntries(KubernetesClient client, Store<Partial<Secret>> known)
{
    readonly ConcurrentDictionary<(ObjectKey Secret, string Entry), (string? Version, string? Digest)> digests = new();

    /// <summary>What <paramref name="digest"/> makes of an entry; null where there is no such secret or entry.</summary>
    /// <exception cref="KubernetesException">The secret could not be read.</exception>
    public async ValueTask<string?> Read(ObjectKey secret, string entry, Func<byte[], string> digest, CancellationToken cancel)
    {
        if (known.Get(secret)?.Metadata.ResourceVersion is not { } version)
        {
            digests.TryRemove((secret, entry), out _);
            return null;
        }
        if (digests.TryGetValue((secret, entry), out var read) && read.Version == version)
        {
            return read.Digest;
        }
        var content = await client.TryGet<Secret>(secret, cancel);
        var value = content?.Data?.GetValueOrDefault(entry) is { } bytes ? digest(bytes) : null;
        digests[(secret, entry)] = (content?.Metadata.ResourceVersion, value);
        return value;
    }
}
