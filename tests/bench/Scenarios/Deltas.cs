namespace Druid.MemberBench.Scenarios;

/// <summary>How fast a million events are applied to a database that is small.</summary>
static class Deltas
{
    const int Events = 1_000_000;

    public static async Task Measure(Workbench bench, CancellationToken cancel)
    {
        await Chain.Write(bench, values: 1 << 20, Events, cancel);
        var seconds = await Chain.Restore(bench, "small", cancel);
        bench.Note(new("deltas", "1,000,000 events applied", Events / seconds.Took, "events/s"));
        bench.Note(new("deltas", "1,000,000 events applied, peak of the agent", seconds.Peak, "MB"));
    }
}
