namespace Druid.MemberBench.Scenarios;

/// <summary>Restores 1 GB and a million events, and beside it the 1 GB alone with etcd's own tool.</summary>
static class Restores
{
    const int Events = 1_000_000;

    public static async Task Measure(Workbench bench, CancellationToken cancel)
    {
        await Chain.Write(bench, values: 1_000_000_000, Events, cancel);
        var full = Directory.GetFiles(bench.At("store/v2"), "Full-*").Single();
        var stock = bench.Program("etcdctl", "snapshot", "restore", full, $"--data-dir={bench.At("stock")}");
        var alone = await stock.Ended(cancel);
        var ours = await Chain.Restore(bench, "ours-alone", cancel, $"--snapshot={Path.GetFileName(full)}");
        Directory.Delete(bench.At("stock"), recursive: true);
        Directory.Delete(bench.At("ours-alone"), recursive: true);
        var whole = await Chain.Restore(bench, "ours", cancel);

        const string scenario = "restore";
        bench.Note(new(scenario, "1 GB with etcdctl snapshot restore", alone, "s"));
        bench.Note(new(scenario, "1 GB", ours.Took, "s"));
        bench.Note(new(scenario, "1 GB and 1,000,000 events", whole.Took, "s"));
        bench.Note(new(scenario, "1 GB and 1,000,000 events, peak of the agent", whole.Peak, "MB", 200));
        bench.Note(new(scenario, "events on top of 1 GB", Events / Math.Max(whole.Took - ours.Took, 1e-3), "events/s"));
    }
}
