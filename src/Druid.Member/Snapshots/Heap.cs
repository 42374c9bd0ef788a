namespace Druid.Member.Snapshots;

/// <summary>The memory of the process between snapshots.</summary>
static class Heap
{
    const long Much = 1 << 20;

    /// <summary>
    /// Gives the memory back that a snapshot of so many bytes was streamed through. The collector keeps it for the next one,
    /// which is minutes or hours away, and a pod is judged by what it holds meanwhile.
    /// </summary>
    public static void GiveBack(long bytes)
    {
        if (bytes >= Much) GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }
}
