using System.Globalization;
using Druid.Kubernetes.Resources;

namespace Druid.EndToEndTests;

/// <summary>
/// A disk of its own for one member: a file that the node mounts where the member's volume is, so that it can be full or slow
/// without anything else being so. The member starts on it empty and fetches its data from the others.
/// </summary>
sealed class MemberDisk : IAsyncDisposable
{
    const string Ballast = "ballast";

    readonly string directory;
    readonly string file;
    readonly string device;
    bool slow;

    MemberDisk(string directory, string file, string device) => (this.directory, this.file, this.device) = (directory, file, device);

    /// <summary>Mounts it and replaces the member's pod; returns once the member participates again.</summary>
    /// <param name="druid">The installation.</param>
    /// <param name="key">The Etcd, of three members.</param>
    /// <param name="ordinal">Which of them.</param>
    /// <param name="megabytes">How large it is; etcd sets 128 MB aside for its log at once.</param>
    public static async Task<MemberDisk> Give(Installation druid, ObjectKey key, int ordinal, int megabytes)
    {
        var directory = await druid.Volume(key, ordinal);
        var file = $"{directory}.disk";
        await Installation.OnNode("truncate", $"--size={megabytes}M", file);
        await Installation.OnNode("mkfs.ext4", "-q", file);
        await Installation.OnNode("mount", "-o", "loop", file, directory);
        await Installation.OnNode("chmod", "0777", directory);
        var device = (await Installation.OnNode("findmnt", "--noheadings", "--output", "MAJ:MIN", directory)).Trim();
        var disk = new MemberDisk(directory, file, device);
        await druid.Replace(key with { Name = $"{key.Name}-{ordinal}" });
        await druid.UntilReady(key, 3);
        return disk;
    }

    /// <summary>Leaves no room on it.</summary>
    public Task Fill() => Installation.OnNode("sh", "-c", $"cat /dev/zero >{directory}/{Ballast} 2>/dev/null || true");

    /// <summary>Makes room again.</summary>
    public Task Empty() => Installation.OnNode("rm", $"{directory}/{Ballast}");

    /// <summary>Lets it write so many times a second; 0: as often as it can.</summary>
    public async Task Throttle(int writesPerSecond)
    {
        slow = writesPerSecond > 0;
        await Installation.OnNode("sh", "-c", $"echo {device} {writesPerSecond.ToString(CultureInfo.InvariantCulture)} >/sys/fs/cgroup/blkio/blkio.throttle.write_iops_device");
    }

    /// <summary>Gives the node its room back; who still has it open keeps it until then.</summary>
    public async ValueTask DisposeAsync()
    {
        if (slow)
        {
            await Throttle(0);
        }
        await Installation.OnNode("umount", "--lazy", directory);
        await Installation.OnNode("rm", file);
    }
}
