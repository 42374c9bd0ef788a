using System.Collections.Concurrent;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;
using Druid.Kubernetes.Runtime;

namespace Druid.UnitTests.Kubernetes.Runtime;

public sealed class ControllerTests : IAsyncDisposable
{
    readonly FakeTime _time = new();
    readonly CancellationTokenSource _stop = new();
    readonly Store<ConfigMap> _store = new();
    readonly TaskCompletionSource _synced = new();
    readonly ConcurrentQueue<string> _reconciled = [];
    readonly ConcurrentQueue<string> _failed = [];
    Task? _run;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _time.AdvanceUntil(() => _run is null or { IsCompleted: true }, TimeSpan.FromSeconds(1));
        _stop.Dispose();
    }

    [Fact]
    public async Task Nothing_is_reconciled_before_all_sources_are_full()
    {
        _store.Set(Sample.ConfigMap("a"));
        Run((_, _) => Task.FromResult(ReconcileResult.Done));
        _store.Set(Sample.ConfigMap("b"));
        await Task.Delay(20);
        Assert.Empty(_reconciled);
        _synced.SetResult();
        await Reconciled("a", "b");
        _store.Set(Sample.ConfigMap("a", "2"));
        await Reconciled("a", "b", "a");
        _store.Set(Sample.ConfigMap("a", "2"));
        _store.Remove(new("ns", "b"));
        await Reconciled("a", "b", "a", "b");
    }

    [Fact]
    public async Task A_key_in_trouble_comes_again_after_growing_pauses_and_holds_up_no_other()
    {
        var cured = false;
        Run((key, _) => key.Name == "bad" && !cured ? throw new InvalidOperationException("no") : Task.FromResult(ReconcileResult.Done), workers: 1);
        _synced.SetResult();
        _store.Set(Sample.ConfigMap("bad"));
        await Until.Holds(() => _failed.Count == 1, "the failure");
        for (var i = 0; i < 3; i++) _store.Set(Sample.ConfigMap($"good-{i}"));
        await Reconciled("bad", "good-0", "good-1", "good-2");

        _time.Advance(TimeSpan.FromSeconds(1));
        await Until.Holds(() => _failed.Count == 2, "the second failure");
        _time.Advance(TimeSpan.FromSeconds(1.9));
        Assert.Equal(2, _failed.Count);
        cured = true;
        _time.Advance(TimeSpan.FromSeconds(0.1));
        await Until.Holds(() => _reconciled.Count == 6, "the cure");
        Assert.Equal(["controller ns/bad no 1", "controller ns/bad no 2"], _failed);
        _time.Advance(TimeSpan.FromHours(1));
        await Task.Delay(10);
        Assert.Equal(6, _reconciled.Count);
    }

    [Fact]
    public async Task A_backlog_with_which_nothing_is_to_be_done_leaves_threads_to_others()
    {
        const int Backlog = 100_000;
        for (var i = 0; i < Backlog; i++) _store.Set(Sample.ConfigMap($"{i}"));
        var (reconciles, before) = (0, -1);
        Run((_, _) =>
        {
            if (Interlocked.Increment(ref reconciles) == 1) ThreadPool.UnsafeQueueUserWorkItem(_ => before = reconciles, null);
            return Task.FromResult(ReconcileResult.Done);
        }, workers: 64);
        _synced.SetResult();
        await Until.Holds(() => reconciles == Backlog, "the backlog is over");
        Assert.InRange(before, 0, Backlog / 10);
    }

    [Fact]
    public async Task A_reconcile_may_ask_to_come_again()
    {
        Run((_, _) => Task.FromResult(ReconcileResult.Again(TimeSpan.FromSeconds(15))));
        _synced.SetResult();
        _store.Set(Sample.ConfigMap("a"));
        await Until.Holds(() => _reconciled.Count == 1 && _time.Pending == 1, "the first");
        _time.Advance(TimeSpan.FromSeconds(15));
        await Until.Holds(() => _reconciled.Count == 2 && _time.Pending == 1, "the second");
    }

    [Fact]
    public async Task Stopping_lets_what_is_under_way_come_to_its_end_but_begins_nothing_new()
    {
        var (release, cancelled) = (new TaskCompletionSource(), false);
        Run(async (_, cancel) =>
        {
            await release.Task;
            cancelled = cancel.IsCancellationRequested;
            return ReconcileResult.Done;
        }, workers: 1);
        _synced.SetResult();
        _store.Set(Sample.ConfigMap("a"));
        await Reconciled("a");
        _store.Set(Sample.ConfigMap("b"));
        await _stop.CancelAsync();
        release.SetResult();
        await _run!;
        Assert.False(cancelled);
        Assert.Equal(["a"], _reconciled);
    }

    [Fact]
    public async Task Stopping_ends_what_takes_too_long()
    {
        Run(async (_, cancel) =>
        {
            await Task.Delay(Timeout.Infinite, cancel);
            return ReconcileResult.Done;
        });
        _synced.SetResult();
        _store.Set(Sample.ConfigMap("a"));
        await Reconciled("a");
        await _stop.CancelAsync();
        Assert.False(_run!.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(5));
        await _run;
        Assert.Empty(_failed);
    }

    [Fact]
    public async Task An_owned_object_concerns_its_owner_and_after_a_handover_both()
    {
        var reflector = new Reflector<Secret>(new ScriptedServer(request => ScriptedServer.Json("""{"metadata":{"resourceVersion":"1"},"items":[]}""")).Client());
        var keys = new ConcurrentQueue<string>();
        var controller = new Controller<ObjectKey>("owners", (key, _) =>
        {
            keys.Enqueue(key.ToString());
            return Task.FromResult(ReconcileResult.Done);
        }).Owns<Secret, ConfigMap>(reflector).ByLabel(reflector, "part-of");
        using var reflectorStop = new CancellationTokenSource();
        var listing = reflector.Run(reflectorStop.Token);
        await reflector.Synced;
        await reflectorStop.CancelAsync();
        await listing;
        _run = controller.Run(_stop.Token);

        reflector.Store.Set(Owned("1", "v1", "ConfigMap", "first", null));
        await Until.Holds(() => keys.SequenceEqual(["ns/first"]), "the owner");
        reflector.Store.Set(Owned("2", "v1", "ConfigMap", "second", null));
        await Until.Holds(() => keys.SequenceEqual(["ns/first", "ns/first", "ns/second"]), "both owners");
        reflector.Store.Set(Owned("3", "elsewhere/v1", "ConfigMap", "third", "labelled"));
        await Until.Holds(() => keys.SequenceEqual(["ns/first", "ns/first", "ns/second", "ns/second", "ns/labelled"]), "the old owner and the label");
    }

    static Secret Owned(string version, string apiVersion, string kind, string owner, string? label) => new()
    {
        Metadata = new()
        {
            Namespace = "ns",
            Name = "owned",
            Uid = "owned",
            ResourceVersion = version,
            Labels = label is null ? null : new Dictionary<string, string> { ["part-of"] = label },
            OwnerReferences = [new() { ApiVersion = apiVersion, Kind = kind, Name = owner, Uid = owner, Controller = true }],
        },
    };

    void Run(Func<ObjectKey, CancellationToken, Task<ReconcileResult>> reconcile, int workers = 2)
    {
        var controller = new Controller<ObjectKey>(
            "controller",
            (key, cancel) =>
            {
                _reconciled.Enqueue(key.Name);
                return reconcile(key, cancel);
            },
            new() { Workers = workers, Time = _time, Backoff = new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1), Jitter: 0), Observer = new Observer(_failed) });
        _run = controller.Watches(_store, _synced.Task, change => [change.Key]).Run(_stop.Token);
    }

    Task Reconciled(params string[] names) =>
        Until.Holds(() => _reconciled.Order().SequenceEqual(names.Order()), $"reconciles of {string.Join(", ", names)}");

    sealed class Observer(ConcurrentQueue<string> failed) : IRuntimeObserver
    {
        public void ReconcileFailed(string controller, string key, Exception error, TimeSpan pause) =>
            failed.Enqueue($"{controller} {key} {error.Message} {pause.TotalSeconds}");
    }
}
