namespace Druid.Api.Validation;

/// <summary>Rules about references to Secrets.</summary>
static class SecretRules
{
    public static IReadOnlyList<Rule<Etcd>> All { get; } =
    [
        new("secret-unnamed",
            "must name a Secret in the Etcd's namespace: write its name, or leave the whole reference out where it is optional",
            change => References(change.Now).Where(secret => string.IsNullOrEmpty(secret.Reference?.Name)).Select(secret => new Offence($"{secret.Path}.name", null))),
        new("secret-name",
            "must be the name of a Secret: small letters, digits, dashes and dots",
            change => References(change.Now).SelectMany(secret =>
                NameRules.Where(secret.Reference?.Name, $"{secret.Path}.name", name => name.Length > 0 && !Text.IsDnsSubdomain(name)))),
        new("secret-key",
            "must be a key of the Secret: letters, digits, dashes, underscores and dots",
            change => References(change.Now).SelectMany(secret =>
                NameRules.Where((secret.Reference as CaSecretReference)?.DataKey, $"{secret.Path}.dataKey", key => !Text.IsDataKey(key)))),
    ];

    /// <summary>The references that must name a Secret; a null one is missing.</summary>
    public static IEnumerable<(string Path, SecretReference? Reference)> References(Etcd etcd)
    {
        var (main, backup) = (etcd.Spec.Etcd, etcd.Spec.Backup);
        return
        [
            .. Tls("spec.etcd.clientUrlTls", main.ClientUrlTls, needsClient: true),
            .. Tls("spec.etcd.peerUrlTls", main.PeerUrlTls, needsClient: false),
            .. Tls("spec.backup.tls", backup.Tls, needsClient: true),
            .. Optional("spec.etcd.authSecretRef", main.AuthSecretRef),
            .. Optional("spec.backup.store.secretRef", backup.Store?.SecretRef),
        ];
    }

    static IEnumerable<(string, SecretReference?)> Optional(string path, SecretReference? reference) =>
        reference is null ? [] : [(path, reference)];

    // Operator and sidecar connect to etcd, and etcd's wrapper to the sidecar, with the client certificate; between members there is none.
    static IEnumerable<(string, SecretReference?)> Tls(string path, TlsConfig? tls, bool needsClient)
    {
        if (tls is null) yield break;
        yield return ($"{path}.tlsCASecretRef", tls.TlsCaSecretRef);
        yield return ($"{path}.serverTLSSecretRef", tls.ServerTlsSecretRef);
        if (needsClient) yield return ($"{path}.clientTLSSecretRef", tls.ClientTlsSecretRef);
    }
}
