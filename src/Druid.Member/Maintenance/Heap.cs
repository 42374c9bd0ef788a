using Druid.Kubernetes.Runtime;

namespace Druid.Member.Maintenance;

/// <summary>The memory of the process while it has nothing to do, which for an agent is most of the time, and by which a pod is judged.</summary>
static class Heap
{
    const long Much = 1 << 20;

    // What a thread gave back to the shared pool is given up by it after half a minute, if something is collected then.
    static readonly TimeSpan Unused = TimeSpan.FromSeconds(35);

    // At rest some ten kilobytes a second become garbage, of which nothing is collected before it is several megabytes.
    static readonly TimeSpan Again = TimeSpan.FromMinutes(2);

    static readonly Timer Later = new(_ => ProcessMemory.GiveBack());

    /// <summary>
    /// Gives the memory back that a snapshot of so many bytes was streamed through: now, and once more when what it was streamed with has
    /// ended and pools let go of it. The collector keeps it for the next one, which is minutes or hours away.
    /// </summary>
    public static void GiveBack(long bytes)
    {
        if (bytes < Much) return;
        ProcessMemory.GiveBack();
        GiveBackLater();
    }

    /// <summary>Gives back what is not needed any more half a minute from now, as after the start, and from then on now and again.</summary>
    public static void GiveBackLater() => Later.Change(Unused, Again);
}
