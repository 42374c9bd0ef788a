using System.Globalization;
using System.Text.Json.Nodes;
using Druid.Kubernetes;

namespace Druid.Member.Sidecar;

/// <summary>
/// The configuration that etcd in this pod was last started with, kept in the data volume. The mounted one may be newer:
/// announcing its peer URLs before etcd listens there would cut the member off.
/// </summary>
sealed class ServedConfig(string volume)
{
    // etcd's own quota in bytes, where its configuration says nothing or 0.
    const long DefaultQuota = 2L << 30;

    readonly string _path = Path.Combine(volume, "served.etcd.conf.yaml");

    /// <summary>Remembers a configuration that is about to be served.</summary>
    public void Save(string configuration) => File.WriteAllText(_path, configuration);

    /// <summary>The peer URLs that etcd in this pod advertises; null when none was served yet.</summary>
    public IReadOnlyList<string>? PeerUrls => Read()?["initial-advertise-peer-urls"]?.ToString().Split(',');

    /// <summary>Bytes that a database may have before etcd refuses writes; <see cref="long.MaxValue"/> for no limit, null when nothing was served yet.</summary>
    public long? Quota => Read() switch
    {
        null => null,
        var served when long.TryParse(served["quota-backend-bytes"]?.ToString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var bytes) && bytes != 0
            => bytes < 0 ? long.MaxValue : bytes,
        _ => DefaultQuota,
    };

    JsonObject? Read()
    {
        try
        {
            return Yaml.Read(File.ReadAllText(_path)) as JsonObject;
        }
        catch (Exception absent) when (absent is IOException or YamlFormatException)
        {
            return null;
        }
    }
}
