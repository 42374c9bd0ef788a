using System.Text.Json.Nodes;
using Druid.Kubernetes;

namespace Druid.Member.Sidecar;

/// <summary>
/// The configuration that etcd in this pod was last started with, kept in the data volume. The mounted one may be newer:
/// announcing its peer URLs before etcd listens there would cut the member off.
/// </summary>
sealed class ServedConfig(string volume)
{
    readonly string _path = Path.Combine(volume, "served.etcd.conf.yaml");

    /// <summary>Remembers a configuration that is about to be served.</summary>
    public void Save(string configuration) => File.WriteAllText(_path, configuration);

    /// <summary>The peer URLs that etcd in this pod advertises; null when none was served yet.</summary>
    public IReadOnlyList<string>? PeerUrls
    {
        get
        {
            try
            {
                return (Yaml.Read(File.ReadAllText(_path)) as JsonObject)?["initial-advertise-peer-urls"]?.ToString().Split(',');
            }
            catch (Exception absent) when (absent is IOException or YamlFormatException)
            {
                return null;
            }
        }
    }
}
