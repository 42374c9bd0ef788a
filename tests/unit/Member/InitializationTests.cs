using Druid.Member.Membership;
using Druid.Member.Sidecar;
using Druid.UnitTests.Kubernetes;
using Serilog.Core;

namespace Druid.UnitTests.Member;

public class InitializationTests
{
    static readonly Prepared Plan = new(new(Exists: false, [new("e-0", "http://e-0:2380")]), MemberTask.Serve);

    readonly TaskCompletionSource<Prepared> _work = new();
    readonly FakeTime _time = new();
    readonly List<bool> _modes = [];
    readonly Initialization _initialization;

    public InitializationTests() => _initialization = new((request, _) =>
    {
        lock (_modes) _modes.Add(request.Full);
        return _work.Task;
    }, Logger.None, _time);

    [Fact]
    public void It_is_new_until_it_is_started() => Assert.Equal(InitializationStatus.New, _initialization.TakeStatus());

    [Fact]
    public async Task A_success_is_told_once_and_then_it_is_new_again()
    {
        _initialization.Start(new(Full: true), default);
        Assert.Equal(InitializationStatus.Progress, _initialization.TakeStatus());
        _work.SetResult(Plan);

        Assert.Equal(InitializationStatus.Successful, await Outcome());
        Assert.Equal(InitializationStatus.New, _initialization.TakeStatus());
        Assert.Same(Plan, _initialization.Result);
    }

    [Fact]
    public async Task A_failure_is_told_once_and_can_be_tried_again()
    {
        _initialization.Start(new(Full: true), default);
        _work.SetException(new PreparationException("wrong volume"));

        Assert.Equal(InitializationStatus.Failed, await Outcome());
        Assert.Equal(InitializationStatus.New, _initialization.TakeStatus());
        Assert.Null(_initialization.Result);
    }

    [Fact]
    public async Task After_failures_the_next_one_waits_and_longer_each_time_up_to_half_a_minute()
    {
        var tried = 0;
        var initialization = new Initialization((_, _) =>
        {
            tried++;
            throw new PreparationException("the deltas do not belong to the full snapshot");
        }, Logger.None, _time);
        initialization.Start(new(Full: true), default);
        await Failed(1);
        // A fifth of each pause is random, and it is counted from a failure that may have come a fifth of the pause before it earlier.
        var seconds = new double[] { 1, 2, 4, 8, 16, 30, 30 };
        for (var i = 0; i < seconds.Length; i++)
        {
            initialization.Start(new(Full: true), default);
            await Until.Holds(() => _time.Pending == 1, "it waits");
            _time.Advance(TimeSpan.FromSeconds(seconds[i] * 0.59));
            Assert.Equal((i + 1, InitializationStatus.Progress), (tried, initialization.TakeStatus()));
            _time.Advance(TimeSpan.FromSeconds(seconds[i] * 0.41));
            await Failed(i + 2);
        }

        Task Failed(int times) => Until.Holds(() => initialization.TakeStatus() == InitializationStatus.Failed && tried == times, $"it has failed {times} times");
    }

    [Fact]
    public async Task Only_one_is_at_work_however_often_it_is_started()
    {
        _initialization.Start(new(Full: false), default);
        _initialization.Start(new(Full: true), default);
        _work.SetResult(Plan);
        await Outcome();

        Assert.Equal([false], _modes);
    }

    async Task<InitializationStatus> Outcome()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (true)
        {
            if (_initialization.TakeStatus() is var status && status != InitializationStatus.Progress) return status;
            await Task.Delay(1, limit.Token);
        }
    }
}
