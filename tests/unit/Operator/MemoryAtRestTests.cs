using Druid.Operator.Server;
using Druid.UnitTests.Kubernetes;

namespace Druid.UnitTests.Operator;

/// <summary>Memory that a storm of work left behind is given back when it is over, and not before, and once.</summary>
public sealed class MemoryAtRestTests
{
    const long Storm = MemoryAtRest.Worth * 4;

    [Fact]
    public async Task Garbage_is_collected_once_after_a_storm_and_not_in_it()
    {
        var time = new FakeTime();
        var (allocated, collections) = (0L, 0);
        using var stop = new CancellationTokenSource();
        var running = new MemoryAtRest(time, () => Interlocked.Read(ref allocated), () => collections++).Run(stop.Token);

        async Task Pass(long bytes)
        {
            Interlocked.Add(ref allocated, bytes);
            await Until.Holds(() => time.Pending == 1, "it waits");
            time.Advance(MemoryAtRest.Period);
            await Until.Holds(() => time.Pending == 1, "it has looked and waits again");
        }
        await Pass(Storm);
        await Pass(Storm);
        Assert.Equal(0, collections);
        await Pass(MemoryAtRest.Rest / 2);
        Assert.Equal(1, collections);
        await Pass(MemoryAtRest.Rest / 2);
        await Pass(MemoryAtRest.Rest / 2);
        Assert.Equal(1, collections);

        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task Renewals_of_thousands_of_leases_do_not_pass_for_work_after_a_storm_and_are_not_collected_for_themselves()
    {
        const long renewals = MemoryAtRest.Rest * 3;
        var time = new FakeTime();
        var (allocated, collections) = (0L, 0);
        using var stop = new CancellationTokenSource();
        var running = new MemoryAtRest(time, () => Interlocked.Read(ref allocated), () => collections++).Run(stop.Token);
        foreach (var (bytes, expected) in new[] { (Storm, 0), (Storm / 2, 0), (renewals, 1), (renewals, 1), (renewals, 1), (Storm, 1), (renewals, 2) })
        {
            Interlocked.Add(ref allocated, bytes);
            await Until.Holds(() => time.Pending == 1, "it waits");
            time.Advance(MemoryAtRest.Period);
            await Until.Holds(() => time.Pending == 1, "it has looked and waits again");
            Assert.Equal(expected, collections);
        }
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task Little_is_not_worth_a_collection()
    {
        var time = new FakeTime();
        var collections = 0;
        using var stop = new CancellationTokenSource();
        var running = new MemoryAtRest(time, () => MemoryAtRest.Worth - 1, () => collections++).Run(stop.Token);
        time.Advance(MemoryAtRest.Period);
        await Until.Holds(() => time.Pending == 1, "it has looked and waits again");
        Assert.Equal(0, collections);
        await stop.CancelAsync();
        await running;
    }
}
