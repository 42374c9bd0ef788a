using System.Text.Json.Nodes;
using Druid.Kubernetes;
using Druid.Kubernetes.Resources;

namespace Druid.Operator.Components;

/// <summary>etcd's configuration as it is deployed.</summary>
static class LiveConfig
{
    /// <summary>Its text; null where there is none.</summary>
    public static string? TextOf(ConfigMap? configMap) => configMap?.Data?.GetValueOrDefault(Files.EtcdConfig);

    /// <summary>
    /// Its fields; null where there are none. Someone may have edited the ConfigMap. It is put right by the next step, so what cannot be
    /// read counts as absent.
    /// </summary>
    public static JsonObject? Of(ConfigMap? configMap)
    {
        try
        {
            return TextOf(configMap) is { } text ? Yaml.Read(text) as JsonObject : null;
        }
        catch (YamlFormatException)
        {
            return null;
        }
    }
}
