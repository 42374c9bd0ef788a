using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;
using Druid.Kubernetes.Runtime;

namespace Druid.EnvtestTests.Kubernetes;

public class ReflectorTests
{
    [Fact]
    public async Task A_store_follows_the_server()
    {
        var plane = await ControlPlane.Shared;
        var ns = await plane.NewNamespace();
        for (var i = 0; i < 5; i++) await plane.Client.Create(Map(ns, $"before-{i}"));
        await using var run = new Run(plane.NewClient(), ns, pageSize: 2);
        await run.Reflector.Synced;
        Assert.Equal(5, run.Reflector.Store.All().Count(IsOurs));

        var created = await plane.Client.Create(Map(ns, "after"));
        await run.Has("the new one", s => s.Get(created.Key) is not null);
        await plane.Client.Patch<ConfigMap>(created.Key, PatchKind.Merge, new JsonObject { ["data"] = new JsonObject { ["a"] = "2" } });
        await run.Has("the change", s => s.Get(created.Key)?.Data?["a"] == "2");
        await plane.Client.Delete<ConfigMap>(created.Key);
        await run.Has("nothing", s => s.Get(created.Key) is null);
        Assert.Equal(["new", "changed", "gone"], run.Changes("after"));
    }

    [Fact]
    public async Task Metadata_alone_is_followed_too()
    {
        var plane = await ControlPlane.Shared;
        var ns = await plane.NewNamespace();
        using var stop = new CancellationTokenSource();
        var reflector = new Reflector<Partial<ConfigMap>>(plane.NewClient(), new() { Namespace = ns });
        var run = reflector.Run(stop.Token);
        await reflector.Synced;
        var created = await plane.Client.Create(Map(ns, "a"));
        await ControlPlane.Eventually("it is there", () => Task.FromResult(reflector.Store.Get(created.Key) is not null));
        await plane.Client.Delete<ConfigMap>(created.Key);
        await ControlPlane.Eventually("it is gone", () => Task.FromResult(reflector.Store.Get(created.Key) is null));
        await stop.CancelAsync();
        await run;
    }

    [Fact]
    public async Task At_rest_nothing_is_asked()
    {
        var plane = await ControlPlane.Shared;
        var ns = await plane.NewNamespace();
        var requests = new RequestCounter();
        await using var run = new Run(plane.NewClient(new() { Observer = requests }), ns);
        await run.Reflector.Synced;
        await ControlPlane.Eventually("the watch", () => Task.FromResult(requests.Count("watch") == 1));
        var before = requests.All.Count;
        await Task.Delay(TimeSpan.FromSeconds(3));
        Assert.Equal(before, requests.All.Count);
    }

    [Fact]
    public async Task A_store_survives_an_API_server_that_is_killed_and_comes_back()
    {
        await using var plane = await ControlPlane.Start("restart");
        var ns = await plane.NewNamespace();
        await plane.Client.Create(Map(ns, "before"));
        var requests = new RequestCounter();
        await using var run = new Run(plane.NewClient(new() { Observer = requests }), ns);
        await run.Reflector.Synced;

        await plane.Kill("apiserver");
        await ControlPlane.Eventually("the break is noticed", () => Task.FromResult(run.Failures > 0));
        Assert.NotNull(run.Reflector.Store.Get(new(ns, "before")));
        await plane.Restart("apiserver");

        await ControlPlane.Eventually("a write", async () => (await plane.Client.Create(Map(ns, "after"))).Metadata.Uid is not null);
        await run.Has("the new one", s => s.Get(new(ns, "after")) is not null);
        // Nothing was told twice, whether it went on where it was or had to list again because the server had forgotten.
        Assert.Equal(["new"], run.Changes("before"));
        Assert.InRange(requests.All.Count(r => r is { Verb: "list", Code: 200 }), 1, 2);
    }

    [Fact]
    public async Task After_its_version_was_compacted_away_a_store_is_complete_again()
    {
        await using var plane = await ControlPlane.Start("compact");
        var ns = await plane.NewNamespace();
        await plane.Client.Create(Map(ns, "stays"));
        await plane.Client.Create(Map(ns, "vanishes"));
        var gate = new Gate();
        await using var run = new Run(plane.NewClient(new() { Wrap = gate.Around, Retries = 0 }), ns);
        await run.Reflector.Synced;
        await ControlPlane.Eventually("the watch", () => Task.FromResult(gate.Watches > 0));

        // While nobody watches, the world goes on, and its history is thrown away: by the store, and by a server that starts anew.
        gate.Close();
        await plane.Client.Delete<ConfigMap>(new(ns, "vanishes"));
        var last = await plane.Client.Create(Map(ns, "comes"));
        for (var i = 0; i < 20; i++)
            last = await plane.Client.Patch<ConfigMap>(last.Key, PatchKind.Merge, new JsonObject { ["data"] = new JsonObject { ["a"] = $"{i}" } });
        await Compact(plane, last.Metadata.ResourceVersion!);
        await plane.Kill("apiserver");
        await plane.Restart("apiserver");
        gate.Open();

        await run.Has("the new one", s => s.Get(last.Key) is not null);
        Assert.Contains(run.Errors, e => e is KubernetesException { Reason: ErrorReason.Expired });
        Assert.Equal(2, run.Lists);
        Assert.Equal(["new"], run.Changes("stays"));
        Assert.Equal(["new", "gone"], run.Changes("vanishes"));
        Assert.Equal(["new"], run.Changes("comes"));
    }

    // The API server compacts every five minutes; etcd's own gateway does it now.
    static async Task Compact(ControlPlane plane, string revision)
    {
        using var http = new HttpClient { BaseAddress = plane.Etcd };
        using var body = new StringContent($$"""{"revision":"{{revision}}","physical":true}""");
        (await http.PostAsync(new Uri("/v3/kv/compaction", UriKind.Relative), body)).EnsureSuccessStatusCode();
    }

    static bool IsOurs(ConfigMap map) => map.Metadata.Name != "kube-root-ca.crt";

    static ConfigMap Map(string ns, string name) => new()
    {
        Metadata = new() { Namespace = ns, Name = name },
        Data = new Dictionary<string, string> { ["a"] = "1" },
    };

    sealed class Run : IRuntimeObserver, IAsyncDisposable
    {
        readonly CancellationTokenSource _stop = new();
        readonly ConcurrentQueue<(string Name, string What)> _changes = [];
        readonly Task _run;

        public Run(KubernetesClient client, string ns, int pageSize = 500)
        {
            Reflector = new(client, new() { Namespace = ns, PageSize = pageSize, Observer = this });
            Reflector.Store.Subscribe(c => _changes.Enqueue((c.Key.Name, c.IsNew ? "new" : c.IsGone ? "gone" : "changed")));
            _run = Reflector.Run(_stop.Token);
        }

        public Reflector<ConfigMap> Reflector { get; }

        public ConcurrentQueue<Exception> Errors { get; } = [];

        public int Failures => Errors.Count;

        public int Lists { get; private set; }

        public IEnumerable<string> Changes(string name) => _changes.Where(c => c.Name == name).Select(c => c.What);

        public Task Has(string what, Func<Store<ConfigMap>, bool> holds) =>
            ControlPlane.Eventually($"{what} in the store", () => Task.FromResult(holds(Reflector.Store)));

        public void Listed(string resource, int objects, TimeSpan took) => Lists++;

        public void ReflectorFailed(string resource, Exception error, TimeSpan pause) => Errors.Enqueue(error);

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _run;
            _stop.Dispose();
        }
    }

    /// <summary>Breaks watches and lets no request through while it is closed.</summary>
    sealed class Gate
    {
        TaskCompletionSource? _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Watches { get; private set; }

        public HttpMessageHandler Around(HttpMessageHandler inner) => new Handler(this) { InnerHandler = inner };

        public void Close()
        {
            _open!.SetResult();
            _open = null;
        }

        public void Open() => _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

        sealed class Handler(Gate gate) : DelegatingHandler
        {
            protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            {
                var open = gate._open ?? throw new HttpRequestException("The gate is closed.");
                var response = await base.SendAsync(request, cancellationToken);
                if (!request.RequestUri!.Query.Contains("watch=1", StringComparison.Ordinal)) return response;
                gate.Watches++;
                response.Content = new StreamContent(new Breakable(await response.Content.ReadAsStreamAsync(cancellationToken), open.Task));
                return response;
            }
        }

        sealed class Breakable(Stream inner, Task closed) : Stream
        {
            public override bool CanRead => true;

            public override bool CanSeek => false;

            public override bool CanWrite => false;

            public override long Length => throw new NotSupportedException();

            public override long Position
            {
                get => throw new NotSupportedException();
                set => throw new NotSupportedException();
            }

            public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
            {
                using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                var reading = inner.ReadAsync(buffer, either.Token).AsTask();
                if (await Task.WhenAny(reading, closed) == reading) return await reading;
                await either.CancelAsync();
                throw new IOException("The gate was closed.");
            }

            public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

            public override void Flush()
            {
            }

            public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

            public override void SetLength(long value) => throw new NotSupportedException();

            public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

            protected override void Dispose(bool disposing)
            {
                if (disposing) inner.Dispose();
                base.Dispose(disposing);
            }
        }
    }
}
