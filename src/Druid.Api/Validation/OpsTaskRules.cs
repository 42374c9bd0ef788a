namespace Druid.Api.Validation;

/// <summary>Everything that an EtcdOpsTask must obey beyond its schema.</summary>
static class OpsTaskRules
{
    const string Immutable = "cannot be changed, because the task may have begun: create another task";

    public static IReadOnlyList<Rule<EtcdOpsTask>> All { get; } =
    [
        new Rule<EtcdOpsTask>("config-immutable", Immutable,
                change => change.Before is { } before && change.Now.Spec.Config != before.Spec.Config ? [new("spec.config", null)] : [])
            .InCel("spec.config", "self == oldSelf"),
        new Rule<EtcdOpsTask>("ttl-immutable", Immutable,
                change => change.Before is { } before && Ttl(change.Now) != Ttl(before) ? [new("spec.ttlSecondsAfterFinished", Text.Shown(Ttl(change.Now)))] : [])
            .InCel("spec.ttlSecondsAfterFinished", "self == oldSelf"),
        new Rule<EtcdOpsTask>("etcd-immutable", Immutable,
                change => change.Before is { } before && change.Now.Spec.EtcdName != before.Spec.EtcdName
                    ? [new("spec.etcdName", change.Now.Spec.EtcdName is { } name ? Text.Quoted(name) : null)]
                    : [])
            .InCel("spec.etcdName", "self == oldSelf"),
        new("etcd-unnamed",
            "must name the Etcd to work on, in the task's namespace",
            change => string.IsNullOrEmpty(change.Now.Spec.EtcdName) ? [new("spec.etcdName", null)] : []),
        new("etcd-name",
            "must be the name of an Etcd: at most 52 small letters, digits and dashes",
            change => NameRules.Where(change.Now.Spec.EtcdName, "spec.etcdName", name => name.Length > NameRules.LongestName || (name.Length > 0 && !Text.IsDnsLabel(name)))),
        new Rule<EtcdOpsTask>("delta-not-final",
                "isFinal must be left out or false for a delta snapshot: only a full one can be the last",
                change => change.Now.Spec.Config.OnDemandSnapshot is { Type: SnapshotType.Delta, IsFinal: true } ? [new("spec.config.onDemandSnapshot.isFinal", "true")] : [])
            .InCel("spec.config.onDemandSnapshot", "self.type != 'delta' || !has(self.isFinal) || !self.isFinal"),
    ];

    static int Ttl(EtcdOpsTask task) => task.Spec.TtlSecondsAfterFinished ?? EtcdOpsTaskSpec.DefaultTtlSeconds;
}
