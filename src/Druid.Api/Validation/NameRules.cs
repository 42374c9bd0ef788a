namespace Druid.Api.Validation;

/// <summary>Rules about the names of an Etcd and of what it refers to.</summary>
static class NameRules
{
    // The longest name of which a StatefulSet's pods can carry their revision, the name with eleven characters added, as a label.
    internal const int LongestName = 52;

    public static IReadOnlyList<Rule<Etcd>> All { get; } =
    [
        new("name-too-long",
            "must have at most 52 characters, because names and labels of at most 63 characters are made from it: choose a shorter one",
            change => Where(change.Now.Metadata.Name, "metadata.name", name => name.Length > LongestName)),
        new("name-not-for-service",
            "must begin with a letter and hold only small letters, digits and dashes, because Services are named after it: choose another one",
            change => Where(change.Now.Metadata.Name, "metadata.name", name => !Text.IsDnsLabel(name.Length > 63 ? name[..63] : name) || !char.IsAsciiLetterLower(name[0]))),
        new("class-name",
            "must be a name of small letters, digits, dashes and dots: write the name that kubectl get priorityclass or storageclass shows",
            change =>
            [
                .. Where(change.Now.Spec.PriorityClassName, "spec.priorityClassName", IsNoName),
                .. Where(change.Now.Spec.StorageClass, "spec.storageClass", IsNoName),
            ]),
        new("claim-template-name",
            "must be a name of at most 63 small letters, digits and dashes, because the pods' volume is called by it",
            change => Where(change.Now.Spec.VolumeClaimTemplate, "spec.volumeClaimTemplate", name => name.Length > 0 && !Text.IsDnsLabel(name))),
        new("label-key",
            "must be a name of at most 63 letters, digits, dashes, underscores and dots, after a domain and a slash if it has one",
            change => Maps(change.Now).SelectMany(map => map.Map.Keys.Where(key => !Text.IsQualifiedName(key)).Select(key => new Offence(map.Path, Text.Quoted(key))))),
        new("label-value",
            "must have at most 63 letters, digits, dashes, underscores and dots, the first and the last a letter or digit: shorten it, or make it an annotation",
            change => Maps(change.Now).Where(map => map.IsLabels)
                .SelectMany(map => map.Map.Where(label => !Text.IsLabelValue(label.Value)).Select(label => new Offence($"{map.Path}.{label.Key}", Text.Quoted(label.Value))))),
        new("image",
            "must be an image reference such as registry.example.com/etcd:v1.0.0; leave it out for the operator's own choice",
            change =>
            [
                .. Where(change.Now.Spec.Etcd.Image, "spec.etcd.image", image => !Text.IsImage(image)),
                .. Where(change.Now.Spec.Backup.Image, "spec.backup.image", image => !Text.IsImage(image)),
            ]),
    ];

    internal static IEnumerable<Offence> Where(string? value, string path, Func<string, bool> offends) =>
        value is not null && offends(value) ? [new(path, Text.Quoted(value))] : [];

    static bool IsNoName(string name) => name.Length > 0 && !Text.IsDnsSubdomain(name);

    static IEnumerable<(string Path, IReadOnlyDictionary<string, string> Map, bool IsLabels)> Maps(Etcd etcd)
    {
        yield return ("spec.labels", etcd.Spec.Labels, true);
        yield return ("spec.annotations", etcd.Spec.Annotations, false);
        if (etcd.Spec.Etcd.ClientService is not { } service) yield break;
        yield return ("spec.etcd.clientService.labels", service.Labels, true);
        yield return ("spec.etcd.clientService.annotations", service.Annotations, false);
    }
}
