using System.Diagnostics.Metrics;

namespace Druid.Operator.Server;

/// <summary>What this process takes of its machine: CPU, memory, allocations and the pauses that collecting them costs.</summary>
sealed class ProcessMetrics : IDisposable
{
    readonly Meter meter = new(OperatorMetrics.MeterName);

    public ProcessMetrics()
    {
        meter.CreateObservableCounter("process_cpu_seconds_total", () => Environment.CpuUsage.TotalTime.TotalSeconds, "s", "CPU time of all threads.");
        meter.CreateObservableGauge("process_resident_memory_bytes", () => Environment.WorkingSet, "By", "Memory in RAM, pages of files included.");
        meter.CreateObservableGauge("dotnet_heap_bytes", () => GC.GetTotalMemory(forceFullCollection: false), "By", "Managed memory, garbage that is not collected yet included.");
        meter.CreateObservableGauge("dotnet_heap_live_bytes", Live, "By", "Managed memory that the last full collection left; 0 before the first.");
        meter.CreateObservableCounter("dotnet_allocated_bytes_total", () => GC.GetTotalAllocatedBytes(), "By", "Bytes allocated.");
        meter.CreateObservableCounter("dotnet_gc_collections_total", Collections, "{collection}", "Collections by generation.");
        meter.CreateObservableCounter("dotnet_gc_pause_seconds_total", () => GC.GetTotalPauseDuration().TotalSeconds, "s", "Time that all threads stood still for collections.");
        meter.CreateObservableGauge("dotnet_gc_last_pause_seconds", LastPause, "s", "How long the last collection took.");
    }

    public void Dispose() => meter.Dispose();

    static long Live() => GC.GetGCMemoryInfo(GCKind.FullBlocking) is var last && last.Index > 0 ? last.HeapSizeBytes - last.FragmentedBytes : 0;

    static double LastPause()
    {
        var pauses = GC.GetGCMemoryInfo(GCKind.Any).PauseDurations;
        return pauses.Length > 0 ? pauses[0].TotalSeconds : 0;
    }

    // Collecting a generation collects the younger ones too; each collection is counted once.
    static IEnumerable<Measurement<long>> Collections() => Enumerable.Range(0, GC.MaxGeneration + 1).Select(generation => new Measurement<long>(
        GC.CollectionCount(generation) - (generation < GC.MaxGeneration ? GC.CollectionCount(generation + 1) : 0), new KeyValuePair<string, object?>("generation", generation)));
}
