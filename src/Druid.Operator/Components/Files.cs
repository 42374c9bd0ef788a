namespace Druid.Operator.Components;

/// <summary>Where containers of a member find what. Fixed: images of either origin rely on it.</summary>
static class Files
{
    /// <summary>The file with etcd's configuration, and its key in the ConfigMap.</summary>
    public const string EtcdConfig = "etcd.conf.yaml";

    /// <summary>The volume with that file.</summary>
    public const string ConfigVolume = "etcd-config-file";

    /// <summary>The directory of that file, in the sidecar.</summary>
    public const string ConfigDirectory = "/var/etcd/config/";

    /// <summary>Where the member's volume is mounted.</summary>
    public const string DataVolume = "/var/etcd/data";

    /// <summary>etcd's data directory.</summary>
    public const string DataDirectory = $"{DataVolume}/new.etcd";

    /// <summary>Readable by owner and group: 0640.</summary>
    public const int OwnerAndGroupRead = 0x1A0;
}
