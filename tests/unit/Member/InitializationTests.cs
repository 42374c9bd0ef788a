using Druid.Member.Membership;
using Druid.Member.Sidecar;
using Serilog.Core;

namespace Druid.UnitTests.Member;

public class InitializationTests
{
    static readonly Prepared Plan = new(new(Exists: false, [new("e-0", "http://e-0:2380")]), MemberTask.Serve);

    readonly TaskCompletionSource<Prepared> _work = new();
    readonly List<bool> _modes = [];
    readonly Initialization _initialization;

    public InitializationTests() => _initialization = new((request, _) =>
    {
        lock (_modes) _modes.Add(request.Full);
        return _work.Task;
    }, Logger.None);

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
