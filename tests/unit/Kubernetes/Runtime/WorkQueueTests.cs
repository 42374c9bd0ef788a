using Druid.Kubernetes.Client;
using Druid.Kubernetes.Runtime;

namespace Druid.UnitTests.Kubernetes.Runtime;

public sealed class WorkQueueTests : IDisposable
{
    readonly FakeTime _time = new();
    readonly WorkQueue<string> _queue;

    public WorkQueueTests() => _queue = new("test", new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(8), Jitter: 0), _time);

    public void Dispose() => _queue.Dispose();

    [Fact]
    public async Task A_key_waits_only_once()
    {
        _queue.Add("a");
        _queue.Add("b");
        _queue.Add("a");
        Assert.Equal(2, _queue.Depth);
        Assert.Equal("a", (await Take()).Key);
        Assert.Equal("b", (await Take()).Key);
        Assert.Equal(0, _queue.Depth);
    }

    [Fact]
    public async Task A_key_that_is_worked_on_comes_again_only_afterwards_and_once()
    {
        _queue.Add("a");
        var first = await Take();
        _queue.Add("a");
        _queue.Add("a");
        Assert.Equal(0, _queue.Depth);
        first.Dispose();
        first.Dispose();
        Assert.Equal(1, _queue.Depth);
        (await Take()).Dispose();
        Assert.Equal(0, _queue.Depth);
    }

    [Fact]
    public async Task A_key_that_somebody_waits_for_overtakes_the_others_but_for_every_fourth()
    {
        for (var i = 0; i < 3; i++) _queue.Add($"other-{i}");
        for (var i = 0; i < 5; i++) _queue.Add($"urgent-{i}", urgent: true);
        Assert.Equal(["urgent-0", "urgent-1", "urgent-2", "other-0", "urgent-3", "urgent-4", "other-1", "other-2"], await TakeAll());
    }

    [Fact]
    public async Task A_key_that_waits_moves_up_when_somebody_waits_for_it_and_is_taken_once()
    {
        foreach (var key in new[] { "a", "b", "c" }) _queue.Add(key);
        _queue.Add("b", urgent: true);
        _queue.Add("b", urgent: true);
        _queue.Add("b");
        Assert.Equal(3, _queue.Depth);
        Assert.Equal(["b", "a", "c"], await TakeAll());
    }

    [Fact]
    public async Task A_key_that_became_urgent_while_it_was_worked_on_is_so_afterwards()
    {
        _queue.Add("a");
        var a = await Take();
        _queue.Add("b");
        _queue.Add("a", urgent: true);
        _queue.Add("a");
        a.Dispose();
        Assert.Equal(["a", "b"], await TakeAll());
    }

    [Fact]
    public async Task A_key_in_trouble_overtakes_nobody()
    {
        _queue.AddAfterFailure("bad");
        _queue.Add("good");
        _queue.Add("bad", urgent: true);
        Assert.Equal(["good", "bad"], await TakeAll());
    }

    [Fact]
    public async Task A_key_that_comes_without_end_is_taken_at_once_for_a_while_and_then_one_time_after_the_other()
    {
        using var queue = Limited(burst: 3, spacing: TimeSpan.FromSeconds(1));
        var taken = new List<double>();
        for (var at = 0.0; at < 6; at += 0.25)
        {
            queue.Add("noisy", urgent: true);
            while (queue.Depth > 0)
            {
                using var item = await queue.Take(CancellationToken.None);
                taken.Add(at);
            }
            _time.Advance(TimeSpan.FromSeconds(0.25));
        }
        Assert.Equal([0, 0.25, 0.5, 1, 2, 3, 4, 5], taken);
    }

    [Fact]
    public async Task A_key_without_turns_holds_up_no_other_and_nothing_of_it_is_lost()
    {
        using var queue = Limited(burst: 1, spacing: TimeSpan.FromSeconds(1));
        queue.Add("noisy");
        var first = await queue.Take(CancellationToken.None);
        queue.Add("noisy", urgent: true);
        queue.Add("quiet");
        first!.Dispose();
        Assert.Equal("quiet", (await queue.Take(CancellationToken.None))!.Key);
        Assert.Equal((0, 1), (queue.Depth, queue.Delayed));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("noisy", (await queue.Take(CancellationToken.None))!.Key);
    }

    [Fact]
    public async Task A_key_without_turns_waits_for_its_turn_and_not_for_a_later_delay_nor_for_less_than_a_pause()
    {
        using var queue = Limited(burst: 1, spacing: TimeSpan.FromSeconds(1));
        queue.Add("a");
        (await queue.Take(CancellationToken.None))!.Dispose();
        queue.AddAfter("a", TimeSpan.FromSeconds(60));
        queue.Add("a");
        queue.AddAfter("a", TimeSpan.FromSeconds(0.5));
        _time.Advance(TimeSpan.FromSeconds(0.9));
        Assert.Equal((0, 1), (queue.Depth, queue.Delayed));
        _time.Advance(TimeSpan.FromSeconds(0.1));
        (await queue.Take(CancellationToken.None))!.Dispose();
        Assert.Equal((0, 0), (queue.Depth, queue.Delayed));
    }

    [Fact]
    public void Keys_that_have_all_their_turns_again_are_forgotten()
    {
        var turns = new Turns<int>(new(2, TimeSpan.FromSeconds(1)), frequency: 10);
        for (var now = 0; now < 100_000; now++)
        {
            turns.Take(now, now);
            Assert.InRange(turns.Count, 1, 63);
        }
        Assert.Equal((99_999, long.MinValue), (turns.Next(99_999), turns.Next(0)));
    }

    [Fact]
    public async Task Of_several_delays_the_earliest_counts()
    {
        _queue.AddAfter("a", TimeSpan.FromSeconds(10));
        _queue.AddAfter("a", TimeSpan.FromSeconds(5));
        _queue.AddAfter("a", TimeSpan.FromSeconds(20));
        _queue.AddAfter("b", TimeSpan.FromSeconds(7));
        _time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.Equal(0, _queue.Depth);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal("a", (await Take()).Key);
        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal("b", (await Take()).Key);
        Assert.Equal((0, 0), (_queue.Depth, _queue.Delayed));
    }

    [Fact]
    public async Task Work_that_is_done_now_makes_the_delay_void()
    {
        _queue.AddAfter("a", TimeSpan.FromSeconds(10));
        _queue.Add("a");
        (await Take()).Dispose();
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal((0, 0), (_queue.Depth, _queue.Delayed));
    }

    [Fact]
    public void Pauses_double_until_success_up_to_a_limit()
    {
        Assert.Equal(
            [1, 2, 4, 8, 8],
            Enumerable.Range(0, 5).Select(_ => _queue.AddAfterFailure("a").TotalSeconds));
        Assert.Equal(1, _queue.AddAfterFailure("b").TotalSeconds);
        _queue.Forget("a");
        Assert.Equal(1, _queue.AddAfterFailure("a").TotalSeconds);
    }

    [Fact]
    public async Task A_taken_key_tells_how_often_it_failed_and_how_long_it_waited()
    {
        _queue.AddAfterFailure("a");
        _queue.AddAfterFailure("a");
        _time.Advance(TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromSeconds(3));
        var item = await Take();
        Assert.Equal((2, TimeSpan.FromSeconds(3)), (item.Failures, item.Waited));
    }

    [Fact]
    public async Task A_closed_queue_gives_what_waits_and_then_nothing()
    {
        _queue.Add("a");
        _queue.AddAfter("b", TimeSpan.FromSeconds(1));
        _queue.Close();
        _queue.Add("c");
        _queue.AddAfter("d", TimeSpan.Zero);
        var last = await Take();
        Assert.Equal("a", last.Key);
        _queue.Add("a");
        last.Dispose();
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(await _queue.Take(CancellationToken.None));
    }

    [Fact]
    public async Task Whoever_waits_gets_the_next_key_or_is_cancelled()
    {
        var taking = _queue.Take(CancellationToken.None).AsTask();
        using var cancel = new CancellationTokenSource();
        var other = _queue.Take(cancel.Token).AsTask();
        _queue.Add("a");
        var taken = await Task.WhenAny(taking, other);
        Assert.Equal("a", (await taken)!.Key);
        await cancel.CancelAsync();
        if (taken == taking) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => other);
    }

    [Fact]
    public async Task No_key_is_lost_or_worked_on_twice_at_a_time_whatever_happens()
    {
        using var queue = new WorkQueue<int>("storm", turns: new(50, TimeSpan.FromMilliseconds(1)));
        var (added, working, worked) = (new int[20], new int[20], new int[20]);
        var workers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (await queue.Take(CancellationToken.None) is { } item)
            {
                using (item)
                {
                    Assert.Equal(1, Interlocked.Increment(ref working[item.Key]));
                    Volatile.Write(ref worked[item.Key], Volatile.Read(ref added[item.Key]));
                    await Task.Yield();
                    Interlocked.Decrement(ref working[item.Key]);
                }
            }
        })).ToArray();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(seed => Task.Run(() =>
        {
            var random = new Random(seed);
            for (var i = 0; i < 5_000; i++)
            {
                var key = random.Next(20);
                Interlocked.Increment(ref added[key]);
                if (i % 10 == 0) queue.AddAfter(key, TimeSpan.FromMilliseconds(random.Next(3)));
                queue.Add(key, urgent: random.Next(3) == 0);
            }
        })));
        // The last look at every key came after its last addition.
        await Until.Holds(() => queue.Depth == 0 && queue.Delayed == 0 && added.SequenceEqual(worked), "all work");
        queue.Close();
        await Task.WhenAll(workers);
    }

    WorkQueue<string> Limited(int burst, TimeSpan spacing) => new("limited", time: _time, turns: new(burst, spacing));

    async Task<WorkItem<string>> Take() => (await _queue.Take(CancellationToken.None))!;

    async Task<IReadOnlyList<string>> TakeAll()
    {
        var keys = new List<string>();
        while (_queue.Depth > 0) keys.Add((await Take()).Key);
        return keys;
    }
}
