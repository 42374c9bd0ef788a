using System.Collections.Concurrent;
using Druid.Kubernetes.Resources;
using Druid.Kubernetes.Runtime;

namespace Druid.UnitTests.Kubernetes.Runtime;

public sealed class ReflectorTests : IAsyncDisposable
{
    readonly FakeTime _time = new();
    readonly CancellationTokenSource _stop = new();
    readonly ConcurrentQueue<string> _lists = [];
    readonly ConcurrentQueue<LiveWatch> _watches = [];
    readonly List<string> _told = [];
    readonly Observer _observer = new();
    readonly ScriptedServer _server;
    readonly Reflector<ConfigMap> _reflector;
    Func<SentRequest, HttpResponseMessage?> _fault = _ => null;
    Task? _run;

    public ReflectorTests()
    {
        _server = new(request =>
        {
            if (_fault(request) is { } fault) return fault;
            if (!request.IsWatch) return ScriptedServer.Json(_lists.TryDequeue(out var list) ? list : throw new HttpRequestException("no more lists"));
            return _watches.TryDequeue(out var watch) ? watch.Response : throw new HttpRequestException("no more watches");
        });
        _reflector = new(
            _server.Client(o => o with { Retries = 0, Time = _time, RequestTimeout = TimeSpan.FromDays(1) }),
            new() { Time = _time, Observer = _observer, LongestSilence = TimeSpan.FromMinutes(3), PageSize = 2 });
        _reflector.Store.Subscribe(c =>
        {
            lock (_told) _told.Add($"{c.Old?.Metadata.ResourceVersion}>{c.New?.Metadata.ResourceVersion} {c.Key.Name}");
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_run is not null) await _run;
        _stop.Dispose();
    }

    [Fact]
    public async Task It_lists_once_then_follows_the_watch()
    {
        _lists.Enqueue(Sample.List("5", Sample.Json("a", "3"), Sample.Json("b", "4")));
        var watch = Watch();
        await Start();
        Assert.Equal([">3 a", ">4 b"], Told());

        await watch.Event("MODIFIED", Sample.Json("a", "6"));
        await watch.Event("ADDED", Sample.Json("c", "7"));
        await watch.Event("DELETED", Sample.Json("b", "8"));
        await Until.Holds(() => Told().Count == 5, "the events");
        Assert.Equal(["3>6 a", ">7 c", "8> b"], Told()[2..]);
        Assert.Equal(["list", "watch 5"], Requests());
    }

    [Fact]
    public async Task It_reads_all_pages_before_it_is_synced()
    {
        _lists.Enqueue(Sample.ListPage("5", "more", Sample.Json("a", "1"), Sample.Json("b", "2")));
        _lists.Enqueue(Sample.List("5", Sample.Json("c", "3")));
        Watch();
        await Start();
        Assert.Equal(3, _reflector.Store.Count);
        Assert.Equal(["list", "list more", "watch 5"], Requests());
    }

    [Fact]
    public async Task After_a_break_it_goes_on_from_the_last_event()
    {
        _lists.Enqueue(Sample.List("5"));
        var (first, second, third) = (Watch(), Watch(), Watch());
        await Start();
        await first.Event("ADDED", Sample.Json("a", "6"));
        await first.Send("""{"type":"ADDED","object":{"metadata":{"name":"b",""");
        await Until.Holds(() => Told().Count == 1, "the event"); // a pipe that breaks gives no more of what it had
        first.Break();
        await Requests("watch 6");
        await second.Event("BOOKMARK", """{"metadata":{"resourceVersion":"99"}}""");
        second.End();
        await Requests("watch 99");
        await third.Event("MODIFIED", Sample.Json("a", "100"));
        await Until.Holds(() => Told().Count == 2, "the event");
        Assert.Equal([">6 a", "6>100 a"], Told());
        Assert.Equal(1, _observer.Lists);
    }

    [Fact]
    public async Task When_the_server_has_forgotten_it_lists_again_and_tells_what_vanished_but_not_what_stayed()
    {
        _lists.Enqueue(Sample.List("5", Sample.Json("stays", "1"), Sample.Json("changes", "2"), Sample.Json("vanishes", "3")));
        var first = Watch();
        await Start();
        _lists.Enqueue(Sample.List("50", Sample.Json("stays", "1"), Sample.Json("changes", "42"), Sample.Json("comes", "43")));
        Watch();
        await first.Event("ERROR", """{"kind":"Status","code":410,"reason":"Expired","message":"too old"}""");
        await Requests("watch 50");
        Assert.Equal(["2>42 changes", ">43 comes", "3> vanishes"], Told()[3..]);
    }

    [Theory]
    [InlineData(410, "Expired")]
    [InlineData(400, "BadRequest")]
    [InlineData(404, "NotFound")]
    public async Task A_watch_that_is_refused_for_its_version_leads_to_a_list(int code, string reason)
    {
        var refuse = true;
        _fault = request => request.IsWatch && refuse ? ScriptedServer.Failure(code, reason) : null;
        _lists.Enqueue(Sample.List("5"));
        _lists.Enqueue(Sample.List("6"));
        _run = _reflector.Run(_stop.Token);
        await Until.Holds(() => _observer.Failures == 1, "the refusal");
        refuse = false;
        Watch();
        await Requests("watch 6");
    }

    [Fact]
    public async Task A_server_that_is_away_is_asked_again_less_and_less_often()
    {
        _fault = _ => throw new HttpRequestException("refused");
        _run = _reflector.Run(_stop.Token);
        await _time.AdvanceUntil(() => _observer.Failures == 12, TimeSpan.FromSeconds(1));
        Assert.All(_observer.Pauses, p => Assert.True(p <= TimeSpan.FromSeconds(10)));
        Assert.True(_observer.Pauses.First() <= TimeSpan.FromMilliseconds(100));
        Assert.True(_observer.Pauses.Last() >= TimeSpan.FromSeconds(5));
        Assert.False(_reflector.Synced.IsCompleted);

        _fault = _ => null;
        _lists.Enqueue(Sample.List("5"));
        Watch();
        await Requests("watch 5");
        Assert.True(_reflector.Synced.IsCompleted);
    }

    [Fact]
    public async Task A_watch_that_is_silent_for_too_long_is_opened_again()
    {
        _lists.Enqueue(Sample.List("5"));
        var first = Watch();
        Watch();
        await Start();
        _time.Advance(TimeSpan.FromMinutes(2));
        await first.Event("ADDED", Sample.Json("a", "7"));
        await Until.Holds(() => Told().Contains(">7 a"), "the event, from which on silence is counted");
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(["list", "watch 5"], Requests());
        await Requests("watch 7");
        Assert.Equal(0, _observer.Failures);
    }

    [Fact]
    public async Task What_is_told_twice_or_late_does_not_turn_back_time()
    {
        _lists.Enqueue(Sample.List("5", Sample.Json("a", "4")));
        var watch = Watch();
        await Start();
        await watch.Event("MODIFIED", Sample.Json("a", "7"));
        await watch.Event("MODIFIED", Sample.Json("a", "6"));
        await watch.Event("MODIFIED", Sample.Json("a", "7"));
        await watch.Event("DELETED", Sample.Json("a", "8"));
        await watch.Event("ADDED", Sample.Json("a", "7"));
        await watch.Event("ADDED", Sample.Json("last", "9"));
        await Until.Holds(() => Told().Contains(">9 last"), "the last event");
        Assert.Equal([">4 a", "4>7 a", "8> a", ">9 last"], Told());
    }

    [Fact]
    public async Task A_server_that_went_back_in_time_is_listed_anew()
    {
        _lists.Enqueue(Sample.List("500", Sample.Json("a", "400")));
        var first = Watch();
        await Start();
        _lists.Enqueue(Sample.List("90", Sample.Json("a", "80")));
        Watch();
        await first.Event("BOOKMARK", """{"metadata":{"resourceVersion":"95"}}""");
        await Requests("watch 90");
        Assert.Equal([">400 a", "400>80 a"], Told());
    }

    [Fact]
    public async Task Only_what_is_wanted_of_an_object_is_kept()
    {
        var client = _server.Client(o => o with { Time = _time });
        var reflector = new Reflector<ConfigMap>(client, new() { Time = _time, Trim = map => map with { Data = null } });
        _lists.Enqueue(Sample.List("5", Sample.Json("a", "4")));
        var watch = Watch();
        var run = reflector.Run(_stop.Token);
        await reflector.Synced;
        Assert.Null(reflector.Store.All()[0].Data);
        await watch.Event("MODIFIED", Sample.Json("a", "6"));
        await Until.Holds(() => reflector.Store.All()[0].Metadata.ResourceVersion == "6", "the event");
        Assert.Null(reflector.Store.All()[0].Data);
        await _stop.CancelAsync();
        await run;
    }

    LiveWatch Watch()
    {
        var watch = new LiveWatch();
        _watches.Enqueue(watch);
        return watch;
    }

    async Task Start()
    {
        _run = _reflector.Run(_stop.Token);
        await _reflector.Synced;
        await Until.Holds(() => _server.Requests.Any(r => r.IsWatch), "the watch");
    }

    Task Requests(string last) => _time.AdvanceUntil(() => Requests().LastOrDefault() == last, TimeSpan.FromSeconds(1));

    List<string> Requests() => [.. _server.Requests.Select(r => $"{(r.IsWatch ? "watch" : "list")} {r.Parameter("resourceVersion")}{r.Parameter("continue")}".TrimEnd())];

    List<string> Told()
    {
        lock (_told) return [.. _told];
    }

    sealed class Observer : IRuntimeObserver
    {
        public int Lists;
        public int Failures;
        public ConcurrentQueue<TimeSpan> Pauses { get; } = [];

        public void Listed(string resource, int objects, TimeSpan took) => Interlocked.Increment(ref Lists);

        public void ReflectorFailed(string resource, Exception error, TimeSpan pause)
        {
            Pauses.Enqueue(pause);
            Interlocked.Increment(ref Failures);
        }
    }
}
