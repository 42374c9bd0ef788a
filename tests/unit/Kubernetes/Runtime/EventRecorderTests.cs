using System.Collections.Concurrent;
using System.Text.Json;
using Druid.Kubernetes.Resources;
using Druid.Kubernetes.Runtime;

namespace Druid.UnitTests.Kubernetes.Runtime;

public sealed class EventRecorderTests : IAsyncDisposable
{
    readonly FakeTime _time = new();
    readonly CancellationTokenSource _stop = new();
    readonly ConcurrentQueue<string> _dropped = [];
    readonly ScriptedServer _server;
    readonly EventRecorder _recorder;
    Func<SentRequest, HttpResponseMessage?> _fault = _ => null;
    Task? _run;

    public EventRecorderTests()
    {
        _server = new(request => _fault(request) ?? ScriptedServer.Json(request.Method == "POST"
            ? request.Body
            : """{"metadata":{"name":"patched"},"involvedObject":{}}"""));
        _recorder = new(
            _server.Client(o => o with { Time = _time, Retries = 0 }),
            new() { Component = "druid", Instance = "druid-0", Time = _time, BurstPerObject = 5, Capacity = 3, Observer = new Observer(_dropped) });
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_run is not null) await _run;
        _stop.Dispose();
    }

    [Fact]
    public async Task An_event_tells_what_happened_to_which_object_and_when()
    {
        Start();
        _recorder.Warning(Sample.ConfigMap("a", "7"), "QuorumLost", "2 of 3 members are away");
        await Sent(1);
        var written = Event.Type.Read(_server.Requests.Single().Body);
        Assert.Equal(("ns", "ConfigMap", "a", "uid-a"), (written.Metadata.Namespace, written.InvolvedObject.Kind, written.InvolvedObject.Name, written.InvolvedObject.Uid));
        Assert.Equal(("Warning", "QuorumLost", "2 of 3 members are away", 1), (written.EventType, written.Reason, written.Message, written.Count));
        Assert.Equal(_time.GetUtcNow(), written.FirstTimestamp);
        Assert.StartsWith("a.", written.Metadata.Name, StringComparison.Ordinal);
        Assert.Equal("druid", written.Source!.Component);
    }

    [Fact]
    public async Task The_same_again_only_raises_a_count()
    {
        Start();
        _recorder.Normal(Sample.ConfigMap("a", "7"), "Scaled", "to 3");
        await Sent(1);
        _time.Advance(TimeSpan.FromMinutes(1));
        _recorder.Normal(Sample.ConfigMap("a", "8"), "Scaled", "to 3");
        await Sent(2);
        _recorder.Normal(Sample.ConfigMap("a", "9"), "Scaled", "to 5");
        await Sent(3);
        Assert.Equal(["POST", "PATCH", "POST"], _server.Requests.Select(r => r.Method));
        Assert.Equal("""{"count":2,"lastTimestamp":"2026-01-01T00:01:00Z"}""", _server.Requests.ElementAt(1).Body);
    }

    [Fact]
    public async Task What_waits_to_be_written_is_written_once()
    {
        for (var i = 0; i < 100; i++) _recorder.Normal(Sample.ConfigMap("a"), "Storm", "again");
        Start();
        await Sent(1);
        Assert.Equal(100, Event.Type.Read(_server.Requests.Single().Body).Count);
        Assert.Empty(_dropped);
    }

    [Fact]
    public async Task An_event_that_ran_out_begins_anew()
    {
        Start();
        _recorder.Normal(Sample.ConfigMap("a"), "R", "m");
        await Sent(1);
        _fault = request => request.Method == "PATCH" ? ScriptedServer.Failure(404, "NotFound") : null;
        _recorder.Normal(Sample.ConfigMap("a"), "R", "m");
        await Sent(3);
        Assert.Equal(["POST", "PATCH", "POST"], _server.Requests.Select(r => r.Method));
        Assert.Equal(1, Event.Type.Read(_server.Requests.Last().Body).Count);
    }

    [Fact]
    public async Task An_object_that_is_all_events_is_slowed_down_and_others_are_not()
    {
        Start();
        for (var i = 0; i < 8; i++)
        {
            var handled = i + 1;
            _recorder.Normal(Sample.ConfigMap("noisy"), "R", $"number {i}");
            await Until.Holds(() => _server.Requests.Count + _dropped.Count == handled, "the event");
        }
        Assert.Equal(5, _server.Requests.Count);
        _recorder.Normal(Sample.ConfigMap("quiet"), "R", "m");
        await Sent(6);
        _time.Advance(TimeSpan.FromMinutes(5));
        _recorder.Normal(Sample.ConfigMap("noisy"), "R", "later");
        await Sent(7);
    }

    [Fact]
    public async Task Recording_never_fails_whatever_the_server_does()
    {
        _fault = _ => ScriptedServer.Failure(403, "Forbidden", "namespace is being terminated");
        Start();
        _recorder.Normal(Sample.ConfigMap("a"), "R", "m");
        await Until.Holds(() => _dropped.Count == 1, "the report");
        Assert.Contains("terminated", _dropped.Single(), StringComparison.Ordinal);
        _fault = _ => null;
        _recorder.Normal(Sample.ConfigMap("a"), "R", "m");
        await Sent(2);
    }

    [Fact]
    public void More_than_can_wait_is_dropped_and_said()
    {
        for (var i = 0; i < 5; i++) _recorder.Normal(Sample.ConfigMap($"{i}"), "R", "m");
        Assert.Equal(2, _dropped.Count);
    }

    [Fact]
    public async Task What_is_left_at_the_end_is_written()
    {
        _recorder.Normal(Sample.ConfigMap("a"), "R", "last words");
        await _stop.CancelAsync();
        await _recorder.Run(_stop.Token);
        Assert.Equal("last words", JsonDocument.Parse(_server.Requests.Single().Body).RootElement.GetProperty("message").GetString());
    }

    void Start() => _run = _recorder.Run(_stop.Token);

    Task Sent(int count) => Until.Holds(() => _server.Requests.Count == count, $"{count} requests");

    sealed class Observer(ConcurrentQueue<string> dropped) : IRuntimeObserver
    {
        public void EventDropped(ObjectReference about, string reason, string why) => dropped.Enqueue(why);
    }
}
