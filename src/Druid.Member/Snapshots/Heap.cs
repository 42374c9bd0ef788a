using Druid.Kubernetes.Runtime;

namespace Druid.Member.Snapshots;

/// <summary>The memory of the process between snapshots.</summary>
static class Heap
{
    const long Much = 1 << 20;

    // What a thread gave back to the shared pool is given up by it after half a minute, if something is collected then.
    static readonly TimeSpan Unused = TimeSpan.FromSeconds(35);

    static readonly Timer Later = new(_ => ProcessMemory.GiveBack());

    /// <summary>
    /// Gives the memory back that a snapshot of so many bytes was streamed through: now, and once more when what it was streamed with has
    /// ended and pools let go of it. The collector keeps it for the next one, which is minutes or hours away, and a pod is judged by what it
    /// holds meanwhile.
    /// </summary>
    public static void GiveBack(long bytes)
    {
        if (bytes < Much) return;
        ProcessMemory.GiveBack();
        Later.Change(Unused, Timeout.InfiniteTimeSpan);
    }
}
