using Druid.Api;

namespace Druid.Operator.Observers;

/// <summary>What keeps a spec from being acted on, a sentence each with the field and the remedy.</summary>
public static class SpecErrors
{
    /// <summary>The errors of a cluster's spec; empty when there are none.</summary>
    public static IReadOnlyList<string> Of(ClusterObjects objects) =>
        [.. (objects.Refused.Count > 0 ? objects.Refused : objects.Declared.Errors).Select(e => $"{e}."), .. MissingSecrets(objects)];

    static IEnumerable<string> MissingSecrets(ClusterObjects objects) => References(objects.Etcd)
        .Where(r => r.Secret is { Length: > 0 } && !objects.Secrets.Contains(r.Secret))
        .Select(r => $"{r.Field}: secret '{r.Secret}' does not exist in namespace '{objects.Etcd.Metadata.Namespace}'; create it or correct the name.");

    /// <summary>Every secret that a spec names, with the field that names it.</summary>
    public static IEnumerable<(string Field, string? Secret)> References(Etcd etcd)
    {
        var spec = etcd.Spec;
        IEnumerable<(string, string?)> tls =
        [
            .. Of("spec.etcd.clientUrlTls", spec.Etcd.ClientUrlTls),
            .. Of("spec.etcd.peerUrlTls", spec.Etcd.PeerUrlTls),
            .. Of("spec.backup.tls", spec.Backup.Tls),
        ];
        return tls
            .Append(("spec.etcd.authSecretRef.name", spec.Etcd.AuthSecretRef?.Name))
            .Append(("spec.backup.store.secretRef.name", spec.Backup.Store?.SecretRef?.Name))
            .Where(r => !string.IsNullOrEmpty(r.Item2));
    }

    static IEnumerable<(string, string?)> Of(string path, TlsConfig? tls) => tls is null ? [] :
    [
        ($"{path}.tlsCASecretRef.name", tls.TlsCaSecretRef.Name),
        ($"{path}.serverTLSSecretRef.name", tls.ServerTlsSecretRef.Name),
        ($"{path}.clientTLSSecretRef.name", tls.ClientTlsSecretRef?.Name),
    ];
}
