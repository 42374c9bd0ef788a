using System.Runtime.InteropServices;

namespace Druid.Member.Snapshots;

/// <summary>The memory of the process between snapshots.</summary>
static partial class Heap
{
    const long Much = 1 << 20;

    /// <summary>
    /// Gives the memory back that a snapshot of so many bytes was streamed through. The collector keeps it for the next one,
    /// which is minutes or hours away, and a pod is judged by what it holds meanwhile.
    /// </summary>
    public static void GiveBack(long bytes)
    {
        if (bytes < Much) return;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        // What compression and TLS freed.
        _ = Trim(0);
    }

    // glibc keeps what is freed in the middle of a heap, one heap a thread.
    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint pad);
}
