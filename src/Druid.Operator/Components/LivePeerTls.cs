using System.Text.Json.Nodes;
using Druid.Api;
using Druid.Kubernetes.Resources;

namespace Druid.Operator.Components;

/// <summary>Finds the secrets that members use among themselves in what is deployed.</summary>
public static class LivePeerTls
{
    /// <summary>The secrets that the StatefulSet mounts and the ConfigMap names; null where members use none.</summary>
    public static PeerTlsConfig? Of(StatefulSet? statefulSet, ConfigMap? configMap)
    {
        var volumes = statefulSet?.Spec?.Template?.Spec?.Volumes ?? [];
        if (SecretOf(TlsFiles.PeerAuthorities) is not { } authorities || SecretOf(TlsFiles.PeerServer) is not { } server) return null;
        var security = LiveConfig.Of(configMap)?["peer-transport-security"] as JsonObject;
        return new()
        {
            TlsCaSecretRef = new() { Name = authorities, DataKey = KeyIn((string?)security?["trusted-ca-file"]) },
            ServerTlsSecretRef = new() { Name = server },
            SkipClientSanVerification = (bool?)security?["skip-client-san-verification"],
        };

        string? SecretOf(string volume) => volumes.FirstOrDefault(v => v.Name == volume)?.Secret?.SecretName;
    }

    static string? KeyIn(string? path) => path?[(path.LastIndexOf('/') + 1)..] is { Length: > 0 } key && key != EtcdDefaults.CaDataKey ? key : null;
}
