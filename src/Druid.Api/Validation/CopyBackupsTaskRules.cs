using Druid.Kubernetes.Resources;

namespace Druid.Api.Validation;

/// <summary>Everything that an EtcdCopyBackupsTask must obey beyond its schema.</summary>
static class CopyBackupsTaskRules
{
    public static IReadOnlyList<Rule<EtcdCopyBackupsTask>> All { get; } =
    [
        new("name-too-long",
            "must have at most 56 characters, because the Job and its pods carry it with -worker added as a label: choose a shorter one",
            change => NameRules.Where(change.Now.Metadata.Name, "metadata.name", name => name.Length > 56)),
        .. StoreRules.Of<EtcdCopyBackupsTask>("spec.sourceStore", task => task.Spec.SourceStore),
        .. StoreRules.Of<EtcdCopyBackupsTask>("spec.targetStore", task => task.Spec.TargetStore),
        new("store-provider-missing",
            "must say what kind of store it is, such as S3",
            change => Stores(change.Now).Where(store => string.IsNullOrEmpty(store.Spec.Provider)).Select(store => new Offence($"{store.Path}.provider", null))),
        new("secret-unnamed",
            "must name a Secret in the task's namespace: write its name, or leave the whole reference out",
            change => Stores(change.Now).Where(store => store.Spec.SecretRef is { Name: null or "" }).Select(store => new Offence($"{store.Path}.secretRef.name", null))),
        new("copy-onto-itself",
            "must be another store, container or prefix than the source",
            change => Same(change.Now.Spec.SourceStore, change.Now.Spec.TargetStore) ? [new("spec.targetStore", null)] : []),
        new("label-value",
            "must be labels: keys and values of at most 63 letters, digits, dashes, underscores and dots",
            change => change.Now.Spec.PodLabels.Where(label => !Text.IsQualifiedName(label.Key) || !Text.IsLabelValue(label.Value))
                .Select(label => new Offence($"spec.podLabels.{label.Key}", Text.Quoted(label.Value)))),
        new("time-not-positive",
            "must not be negative: write a duration such as 10m, or 0 to wait for ever",
            change => change.Now.Spec.WaitForFinalSnapshot?.Timeout is { } timeout && timeout < Duration.Zero
                ? [new("spec.waitForFinalSnapshot.timeout", Text.Quoted(timeout.ToString()))]
                : []),
    ];

    static IEnumerable<(string Path, StoreSpec Spec)> Stores(EtcdCopyBackupsTask task) =>
        [("spec.sourceStore", task.Spec.SourceStore), ("spec.targetStore", task.Spec.TargetStore)];

    static bool Same(StoreSpec source, StoreSpec target) =>
        source.Prefix.Trim('/') == target.Prefix.Trim('/')
        && source.Container == target.Container
        && source.EndpointOverride == target.EndpointOverride
        && source.SecretRef?.Name == target.SecretRef?.Name
        && (StorageProvider.Resolve(source.Provider) ?? source.Provider) == (StorageProvider.Resolve(target.Provider) ?? target.Provider);
}
