using System.Text.Json.Nodes;
using Druid.Api;
using Druid.Kubernetes;

namespace Druid.Operator.Images;

/// <summary>Which images containers run that an Etcd does not name itself. Immutable.</summary>
/// <remarks>
/// Druid's own image plays every part of a member; the names are those under which installations override images. The two that
/// end in <c>-next</c> are used with the feature gate UpgradeEtcdVersion.
/// </remarks>
public sealed class ImageVector
{
    /// <summary>Environment variable with the path of a file that overrides images.</summary>
    public const string OverwriteVariable = "IMAGEVECTOR_OVERWRITE";

    const string Etcd = "etcd-wrapper";
    const string Sidecar = "etcd-backup-restore";
    const string Next = "-next";
    const string Alpine = "alpine";

    readonly IReadOnlyDictionary<string, ImageSource> _sources;

    ImageVector(IReadOnlyDictionary<string, ImageSource> sources) => _sources = sources;

    /// <summary>The shell that prepares a Local store.</summary>
    public string Shell => Find(Alpine);

    /// <summary>The vector of an operator that is told two images.</summary>
    /// <param name="member">Reference of the image with both parts of a member.</param>
    /// <param name="shell">Reference of an image with <c>chown</c>, such as busybox.</param>
    public static ImageVector Of(string member, string shell) => new(new Dictionary<string, ImageSource>
    {
        [Etcd] = ImageSource.Parse(Etcd, member),
        [Etcd + Next] = ImageSource.Parse(Etcd + Next, member),
        [Sidecar] = ImageSource.Parse(Sidecar, member),
        [Sidecar + Next] = ImageSource.Parse(Sidecar + Next, member),
        [Alpine] = ImageSource.Parse(Alpine, shell),
    });

    /// <summary>This vector with the images that a file overrides: a list <c>images</c> of <c>name</c> with <c>repository</c>, <c>tag</c>, or <c>ref</c> for both.</summary>
    /// <remarks>What an entry leaves out stays as it is; names that no container asks for are kept and have no effect.</remarks>
    /// <exception cref="FormatException">The text is no such file; the message says where and what is wrong.</exception>
    public ImageVector OverwrittenBy(string yaml)
    {
        if (Yaml.Read(yaml) is not JsonObject { } file || file["images"] is not JsonArray entries)
            throw new FormatException("The image vector is no list 'images' of entries with name, repository and tag.");

        var sources = new Dictionary<string, ImageSource>(_sources);
        var seen = new HashSet<string>();
        foreach (var (index, entry) in entries.Index())
        {
            var source = ImageSource.Read(entry, index);
            if (!source.Runs) continue;
            if (!seen.Add(source.Name)) throw new FormatException($"images[{index}]: '{source.Name}' is there twice; keep one of them.");
            sources[source.Name] = sources.TryGetValue(source.Name, out var known) ? source.Over(known) : source;
        }
        return new(sources);
    }

    /// <summary>The image of the container that runs etcd.</summary>
    public string EtcdOf(Etcd etcd, bool upgradeEtcdVersion) => etcd.Spec.Etcd.Image ?? Find(upgradeEtcdVersion ? Etcd + Next : Etcd);

    /// <summary>The image of the sidecar, and of the compaction job.</summary>
    public string SidecarOf(Etcd etcd, bool upgradeEtcdVersion) => etcd.Spec.Backup.Image ?? AgentOf(upgradeEtcdVersion);

    /// <summary>The image of jobs that belong to no Etcd.</summary>
    public string AgentOf(bool upgradeEtcdVersion) => Find(upgradeEtcdVersion ? Sidecar + Next : Sidecar);

    string Find(string name) => _sources[name].ToString();
}
