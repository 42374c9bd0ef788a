using System.Text;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;

namespace Druid.UnitTests.Kubernetes.Client;

public class WatchTests
{
    [Fact]
    public async Task Events_come_as_they_happen()
    {
        var watch = new LiveWatch();
        using var client = new ScriptedServer(_ => watch.Response).Client();
        await using var events = client.Watch<ConfigMap>("ns").GetAsyncEnumerator();

        await watch.Event("ADDED", Sample.Json("a", "1"));
        Assert.True(await events.MoveNextAsync());
        Assert.Equal((WatchEventType.Added, "a", "1"), (events.Current.Type, events.Current.Resource!.Metadata.Name, events.Current.ResourceVersion));

        await watch.Event("DELETED", Sample.Json("a", "2"));
        await watch.Event("BOOKMARK", """{"kind":"ConfigMap","apiVersion":"v1","metadata":{"resourceVersion":"9","creationTimestamp":null}}""");
        Assert.True(await events.MoveNextAsync());
        Assert.Equal(WatchEventType.Deleted, events.Current.Type);
        Assert.True(await events.MoveNextAsync());
        Assert.Equal(new WatchEvent<ConfigMap>(WatchEventType.Bookmark, null, "9"), events.Current);

        watch.End();
        Assert.False(await events.MoveNextAsync());
    }

    [Fact]
    public async Task Events_that_may_wait_are_read_together_but_for_the_first()
    {
        var (watch, time) = (new LiveWatch(), new FakeTime());
        var server = new ScriptedServer(_ => watch.Response);
        using var client = server.Client(o => o with { Time = time });
        await using var events = client.Watch<ConfigMap>("ns", new() { Gather = TimeSpan.FromMilliseconds(100) }).GetAsyncEnumerator();

        var first = events.MoveNextAsync().AsTask();
        await Until.Holds(() => time.Pending == 0 && !server.Requests.IsEmpty, "the watch is open");
        await watch.Event("ADDED", Sample.Json("a", "1"));
        Assert.True(await first);

        var second = events.MoveNextAsync().AsTask();
        await watch.Event("ADDED", Sample.Json("b", "2"));
        await watch.Event("ADDED", Sample.Json("c", "3"));
        await Until.Holds(() => time.Pending > 0, "others are waited for");
        Assert.False(second.IsCompleted);

        time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.True(await second);
        Assert.Equal("b", events.Current.Resource!.Metadata.Name);
        var third = events.MoveNextAsync();
        Assert.True(third.IsCompleted && await third);
        Assert.Equal(("c", new Version(1, 1)), (events.Current.Resource!.Metadata.Name, server.Requests.Single().Version));
    }

    [Fact]
    public async Task Where_the_stream_is_cut_into_pieces_makes_no_difference()
    {
        var text = $$"""{"type":"ADDED","object":{{Sample.Json("ä€", "1")}}}""" + "\n" + $$"""{"type":"MODIFIED","object":{{Sample.Json("b", "2")}}}""" + "\r\n\n";
        for (var size = 1; size < 60; size++)
        {
            using var client = new ScriptedServer(_ => ScriptedServer.Streaming(new Chopped(Encoding.UTF8.GetBytes(text), size))).Client();
            Assert.Equal(["ä€", "b"], await client.Watch<ConfigMap>().Select(e => e.Resource!.Metadata.Name).ToListAsync());
        }
    }

    [Fact]
    public async Task Half_an_event_at_the_end_is_not_an_event()
    {
        var text = $$"""{"type":"ADDED","object":{{Sample.Json("a")}}}""" + "\n" + $$"""{"type":"ADDED","object":{{Sample.Json("b")[..50]}}""";
        using var client = new ScriptedServer(_ => ScriptedServer.Json(text)).Client();
        Assert.Equal(["a"], await client.Watch<ConfigMap>().Select(e => e.Resource!.Metadata.Name).ToListAsync());
    }

    [Fact]
    public async Task A_connection_that_breaks_is_told_and_can_be_gone_on_from()
    {
        using var client = new ScriptedServer(_ => ScriptedServer.Truncated($$"""{"type":"ADDED","object":{{Sample.Json("a")}}}""" + "\n")).Client();
        await using var events = client.Watch<ConfigMap>().GetAsyncEnumerator();
        Assert.True(await events.MoveNextAsync());
        var error = await Assert.ThrowsAsync<KubernetesException>(async () => await events.MoveNextAsync());
        Assert.Equal(ErrorReason.Unreachable, error.Reason);
        Assert.True(error.IsTransient);
    }

    [Theory]
    [InlineData("""{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old resource version: 1 (5)"}}""", ErrorReason.Expired)]
    [InlineData("""{"object":{"kind":"Status","code":410,"reason":"Gone","message":"gone"},"type":"ERROR"}""", ErrorReason.Expired)]
    [InlineData("""{"type":"ERROR","object":{"kind":"Status","code":500,"message":"etcd is away"}}""", ErrorReason.InternalError)]
    public async Task An_error_within_the_watch_is_a_typed_error(string line, ErrorReason reason)
    {
        using var client = new ScriptedServer(_ => ScriptedServer.Json(line + "\n")).Client();
        var error = await Assert.ThrowsAsync<KubernetesException>(async () => await client.Watch<ConfigMap>("ns").CountAsync());
        Assert.Equal(reason, error.Reason);
        Assert.Contains("watch configmaps ns/", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hello")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"type":"ADDED"}""")]
    [InlineData("""{"type":"ADDED","object":null}""")]
    [InlineData("""{"type":"ADDED","object":{}}""")]
    [InlineData("""{"type":"ADDED","object":{"metadata":{"name":"no version"}}}""")]
    [InlineData("""{"type":"EXPLODED","object":{"metadata":{"name":"a","resourceVersion":"1"}}}""")]
    [InlineData("""{"object":{"metadata":{"name":"a","resourceVersion":"1"}}}""")]
    [InlineData("""{"type":"BOOKMARK","object":{"metadata":{}}}""")]
    public async Task A_line_that_is_no_event_is_a_typed_error(string line)
    {
        using var client = new ScriptedServer(_ => ScriptedServer.Json(line + "\n")).Client();
        var error = await Assert.ThrowsAsync<KubernetesException>(async () => await client.Watch<ConfigMap>().CountAsync());
        Assert.Equal(ErrorReason.Garbled, error.Reason);
    }

    [Fact]
    public async Task The_object_may_come_before_the_type()
    {
        using var client = new ScriptedServer(_ => ScriptedServer.Json($$"""{"extra":[{}],"object":{{Sample.Json("a", "3")}},"type":"MODIFIED"}""" + "\n")).Client();
        var happened = await client.Watch<ConfigMap>().SingleAsync();
        Assert.Equal((WatchEventType.Modified, "3"), (happened.Type, happened.ResourceVersion));
    }

    [Theory]
    [InlineData("""{"items":null,"metadata":{"resourceVersion":"7"}}""")]
    [InlineData("""{"metadata":{"resourceVersion":"7"}}""")]
    [InlineData("""{"items":[],"more":{"items":[1]},"metadata":{"resourceVersion":"7"}}""")]
    public async Task A_list_may_be_empty(string text)
    {
        using var client = new ScriptedServer(_ => ScriptedServer.Json(text)).Client();
        var page = await client.ListPage<ConfigMap>();
        Assert.Empty(page.Items);
        Assert.Equal("7", page.Metadata.ResourceVersion);
    }

    [Fact]
    public async Task A_list_that_was_cut_off_is_never_taken_for_a_shorter_one()
    {
        var text = Sample.List("7", Sample.Json("a"), Sample.Json("b"));
        for (var length = 0; length < text.Length; length++)
        {
            using var client = new ScriptedServer(_ => ScriptedServer.Json(text[..length])).Client(o => o with { Retries = 0 });
            Assert.Equal(ErrorReason.Garbled, (await Assert.ThrowsAsync<KubernetesException>(() => client.ListPage<ConfigMap>())).Reason);
        }
    }
}
