using System.Text.Json.Nodes;
using Druid.Api;
using Druid.Kubernetes;
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
        var security = SecurityIn(configMap?.Data?.GetValueOrDefault(Files.EtcdConfig));
        return new()
        {
            TlsCaSecretRef = new() { Name = authorities, DataKey = KeyIn((string?)security?["trusted-ca-file"]) },
            ServerTlsSecretRef = new() { Name = server },
            SkipClientSanVerification = (bool?)security?["skip-client-san-verification"],
        };

        string? SecretOf(string volume) => volumes.FirstOrDefault(v => v.Name == volume)?.Secret?.SecretName;
    }

    // Someone may have edited the ConfigMap. It is put right in the same step, so what cannot be read counts as the default.
    static JsonObject? SecurityIn(string? config)
    {
        try
        {
            return config is null ? null : (Yaml.Read(config) as JsonObject)?["peer-transport-security"] as JsonObject;
        }
        catch (YamlFormatException)
        {
            return null;
        }
    }

    static string? KeyIn(string? path) => path?[(path.LastIndexOf('/') + 1)..] is { Length: > 0 } key && key != EtcdDefaults.CaDataKey ? key : null;
}
