namespace Druid.Api.Validation;

/// <summary>Everything that an Etcd must obey beyond its schema.</summary>
static class EtcdRules
{
    public static IReadOnlyList<Rule<Etcd>> All { get; } =
        [.. NameRules.All, .. ImmutabilityRules.All, .. AmountRules.All, .. PeerUrlRules.All, .. BootstrapRules.All, .. SecretRules.All, .. BackupRules.All, .. PodRules.All];
}
