namespace Druid.Api.Validation;

/// <summary>Fields that the API has but this version of the operator does not act on yet. One that is set is refused, not ignored: its user would believe in an effect that there is none.</summary>
public static class EtcdSupport
{
    static readonly (string Path, string Remedy, Func<Etcd, object?> Value)[] Fields =
    [
        ("spec.backup.tls", "leave it out to serve the sidecar over plain HTTP", etcd => etcd.Spec.Backup.Tls),
        ("spec.backup.store", "leave it out to run without backups", etcd => etcd.Spec.Backup.Store),
        ("spec.etcd.authSecretRef", "leave it out and keep etcd's authentication disabled", etcd => etcd.Spec.Etcd.AuthSecretRef),
        ("spec.etcd.bootstrapWithExistingCluster", "leave it out to found a new cluster", etcd => etcd.Spec.Etcd.BootstrapWithExistingCluster),
    ];

    /// <summary>The fields of this Etcd that would have no effect.</summary>
    public static IReadOnlyList<FieldError> Unsupported(Etcd etcd) =>
    [
        .. from field in Fields
           where field.Value(etcd) is not null
           select new FieldError(field.Path, null, "unsupported", $"has no effect in this version of the operator: {field.Remedy}"),
    ];
}
