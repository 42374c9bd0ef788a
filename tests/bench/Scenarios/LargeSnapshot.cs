using Druid.Member.Etcd;

namespace Druid.MemberBench.Scenarios;

/// <summary>Memory of the agent while it takes a full snapshot of 2 GB, with a writer at work and a delta limit of 100 MB.</summary>
static class LargeSnapshot
{
    const long Values = 2_000_000_000;
    const int BytesASecond = 8 << 20;

    public static async Task Measure(Workbench bench, CancellationToken cancel)
    {
        using var pod = new Pod(bench);
        var (sidecar, wrapper) = (pod.Sidecar("--delta-snapshot-memory-limit=104857600", "--delta-snapshot-period=1h", "--garbage-collection-period=0s"), pod.Wrapper());
        await wrapper.Until("etcd serves", pod.IsReady, cancel);
        using var etcd = new EtcdClient(new() { Endpoints = [pod.Client], CallTimeout = TimeSpan.FromMinutes(1) });
        var load = new Load(etcd);
        await load.Add(Values, cancel);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var writing = load.Rewrite(BytesASecond, enough.Token);
        // Deltas of everything that was written so far come first; the full snapshot is what is looked at.
        await sidecar.Until("all was backed up", () => pod.Take("delta"), cancel);
        var (before, cpu, start) = (sidecar.PeakMegabytes, sidecar.CpuSeconds, sidecar.Elapsed);
        if (!await pod.Take("full")) throw new InvalidOperationException($"no full snapshot was taken:\n{sidecar.Output}");
        var took = sidecar.Elapsed - start;
        await enough.CancelAsync();
        await writing;
        const string scenario = "full snapshot of 2 GB under writes, delta limit 100 MB";
        bench.Note(new(scenario, "peak, deltas of 2 GB before it included", Math.Max(before, sidecar.PeakMegabytes), "MB", 200));
        bench.Note(new(scenario, "gzip", took.TotalSeconds, "s"));
        bench.Note(new(scenario, "CPU", sidecar.CpuSeconds - cpu, "s"));
    }
}
