using Druid.Kubernetes.Runtime;

namespace Druid.Operator.Server;

/// <summary>
/// Gives memory back once the operator is at rest. The runtime collects when something is allocated, so what a storm of work left
/// behind would stay for as long as nothing happens, which for a settled installation is always.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="allocated">How many bytes this process has allocated in its life.</param>
/// <param name="collect">Collects all garbage and gives free memory back.</param>
sealed class MemoryAtRest(TimeProvider time, Func<long> allocated, Action collect)
{
    /// <summary>How often is looked; a period with next to no allocation is rest.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    // Renewals of leases and bookmarks allocate a little even at rest.
    internal const long Rest = 4 << 20;

    // Of a thousand clusters they allocate more than that; but a storm of work allocates many times as much.
    internal const int Calmer = 4;

    // Less than this is not worth a collection.
    internal const long Worth = 16 << 20;

    /// <summary>For this process.</summary>
    public MemoryAtRest() : this(TimeProvider.System, () => GC.GetTotalAllocatedBytes(), ProcessMemory.GiveBack)
    {
    }

    /// <summary>Looks after the memory until cancelled.</summary>
    public async Task Run(CancellationToken stop)
    {
        var (last, collected, busiest) = (allocated(), 0L, 0L);
        try
        {
            while (true)
            {
                await Task.Delay(Period, time, stop);
                var now = allocated();
                busiest = Math.Max(busiest, now - last);
                if (now - last < Math.Max(Rest, busiest / Calmer) && now - collected >= Worth)
                {
                    collect();
                    (collected, busiest) = (allocated(), 0);
                }
                last = allocated();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Its end, as asked for.
        }
    }
}
