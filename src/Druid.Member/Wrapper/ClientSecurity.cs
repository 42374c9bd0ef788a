using System.Text.Json.Nodes;
using Druid.Kubernetes;

namespace Druid.Member.Wrapper;

/// <summary>What the agent reads from the configuration that it starts etcd with: how etcd serves its clients.</summary>
/// <param name="Certificate">etcd's certificate.</param>
/// <param name="Key">Its key.</param>
/// <param name="Authorities">The authorities of its clients and of itself.</param>
readonly record struct ClientSecurity(string Certificate, string Key, string Authorities)
{
    /// <summary>How etcd with this configuration serves its clients; null for plain.</summary>
    /// <exception cref="YamlFormatException">The configuration is not YAML.</exception>
    public static ClientSecurity? Of(string configuration)
    {
        var security = (Yaml.Read(configuration) as JsonObject)?["client-transport-security"] as JsonObject;
        return (Text("cert-file"), Text("key-file"), Text("trusted-ca-file")) is ({ Length: > 0 } certificate, { Length: > 0 } key, { Length: > 0 } authorities)
            ? new(certificate, key, authorities)
            : null;

        string? Text(string name) => security?[name]?.ToString().Trim();
    }
}
