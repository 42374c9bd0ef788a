using System.Security.Cryptography;
using System.Text;
using Druid.Api;
using Druid.Kubernetes.Resources;
using Druid.Operator.Agents;
using Druid.Operator.Observers;

namespace Druid.Operator.Controllers;

/// <summary>Puts together all that is known of one cluster: what the caches hold, what its agents said, and entries of its secrets.</summary>
sealed class ClusterReader(ClusterCache cache, AgentDesk desk, SecretEntries secrets, PendingStatuses pending)
{
    /// <summary>The entry of a Local store's secret that names its directory on the node.</summary>
    public const string HostPath = "hostPath";

    /// <summary>The cluster; null when the Etcd is not there.</summary>
    public async ValueTask<ClusterObjects?> Read(ObjectKey key, CancellationToken cancel)
    {
        if (cache.Find(key) is not { } objects)
        {
            return null;
        }
        return FixedSpec.Apply(objects with
        {
            Etcd = pending.Complete(objects.Etcd),
            Recorded = objects.Etcd.Status,
            Agents = desk.NewsOf(objects.Etcd),
            BackupHostPath = await HostPathOf(objects, cancel),
            Authorities = await AuthoritiesOf(objects, cancel),
        });
    }

    // etcd reads its authorities when it starts, and its certificates at every handshake; so only other authorities take a restart.
    async ValueTask<string?> AuthoritiesOf(ClusterObjects objects, CancellationToken cancel)
    {
        var digests = new List<string>();
        foreach (var tls in new TlsConfig?[] { objects.Etcd.Spec.Etcd.ClientUrlTls, objects.Etcd.Spec.Etcd.PeerUrlTls })
        {
            if (tls?.TlsCaSecretRef is { Name: { Length: > 0 } secret } reference && !objects.Etcd.IsBeingDeleted
                && await secrets.Read(objects.Etcd.Key with { Name = secret }, reference.DataKey ?? EtcdDefaults.CaDataKey, Digest, cancel) is { } digest)
            {
                digests.Add(digest);
            }
        }
        return digests.Count > 0 ? string.Join('-', digests) : null;
    }

    static string Digest(byte[] authorities) => Convert.ToHexStringLower(SHA256.HashData(authorities).AsSpan(0, 8));

    async ValueTask<string?> HostPathOf(ClusterObjects objects, CancellationToken cancel)
    {
        var store = objects.Etcd.Spec.Backup.Store;
        return StorageProvider.Resolve(store?.Provider) == StorageProvider.Local && store?.SecretRef?.Name is { Length: > 0 } secret && !objects.Etcd.IsBeingDeleted
            && await secrets.Read(objects.Etcd.Key with { Name = secret }, HostPath, Encoding.UTF8.GetString, cancel) is { Length: > 0 } path
            ? path.Trim()
            : null;
    }
}
