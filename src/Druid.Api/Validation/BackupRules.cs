namespace Druid.Api.Validation;

/// <summary>Rules about backups.</summary>
static class BackupRules
{
    public static IReadOnlyList<Rule<Etcd>> All { get; } =
    [
        new Rule<Etcd>("collection-before-snapshot",
                "garbageCollectionPeriod must be longer than deltaSnapshotPeriod, or snapshots are deleted faster than taken: raise one or lower the other",
                change => change.Now.Spec.Backup is { DeltaSnapshotPeriod: { } snapshot, GarbageCollectionPeriod: { } collection } && collection <= snapshot
                    ? [new("spec.backup.garbageCollectionPeriod", Text.Quoted(collection.ToString()))]
                    : [])
            .InCel("spec.backup", "!has(self.deltaSnapshotPeriod) || !has(self.garbageCollectionPeriod) || duration(self.deltaSnapshotPeriod) < duration(self.garbageCollectionPeriod)"),
        .. StoreRules.Of<Etcd>("spec.backup.store", etcd => etcd.Spec.Backup.Store),
    ];
}

/// <summary>Rules about a store, wherever it is used.</summary>
static class StoreRules
{
    public static IEnumerable<Rule<T>> Of<T>(string path, Func<T, StoreSpec?> store) where T : class =>
    [
        new("store-provider",
            $"must be one of {string.Join(", ", StorageProvider.ByName.Keys)}",
            change => NameRules.Where(store(change.Now)?.Provider, $"{path}.provider", provider => provider.Length > 0 && StorageProvider.Resolve(provider) is null)),
        new("store-prefix",
            "must be a path without empty parts, dots alone or blanks, such as shoots/garden/etcd-main: one Etcd's snapshots only may be under it",
            change => NameRules.Where(store(change.Now)?.Prefix, $"{path}.prefix", prefix => !IsPath(prefix))),
        new Rule<T>("store-endpoint",
                "must be a URL with a host, such as https://s3.example.com:9000",
                change => NameRules.Where(store(change.Now)?.EndpointOverride, $"{path}.endpointOverride", url => !Text.IsUrl(url)))
            .InCel($"{path}.endpointOverride", "isURL(self) && url(self).getHostname() != ''"),
    ];

    static bool IsPath(string prefix) =>
        prefix.Trim('/') is { Length: > 0 } path
        && path.Split('/').All(part => part is not ("" or "." or ".."))
        && !path.Any(c => char.IsControl(c) || char.IsWhiteSpace(c));
}
