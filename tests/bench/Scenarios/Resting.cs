using Druid.Member.Etcd;

namespace Druid.MemberBench.Scenarios;

/// <summary>Memory and CPU of both agents of a member that nobody writes to, with backups switched on.</summary>
static class Resting
{
    static readonly TimeSpan Settling = TimeSpan.FromSeconds(45), Watched = TimeSpan.FromSeconds(20);

    public static async Task Measure(Workbench bench, CancellationToken cancel)
    {
        using var pod = new Pod(bench);
        var (sidecar, wrapper) = (pod.Sidecar(), pod.Wrapper());
        await wrapper.Until("etcd serves", pod.IsReady, cancel);
        using (var etcd = new EtcdClient(new() { Endpoints = [pod.Client] })) await new Load(etcd).Add(10 << 20, cancel);
        await sidecar.Until("a full snapshot is taken", () => pod.Take("full"), cancel);
        await sidecar.Until("a delta snapshot is taken", () => pod.Take("delta"), cancel);
        await Task.Delay(Settling, cancel);
        var (before, beforeWrapper) = (sidecar.CpuSeconds, wrapper.CpuSeconds);
        await Task.Delay(Watched, cancel);
        bench.Note(new("at rest", "server, resident", sidecar.ResidentMegabytes, "MB", 45));
        bench.Note(new("at rest", "server, its own", sidecar.OwnMegabytes, "MB"));
        bench.Note(new("at rest", "start-etcd, resident", wrapper.ResidentMegabytes, "MB", 45));
        bench.Note(new("at rest", "start-etcd, its own", wrapper.OwnMegabytes, "MB"));
        bench.Note(new("at rest", "CPU of both a minute", (sidecar.CpuSeconds - before + wrapper.CpuSeconds - beforeWrapper) * 60 / Watched.TotalSeconds, "s"));
    }
}
