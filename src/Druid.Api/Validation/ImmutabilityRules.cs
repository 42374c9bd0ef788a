namespace Druid.Api.Validation;

/// <summary>What cannot be changed once the Etcd exists.</summary>
static class ImmutabilityRules
{
    public static IReadOnlyList<Rule<Etcd>> All { get; } =
    [
        Immutable("storageClass", "storageClass cannot be changed, because the members' volumes exist: create another Etcd and copy the data", spec => spec.StorageClass),
        Immutable("volumeClaimTemplate", "volumeClaimTemplate cannot be changed, because the members' volumes are found by it: set it back", spec => spec.VolumeClaimTemplate),
        Immutable("memberNamePrefix", "memberNamePrefix cannot be changed, because the members are known to each other by it: set it back", spec => spec.MemberNamePrefix),
        new("storage-shrinks",
            "cannot be lowered, because volumes do not shrink: set it back, or create another Etcd and copy the data",
            change => change.Before is { } before && Capacity(change.Now) < Capacity(before)
                ? [new("spec.storageCapacity", Text.Quoted(Capacity(change.Now).ToString()))]
                : []),
    ];

    static Kubernetes.Resources.Quantity Capacity(Etcd etcd) => etcd.Spec.StorageCapacity ?? EtcdDefaults.StorageCapacity;

    // Two expressions, because the API server compares old and new only where both are present.
    static Rule<Etcd> Immutable(string field, string message, Func<EtcdSpec, string?> value) =>
        new Rule<Etcd>($"{field}-immutable", message, change => change.Before is { } before && value(change.Now.Spec) != value(before.Spec)
                ? [new($"spec.{field}", value(change.Now.Spec) is { } now ? Text.Quoted(now) : null)]
                : [])
            .InCel("spec", $"has(self.{field}) == has(oldSelf.{field})")
            .InCel($"spec.{field}", "self == oldSelf");
}
