using Druid.Api;

namespace Druid.Operator.Components;

/// <summary>
/// The flags of the sidecar, in their established order: a pod's arguments are part of its template, and another order would
/// replace the pods of a cluster that is handed over. For the same reason a flag is left out where the spec leaves the choice.
/// </summary>
static class SidecarArguments
{
    public static IEnumerable<string> Render(Etcd etcd, StoreAccess? store) =>
    [
        "server",
        $"--server-port={etcd.SidecarPort}",
        .. store is null ? [] : Snapshots(etcd, store),
        .. Maintenance(etcd),
        .. EtcdAccess(etcd),
        .. OwnTls(etcd),
        $"--data-dir={Files.DataDirectory}",
        $"--restoration-temp-snapshots-dir={Files.DataVolume}/restoration.temp",
        $"--snapstore-temp-directory={Files.DataVolume}/temp",
        "--etcd-connection-timeout=5m",
        "--use-etcd-wrapper=true",
        .. etcd.WrapperPort == EtcdDefaults.WrapperPort ? Array.Empty<string>() : [$"--etcd-wrapper-port={etcd.WrapperPort}"],
        .. etcd.RunsMembers() ? Heartbeat(etcd) : [],
        $"--embedded-etcd-quota-bytes={(etcd.Spec.Etcd.Quota ?? EtcdDefaults.Quota).RoundedUp}",
        .. etcd.Spec.Backup.EnableProfiling == true ? ["--enable-profiling=true"] : Array.Empty<string>(),
        .. LeaderElection(etcd.Spec.Backup.LeaderElection),
    ];

    static IEnumerable<string> Snapshots(Etcd etcd, StoreAccess store)
    {
        var backup = etcd.Spec.Backup;
        var policy = backup.GarbageCollectionPolicy ?? GarbageCollection.LimitBased;
        if (etcd.RunsMembers())
        {
            yield return "--enable-snapshot-lease-renewal=true";
            yield return $"--full-snapshot-lease-name={Names.FullSnapshotLease(etcd)}";
            yield return $"--delta-snapshot-lease-name={Names.DeltaSnapshotLease(etcd)}";
        }
        yield return $"--storage-provider={store.Provider}";
        yield return $"--store-prefix={store.Store.Prefix}";
        if (store.Store.EndpointOverride is { } endpoint) yield return $"--store-endpoint-override={endpoint}";

        if (backup.FullSnapshotSchedule is { } schedule) yield return $"--schedule={schedule}";
        if (backup.DeltaSnapshotPeriod is { } period) yield return $"--delta-snapshot-period={period}";
        if (backup.DeltaSnapshotRetentionPeriod is { } retention) yield return $"--delta-snapshot-retention-period={retention}";
        yield return $"--delta-snapshot-memory-limit={(backup.DeltaSnapshotMemoryLimit ?? EtcdDefaults.DeltaSnapshotMemoryLimit).RoundedUp}";

        yield return $"--garbage-collection-policy={policy}";
        if (policy == GarbageCollection.LimitBased) yield return $"--max-backups={backup.MaxBackupsLimitBasedGc ?? EtcdDefaults.MaxBackups}";
        if (backup.GarbageCollectionPeriod is { } collection) yield return $"--garbage-collection-period={collection}";

        yield return $"--compress-snapshots={(backup.Compression?.Enabled ?? true ? "true" : "false")}";
        yield return $"--compression-policy={backup.Compression?.Policy ?? CompressionPolicy.Gzip}";
        yield return $"--etcd-snapshot-timeout={Text(backup.EtcdSnapshotTimeout) ?? "15m"}";
    }

    static IEnumerable<string> Maintenance(Etcd etcd)
    {
        var (spec, shared) = (etcd.Spec.Etcd, etcd.Spec.SharedConfig);
        if (spec.DefragmentationSchedule is { } schedule) yield return $"--defragmentation-schedule={schedule}";
        yield return $"--etcd-defrag-timeout={Text(spec.EtcdDefragTimeout) ?? "15m"}";
        yield return $"--auto-compaction-mode={shared.AutoCompactionMode ?? CompactionMode.Periodic}";
        yield return $"--auto-compaction-retention={shared.AutoCompactionRetention ?? EtcdDefaults.AutoCompactionRetention}";
    }

    static IEnumerable<string> EtcdAccess(Etcd etcd)
    {
        var tls = TlsFiles.OfClients(etcd);
        var (scheme, insecure) = tls is null ? ("http", "true") : ("https", "false");
        if (tls is not null)
        {
            yield return $"--cacert={tls.AuthoritiesFile}";
            if (tls.Client is { } client)
            {
                yield return $"--cert={client.Certificate}";
                yield return $"--key={client.Key}";
            }
        }
        yield return $"--insecure-transport={insecure}";
        yield return $"--insecure-skip-tls-verify={insecure}";
        if (SidecarContainer.LoginSecret(etcd) is not null)
        {
            yield return $"--etcd-username=$({SidecarContainer.UserVariable})";
            yield return $"--etcd-password=$({SidecarContainer.PasswordVariable})";
        }
        yield return $"--endpoints={scheme}://{Names.LocalHost(etcd)}:{etcd.ClientPort}";
        if (etcd.RunsMembers())
        {
            string[] endpoints = [$"{scheme}://{Names.ClientService(etcd)}:{etcd.ClientPort}", .. etcd.Spec.Etcd.BootstrapWithExistingCluster?.ClientEndpoints ?? []];
            yield return $"--service-endpoints={string.Join(',', endpoints)}";
        }
    }

    static IEnumerable<string> OwnTls(Etcd etcd) =>
        TlsFiles.OfSidecar(etcd) is { } tls ? [$"--server-cert={tls.Server.Certificate}", $"--server-key={tls.Server.Key}"] : [];

    static IEnumerable<string> Heartbeat(Etcd etcd) =>
    [
        "--enable-member-lease-renewal=true",
        $"--k8s-heartbeat-duration={etcd.Spec.Etcd.HeartbeatDuration ?? EtcdDefaults.HeartbeatDuration}",
    ];

    static IEnumerable<string> LeaderElection(LeaderElectionSpec? election)
    {
        if (election?.EtcdConnectionTimeout is { } timeout) yield return $"--etcd-connection-timeout-leader-election={timeout}";
        if (election?.ReelectionPeriod is { } period) yield return $"--reelection-period={period}";
    }

    // A timeout of the spec is written out (15m0s); the usual one never was.
    static string? Text(Kubernetes.Resources.Duration? duration) => duration?.ToString();
}
