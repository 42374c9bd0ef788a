using Druid.Kubernetes.Resources;

namespace Druid.Api.Validation;

/// <summary>What is allowed but probably not meant: told to the user as a warning, and no reason to refuse.</summary>
public static class EtcdAdvice
{
    const int ManyMembers = 7;

    static readonly Quantity LargestTestedQuota = Quantity.Parse("8Gi");

    static readonly Rule<Etcd>[] Rules =
    [
        new("even-replicas",
            "an even number of members tolerates no more failures than one member less: an odd number is better",
            change => change.Now.Spec.Replicas is > 0 and var replicas && replicas % 2 == 0 ? [new("spec.replicas", Text.Shown(replicas))] : []),
        new("many-replicas",
            "every write goes to every member: more than 7 make the cluster slower, not safer",
            change => change.Now.Spec.Replicas > ManyMembers ? [new("spec.replicas", Text.Shown(change.Now.Spec.Replicas))] : []),
        new("quota-above-tested",
            "etcd is tested with databases of up to 8Gi: a larger one starts and recovers slowly",
            change => change.Now.Spec.Etcd.Quota is { } quota && quota > LargestTestedQuota ? [new("spec.etcd.quota", Text.Quoted(quota.ToString()))] : []),
        new("quota-above-capacity",
            "the database may outgrow the volume, which stops etcd: lower quota below storageCapacity",
            change => change.Now.WithDefaults().Spec is { Etcd.Quota: { } quota, StorageCapacity: { } capacity } && quota >= capacity
                ? [new("spec.etcd.quota", Text.Quoted(quota.ToString()))]
                : []),
        new("memory-below-quota",
            "etcd maps its database into memory: a memory limit below the quota gets the container killed once the database has grown",
            change => change.Now.WithDefaults().Spec.Etcd is { Quota: { } quota, Resources.Limits: { } limits } && limits.TryGetValue("memory", out var memory) && memory < quota
                ? [new("spec.etcd.resources.limits.memory", Text.Quoted(memory.ToString()))]
                : []),
        new("store-without-provider",
            "without a provider nothing is backed up: say what kind of store it is, such as S3",
            change => change.Now.Spec.Backup.Store is { Provider: null or "" } ? [new("spec.backup.store.provider", null)] : []),
        new("store-without-container",
            "without a container the store is not found: name the bucket",
            change => change.Now.Spec.Backup.Store is { Container: null or "" } ? [new("spec.backup.store.container", null)] : []),
        new("secret-elsewhere",
            "only Secrets of the Etcd's own namespace can be used: this namespace has no effect",
            change => SecretRules.References(change.Now)
                .Where(secret => !string.IsNullOrEmpty(secret.Reference?.Namespace) && secret.Reference.Namespace != change.Now.Metadata.Namespace)
                .Select(secret => new Offence($"{secret.Path}.namespace", Text.Quoted(secret.Reference!.Namespace!)))),
        new("selector",
            "is deprecated and has no effect: remove it",
            change => change.Now.Spec.Selector is not null ? [new("spec.selector", null)] : []),
        new("operation",
            "is no operation: the only one is reconcile",
            change => from name in new[] { Annotations.Operation, Annotations.LegacyOperation }
                      let operation = change.Now.Metadata.Annotations?.GetValueOrDefault(name)
                      where operation is not (null or Annotations.Reconcile)
                      select new Offence($"metadata.annotations.{name}", Text.Quoted(operation))),
        new("compaction-never",
            "from triggerFullSnapshotThreshold on a full snapshot is taken instead: with eventsThreshold not below it nothing is ever compacted",
            change => change.Now.Spec.Backup.SnapshotCompaction is { EventsThreshold: { } events, TriggerFullSnapshotThreshold: { } upper } && events >= upper
                ? [new("spec.backup.snapshotCompaction.eventsThreshold", Text.Shown(events))]
                : []),
    ];

    /// <summary>The warnings about an Etcd.</summary>
    public static IReadOnlyList<FieldError> Warnings(Etcd etcd) => [.. Rules.SelectMany(rule => rule.Errors(new(etcd, null)))];
}
