using Druid.Member.Stores;
using Druid.Testing;

namespace Druid.MemberTests.Stores;

/// <summary>What every store across a network has to do besides: bear faults, and say what is wrong.</summary>
public abstract class RemoteStoreConformance : StoreConformance
{
    const int Mebibyte = 1 << 20;

    FaultyProxy? _proxy;

    /// <summary>A container that exists.</summary>
    private protected abstract string Container { get; }

    /// <summary>The provider's server.</summary>
    private protected abstract Uri Server { get; }

    /// <summary>The store's Secret, with which everything works.</summary>
    private protected abstract Secret Credentials { get; }

    /// <summary>Makes the Secret's credentials wrong, or right again.</summary>
    private protected abstract void Rotate(bool wrong);

    /// <summary>Opens a store.</summary>
    private protected abstract IObjectStore Open(StoreOptions options, TimeProvider time);

    private protected abstract StoreProvider Provider { get; }

    private protected override IObjectStore Open(string prefix) => Open(Options(prefix, Server), TimeProvider.System);

    private protected StoreOptions Options(string prefix, Uri server, string? container = null) =>
        new() { Provider = Provider, Container = container ?? Container, Prefix = prefix, Endpoint = server, ParallelParts = 3 };

    /// <summary>A store behind the proxy.</summary>
    private protected async Task<(FaultyProxy Proxy, IObjectStore Store)> Behind()
    {
        _proxy ??= await FaultyProxy.Start(Server);
        return (_proxy, Open(Options(Prefix, new(_proxy.Address, Server.AbsolutePath)), new HurriedTime()));
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        if (_proxy is not null) await _proxy.DisposeAsync();
        Credentials.Dispose();
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(429)]
    public async Task A_busy_provider_is_asked_again(int status)
    {
        var (proxy, store) = await Behind();
        await using var closing = store;
        proxy.Decide = (_, _, number) => number % 3 == 0 ? new Fault.Answer(status, RetryAfter: 1) : null;

        await store.Write("v2/small", new MemoryStream(Bytes(10)), default);
        await store.Write("v2/large", new OneWay(Bytes(12 * Mebibyte)), default);

        Assert.Equal(Hash(Bytes(12 * Mebibyte)), Hash(await Read("v2/large")));
        Assert.Equal(["v2/large", "v2/small"], (await List("", store)).Select(found => found.Name));
        await store.Delete("v2/large", default);
        Assert.Equal(["v2/small"], (await List()).Select(found => found.Name));
    }

    [Fact]
    public async Task A_provider_that_stays_busy_fails_the_upload_and_leaves_nothing()
    {
        var (proxy, store) = await Behind();
        await using var closing = store;
        var large = 0;
        // Everything is well until the upload is half-way.
        proxy.Decide = (method, _, _) => method == "PUT" && Interlocked.Increment(ref large) > 2 ? new Fault.Answer(503) : null;

        var failure = await Assert.ThrowsAsync<StoreException>(() => store.Write("v2/Full-00000000-00000001-1", new OneWay(Bytes(30 * Mebibyte)), default));

        Assert.Equal(StoreError.Unavailable, failure.Error);
        Assert.Contains("v2/Full-00000000-00000001-1", failure.Message, StringComparison.Ordinal);
        Assert.Empty(await List());
        await AssertNothingLeft();
    }

    [Fact]
    public async Task A_connection_that_breaks_during_an_upload_is_made_again()
    {
        var (proxy, store) = await Behind();
        await using var closing = store;
        var puts = 0;
        var cuts = new Dictionary<string, int>();
        // Each third, but no part again and again: of parts that are sent side by side it might always be the same one.
        proxy.Decide = (method, target, _) =>
        {
            lock (cuts)
            {
                if (method != "PUT" || puts++ % 3 != 0 || cuts.GetValueOrDefault(target) == 2) return null;
                cuts[target] = cuts.GetValueOrDefault(target) + 1;
                return new Fault.CutRequest(50_000);
            }
        };

        await store.Write("v2/large", new OneWay(Bytes(17 * Mebibyte)), default);
        await store.Write("v2/small", new MemoryStream(Bytes(100_000)), default);

        Assert.Equal(Hash(Bytes(17 * Mebibyte)), Hash(await Read("v2/large")));
        Assert.Equal(Hash(Bytes(100_000)), Hash(await Read("v2/small")));
    }

    [Fact]
    public async Task An_answer_that_is_lost_does_no_harm()
    {
        var (proxy, store) = await Behind();
        await using var closing = store;
        var seen = new HashSet<string>();
        // Each request is carried out, and the first time nobody hears of it.
        proxy.Decide = (method, target, _) =>
        {
            lock (seen) return method != "GET" && seen.Add(method + Path(target)) ? new Fault.LoseAnswer() : null;
        };

        await store.Write("v2/large", new OneWay(Bytes(12 * Mebibyte)), default);
        await store.Write("v2/small", new MemoryStream(Bytes(10)), default);

        Assert.Equal(Hash(Bytes(12 * Mebibyte)), Hash(await Read("v2/large")));
        await store.Delete("v2/large", default);
        Assert.Equal(["v2/small"], (await List()).Select(found => found.Name));

        // Upload ids and the like differ from attempt to attempt.
        static string Path(string target) => target.Split('?')[0] + string.Concat(target.Split('?', '&').Where(part => part.StartsWith("partNumber", StringComparison.Ordinal) || part.StartsWith("comp=", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_download_that_breaks_goes_on_where_it_broke()
    {
        await Write("v2/x", Bytes(9 * Mebibyte));
        var (proxy, store) = await Behind();
        await using var closing = store;
        var reads = 0;
        proxy.Decide = (method, target, _) => method == "GET" && IsContent(target)
            && Interlocked.Increment(ref reads) < 4 ? new Fault.CutAnswer(2 * Mebibyte + 1) : null;

        var content = await Read("v2/x", store);

        Assert.Equal(Hash(Bytes(9 * Mebibyte)), Hash(content));
        Assert.True(reads >= 4, $"{reads} reads");
    }

    [Fact]
    public async Task A_download_that_stalls_goes_on_after_a_while()
    {
        await Write("v2/x", Bytes(3 * Mebibyte));
        var (proxy, store) = await Behind();
        await using var closing = store;
        var reads = 0;
        proxy.Decide = (method, target, _) => method == "GET" && IsContent(target)
            && Interlocked.Increment(ref reads) == 1 ? new Fault.Stall(1 * Mebibyte) : null;

        Assert.Equal(Hash(Bytes(3 * Mebibyte)), Hash(await Read("v2/x", store)));
    }

    [Fact]
    public async Task A_download_that_always_breaks_ends_in_an_error_not_in_fewer_bytes()
    {
        await Write("v2/x", Bytes(3 * Mebibyte));
        var (proxy, store) = await Behind();
        await using var closing = store;
        proxy.Decide = (method, target, _) => method == "GET" && IsContent(target) ? new Fault.CutAnswer(0) : null;

        Assert.Equal(StoreError.Unavailable, (await Assert.ThrowsAsync<StoreException>(() => Read("v2/x", store))).Error);
    }

    [Fact]
    public async Task Wrong_credentials_are_said_to_be_wrong_at_once_and_right_ones_are_taken_up_without_a_restart()
    {
        var (proxy, store) = await Behind();
        await using var closing = store;
        Rotate(wrong: true);

        var denied = await Assert.ThrowsAsync<StoreException>(() => store.Write("v2/x", new MemoryStream([1]), default));
        Assert.Equal(StoreError.Denied, denied.Error);
        Assert.Contains("credentials", denied.Message, StringComparison.Ordinal);
        Assert.InRange(proxy.Requests.Count, 0, 4);
        Assert.Equal(StoreError.Denied, (await Assert.ThrowsAsync<StoreException>(() => List("", store))).Error);

        Rotate(wrong: false);
        await store.Write("v2/x", new MemoryStream([1]), default);
        Assert.Equal([1], await Read("v2/x", store));
    }

    [Fact]
    public async Task Credentials_that_are_half_replaced_do_not_interrupt()
    {
        await using var store = Open(Options(Prefix, Server), TimeProvider.System);
        await store.Write("v2/x", new MemoryStream([1]), default);

        Credentials.Replace();

        Assert.Equal([1], await Read("v2/x", store));
    }

    [Fact]
    public async Task A_container_that_does_not_exist_is_named()
    {
        await using var store = Open(Options("p", Server, "no-such-container"), TimeProvider.System);

        foreach (var call in (Func<Task>[])[() => store.Write("v2/x", new MemoryStream([1]), default), () => store.Read("v2/x", default), () => List("", store)])
        {
            var missing = await Assert.ThrowsAsync<StoreException>(call);
            Assert.Equal(StoreError.NotFound, missing.Error);
            Assert.Contains("no-such-container", missing.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_provider_out_of_reach_is_called_that()
    {
        await using var store = Open(Options(Prefix, new($"http://127.0.0.1:{FreePorts.Next()}")), new HurriedTime());

        var failure = await Assert.ThrowsAsync<StoreException>(() => store.Write("v2/x", new MemoryStream([1]), default));

        Assert.Equal(StoreError.Unavailable, failure.Error);
        Assert.Contains("cannot be reached", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_objects_than_a_page_holds_are_all_listed()
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, Many), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (number, stop) =>
            await Store.Write($"v2/{number:D5}", new MemoryStream([1]), stop));

        Assert.Equal(Enumerable.Range(0, Many).Select(number => $"v2/{number:D5}"), (await List()).Select(found => found.Name));
    }

    // Not a list, whose prefix may name it too.
    static bool IsContent(string target) => Uri.UnescapeDataString(target.Split('?')[0]).EndsWith("v2/x", StringComparison.Ordinal);

    /// <summary>More than the provider lists at a time: S3 1,000.</summary>
    private protected virtual int Many => 1050;

    /// <summary>Whether parts that nobody lists are still kept by the provider.</summary>
    private protected virtual Task AssertNothingLeft() => Task.CompletedTask;

    private protected static async Task<byte[]> Read(string name, IObjectStore store)
    {
        await using var content = await store.Read(name, default);
        using var all = new MemoryStream();
        await content.CopyToAsync(all);
        return all.ToArray();
    }
}
