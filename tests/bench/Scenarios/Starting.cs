namespace Druid.MemberBench.Scenarios;

/// <summary>How long the agents take from their start to their first answer, or to the first that they get.</summary>
static class Starting
{
    const int Rounds = 11;

    public static async Task Measure(Workbench bench, CancellationToken cancel)
    {
        using var pod = new Pod(bench);
        List<double> sidecars = [], wrappers = [];
        for (var round = 0; round < Rounds; round++)
        {
            await using var sidecar = pod.Sidecar();
            await sidecar.Until("it answers", pod.SidecarListens, cancel);
            sidecars.Add(sidecar.Elapsed.TotalMilliseconds);
            await using var wrapper = pod.Wrapper();
            await wrapper.Until("it asked the other agent", () => Task.FromResult(wrapper.Output.Contains("Initialization", StringComparison.Ordinal)), cancel);
            wrappers.Add(wrapper.Elapsed.TotalMilliseconds);
        }
        bench.Note(new("start", "size of the published file", new FileInfo(bench.AgentFile).Length / 1e6, "MB"));
        bench.Note(new("start", "server answers", sidecars.Median(), "ms", 300));
        bench.Note(new("start", "start-etcd asks for initialization", wrappers.Median(), "ms", 300));
    }
}
