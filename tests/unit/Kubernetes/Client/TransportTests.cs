using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;

namespace Druid.UnitTests.Kubernetes.Client;

public class TransportTests
{
    static readonly ObjectKey Key = new("ns", "a");

    [Fact]
    public async Task A_refusal_for_load_is_waited_out_as_long_as_the_server_asks()
    {
        var time = new FakeTime();
        var calls = 0;
        var server = new ScriptedServer(_ =>
        {
            if (++calls > 1) return ScriptedServer.Json(Sample.Json("a"));
            var refusal = ScriptedServer.Failure(429, "TooManyRequests");
            refusal.Headers.RetryAfter = new RetryConditionHeaderValue(TimeSpan.FromSeconds(7));
            return refusal;
        });
        using var client = server.Client(o => o with { Time = time });

        var created = client.Create(Sample.ConfigMap("a"));
        await Until.Holds(() => time.Pending == 1, "the pause");
        time.Advance(TimeSpan.FromSeconds(6.9));
        Assert.False(created.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.2));
        Assert.Equal("a", (await created).Metadata.Name);
        Assert.Equal(2, calls);
    }

    [Fact]
    public async Task A_server_that_asks_for_more_patience_than_allowed_is_an_error()
    {
        var server = new ScriptedServer(_ => ScriptedServer.Failure(429, "TooManyRequests", details: """{"retryAfterSeconds":3600}"""));
        using var client = server.Client();
        var error = await Assert.ThrowsAsync<KubernetesException>(() => client.Get<ConfigMap>(Key));
        Assert.Equal(ErrorReason.TooManyRequests, error.Reason);
        Assert.Equal(TimeSpan.FromHours(1), error.RetryAfter);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData("get", 3)]
    [InlineData("apply", 3)]
    [InlineData("merge patch", 3)]
    [InlineData("delete", 3)]
    [InlineData("create", 1)]
    [InlineData("replace", 1)]
    [InlineData("json patch", 1)]
    [InlineData("merge patch of a version", 1)]
    [InlineData("apply of a version", 1)]
    public async Task After_a_broken_connection_only_what_does_no_harm_is_sent_again(string call, int attempts)
    {
        var server = new ScriptedServer(HttpResponseMessage (_) => throw new HttpRequestException("reset"));
        using var client = server.Client(o => o with { Retries = 2, RetryBackoff = new(TimeSpan.Zero, TimeSpan.Zero) });
        var resource = Sample.ConfigMap("a");
        var fresh = resource with { Metadata = resource.Metadata with { ResourceVersion = null } };

        var error = await Assert.ThrowsAsync<KubernetesException>(() => call switch
        {
            "get" => client.Get<ConfigMap>(Key),
            "apply" => client.Apply(fresh, "us"),
            "apply of a version" => client.Apply(resource, "us"),
            "merge patch" => client.Patch<ConfigMap>(Key, PatchKind.Merge, new JsonObject()),
            "merge patch of a version" => client.Patch<ConfigMap>(Key, PatchKind.Merge, new JsonObject(), resourceVersion: "1"),
            "json patch" => client.Patch<ConfigMap>(Key, PatchKind.Json, new JsonArray()),
            "delete" => client.Delete<ConfigMap>(Key),
            "create" => client.Create(resource),
            _ => client.Replace(new Lease { Metadata = resource.Metadata }),
        });
        Assert.Equal(ErrorReason.Unreachable, error.Reason);
        Assert.True(error.MayHaveTakenEffect);
        Assert.Equal(attempts, server.Requests.Count);
    }

    [Fact]
    public async Task An_answer_that_was_cut_off_is_asked_for_again()
    {
        var calls = 0;
        var server = new ScriptedServer(_ => ++calls switch
        {
            1 => ScriptedServer.Truncated(Sample.Json("a")[..40]),
            2 => ScriptedServer.Json(Sample.Json("a")[..40]),
            _ => ScriptedServer.Json(Sample.Json("a")),
        });
        using var client = server.Client(o => o with { RetryBackoff = new(TimeSpan.Zero, TimeSpan.Zero) });
        Assert.Equal("a", (await client.Get<ConfigMap>(Key)).Metadata.Name);
        Assert.Equal(3, calls);
    }

    [Theory]
    [InlineData("<html>hello</html>")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("")]
    [InlineData("""{"metadata":{"name":7}}""")]
    [InlineData("""{"data":{}}""")]
    public async Task An_answer_that_makes_no_sense_is_a_typed_error(string body)
    {
        var server = new ScriptedServer(_ => ScriptedServer.Json(body));
        using var client = server.Client(o => o with { Retries = 0 });
        var error = await Assert.ThrowsAsync<KubernetesException>(() => client.Get<ConfigMap>(Key));
        Assert.Equal(ErrorReason.Garbled, error.Reason);
    }

    [Fact]
    public async Task An_error_page_of_a_proxy_is_known_by_its_code()
    {
        var server = new ScriptedServer(_ => new HttpResponseMessage(HttpStatusCode.BadGateway) { Content = new StringContent("<html>") });
        using var client = server.Client(o => o with { Retries = 0 });
        var error = await Assert.ThrowsAsync<KubernetesException>(() => client.Get<ConfigMap>(Key));
        Assert.Equal(ErrorReason.ServiceUnavailable, error.Reason);
        Assert.Contains("502", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_costs_no_more_than_the_timeout()
    {
        var time = new FakeTime();
        var server = new ScriptedServer(async request =>
        {
            await Task.Delay(Timeout.Infinite, request.Cancel);
            throw new InvalidOperationException();
        });
        using var client = server.Client(o => o with { Time = time, Retries = 0, RequestTimeout = TimeSpan.FromSeconds(5) });
        var call = client.Get<ConfigMap>(Key);
        await Until.Holds(() => server.Requests.Count == 1, "the request");
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(ErrorReason.TimedOut, (await Assert.ThrowsAsync<KubernetesException>(() => call)).Reason);
    }

    [Fact]
    public async Task The_callers_own_cancellation_is_no_error_of_the_API()
    {
        using var cancel = new CancellationTokenSource();
        var server = new ScriptedServer(async request =>
        {
            await Task.Delay(Timeout.Infinite, request.Cancel);
            throw new InvalidOperationException();
        });
        using var client = server.Client();
        var call = client.Get<ConfigMap>(Key, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    [Fact]
    public async Task A_token_that_was_rotated_is_read_again_when_the_server_refuses_the_old_one()
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, "old\n");
            var server = new ScriptedServer(request => request.Headers["Authorization"] == "Bearer new"
                ? ScriptedServer.Json(Sample.Json("a"))
                : ScriptedServer.Failure(401, "Unauthorized"));
            using var client = server.Client(cluster: new() { Server = new("http://server"), TokenFile = file });

            Assert.Equal(ErrorReason.Unauthorized, (await Assert.ThrowsAsync<KubernetesException>(() => client.Get<ConfigMap>(Key))).Reason);
            Assert.Single(server.Requests);
            await File.WriteAllTextAsync(file, "new\n");
            Assert.Equal("a", (await client.Get<ConfigMap>(Key)).Metadata.Name);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Requests_beyond_the_burst_wait_for_their_turn()
    {
        var time = new FakeTime();
        var server = new ScriptedServer(_ => ScriptedServer.Json(Sample.Json("a")));
        using var client = server.Client(o => o with { Time = time, QueriesPerSecond = 10, Burst = 3 });
        var calls = Enumerable.Range(0, 6).Select(_ => client.Get<ConfigMap>(Key)).ToList();
        await Until.Holds(() => server.Requests.Count == 3 && time.Pending == 3, "the burst");
        time.Advance(TimeSpan.FromMilliseconds(150));
        await Until.Holds(() => server.Requests.Count == 4, "the fourth");
        time.Advance(TimeSpan.FromMilliseconds(150));
        await Task.WhenAll(calls);
        Assert.Equal(6, server.Requests.Count);
    }

    [Fact]
    public async Task Writes_end_with_the_right_to_write()
    {
        using var lost = new CancellationTokenSource();
        var guard = new Guard { Lost = lost.Token };
        var server = new ScriptedServer(async request =>
        {
            if (request.Method == "GET") return ScriptedServer.Json(Sample.Json("a"));
            await Task.Delay(Timeout.Infinite, request.Cancel);
            throw new InvalidOperationException();
        });
        using var client = server.Client();
        var guarded = client.GuardedBy(guard);

        var underWay = guarded.Create(Sample.ConfigMap("a"));
        await lost.CancelAsync();
        var error = await Assert.ThrowsAsync<KubernetesException>(() => underWay);
        Assert.True(error.MayHaveTakenEffect);

        guard.MayWrite = false;
        error = await Assert.ThrowsAsync<KubernetesException>(() => guarded.Apply(Sample.ConfigMap("a"), "us"));
        Assert.Equal(ErrorReason.WriteRefused, error.Reason);
        Assert.False(error.MayHaveTakenEffect);
        Assert.Single(server.Requests);
        Assert.Equal("a", (await guarded.Get<ConfigMap>(Key)).Metadata.Name);
    }

    [Fact]
    public async Task Every_request_is_told_to_the_observer_and_counted_by_verb_resource_and_code()
    {
        var counted = new List<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Name == "kubernetes_client_requests_total") l.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
        {
            lock (counted) counted.Add(string.Join(' ', tags.ToArray().Select(t => $"{t.Key}={t.Value}")));
        });
        listener.Start();

        var observed = new Observer();
        var calls = 0;
        var server = new ScriptedServer(_ => ++calls == 1 ? ScriptedServer.Failure(503, "ServiceUnavailable") : ScriptedServer.Json(Sample.Json("a")));
        using var client = server.Client(o => o with { Observer = observed, RetryBackoff = new(TimeSpan.Zero, TimeSpan.Zero) });
        await client.Patch<ConfigMap>(Key, PatchKind.Merge, new JsonObject(), "status");

        Assert.Equal(
            [("patch", "configmaps/status", "ns", "a", 503, 0), ("patch", "configmaps/status", "ns", "a", 200, 1)],
            observed.Requests.Select(r => (r.Verb, r.Resource, r.Namespace, r.Name, r.Code, r.Attempt)));
        Assert.Contains("verb=patch resource=configmaps/status code=503", counted);
        Assert.Contains("verb=patch resource=configmaps/status code=200", counted);
    }

    [Fact]
    public async Task A_request_says_what_it_is_and_carries_the_kind()
    {
        var server = new ScriptedServer(_ => ScriptedServer.Json(Sample.Json("a")));
        using var client = server.Client(cluster: new() { Server = new("http://server/below/"), Token = "secret" });
        await client.Apply(Sample.ConfigMap("druid.gardener.cloud:etcd:a") with { Data = new Dictionary<string, string> { ["k"] = "v" } }, "us & them");

        var sent = Assert.Single(server.Requests);
        Assert.Equal("PATCH", sent.Method);
        Assert.Equal("/below/api/v1/namespaces/ns/configmaps/druid.gardener.cloud%3Aetcd%3Aa?fieldManager=us%20%26%20them&force=true", sent.Path);
        Assert.Equal("application/apply-patch+yaml", sent.ContentType);
        Assert.Equal("Bearer secret", sent.Headers["Authorization"]);
        Assert.StartsWith("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"druid.gardener.cloud:etcd:a",""", sent.Body, StringComparison.Ordinal);
    }

    sealed class Guard : IWriteGuard
    {
        public bool MayWrite { get; set; } = true;

        public CancellationToken Lost { get; init; }
    }

    sealed class Observer : IRequestObserver
    {
        public List<RequestInfo> Requests { get; } = [];

        public void Completed(in RequestInfo request) => Requests.Add(request);
    }
}
