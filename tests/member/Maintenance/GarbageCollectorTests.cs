using Druid.Member.Maintenance;
using Druid.Member.Metrics;
using Druid.Member.Snapshots;
using Druid.Member.Stores;
using Druid.Member.Stores.Local;
using Serilog.Core;

namespace Druid.MemberTests.Maintenance;

/// <summary>What is removed of a store, and what the store will not let go.</summary>
public sealed class GarbageCollectorTests : IAsyncLifetime
{
    static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    readonly string _root = Directory.CreateTempSubdirectory("druid-garbage-").FullName;
    readonly MetricsPage _page = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync()
    {
        Directory.Delete(_root, recursive: true);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Old_snapshots_of_both_layouts_go_and_what_can_be_restored_stays()
    {
        var old = await Put(Full(10, -30) with { Directory = "v1/Backup-1700000000" });
        var oldDelta = await Put(Delta(11, 20, -29) with { Directory = "v1/Backup-1700000000" });
        var covered = await Put(Delta(21, 30, -2));
        var newest = await Put(Full(30, -1));
        var after = await Put(Delta(31, 40, 0));

        Assert.Equal(3, await Collect(new LocalStore(_root, TimeProvider.System)));

        Assert.Equal([newest, after], await Names());
        Assert.False(Directory.Exists(Path.Combine(_root, "v1", "Backup-1700000000")), "an empty directory of the older layout goes too");
        Assert.All([old, oldDelta, covered], gone => Assert.False(File.Exists(Path.Combine(_root, gone))));
        Assert.Contains("etcdbr_snapshot_gc_total{kind=\"Full\",succeeded=\"true\"} 1", _page.Render(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parts_of_an_upload_that_never_ended_go_once_no_upload_can_still_be_at_work()
    {
        var newest = await Put(Full(30, -1));
        var interrupted = Full(20, -5).Path;
        await Put($"{interrupted}/00001", TimeSpan.FromHours(-2));
        await Put($"{interrupted}/00002", TimeSpan.FromHours(-2));
        // Segments of an object that is whole, and of an upload that may be at work.
        await Put($"{newest}/00001", TimeSpan.FromHours(-2));
        await Put($"{Full(40, 0).Path}/00001", TimeSpan.FromMinutes(-2));

        Assert.Equal(2, await Collect(new Parts(new LocalStore(_root, TimeProvider.System), _root)));

        Assert.False(Directory.Exists(Path.Combine(_root, interrupted)));
        Assert.True(File.Exists(Path.Combine(_root, ".parts", newest, "00001")));
    }

    [Fact]
    public async Task A_snapshot_that_a_retention_holds_or_that_fails_to_go_does_not_keep_the_others()
    {
        var held = await Put(Full(10, -30));
        var stuck = await Put(Full(20, -20));
        var gone = await Put(Full(30, -10));
        var newest = await Put(Full(40, -1));

        Assert.Equal(1, await Collect(new Refusing(new LocalStore(_root, TimeProvider.System), name =>
            name == held ? StoreError.Immutable : name == stuck ? StoreError.Unavailable : null)));

        Assert.Equal([held, stuck, newest], await Names());
        Assert.False(File.Exists(Path.Combine(_root, gone)));
        Assert.Contains("etcdbr_snapshot_gc_total{kind=\"Full\",succeeded=\"false\"} 1", _page.Render(), StringComparison.Ordinal);
    }

    Task<int> Collect(IObjectStore store) => new GarbageCollector(store,
        new() { Policy = RetentionPolicy.LimitBased, MostFull = 1, DeltaRetention = TimeSpan.Zero, Period = TimeSpan.FromMinutes(1) },
        new BackupMetrics(_page, () => null, () => false), Logger.None, TimeProvider.System).Collect(default);

    async Task<List<string>> Names() => [.. (await SnapshotList.Read(new LocalStore(_root, TimeProvider.System), default)).All.Select(s => s.Path)];

    async Task<string> Put(Snapshot snapshot)
    {
        await using var store = new LocalStore(_root, TimeProvider.System);
        await store.Write(snapshot.Path, new MemoryStream([1, 2, 3]), default);
        return snapshot.Path;
    }

    // A directory cannot have a file and a directory of one name, as a flat store has an object and its parts.
    async Task Put(string part, TimeSpan age)
    {
        var path = Path.Combine(_root, ".parts", part);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllBytesAsync(path, [1]);
        File.SetLastWriteTimeUtc(path, (Now + age).UtcDateTime);
    }

    static Snapshot Full(long revision, int days) => new() { Kind = SnapshotKind.Full, StartRevision = 0, LastRevision = revision, CreatedOn = Now.AddDays(days) };

    static Snapshot Delta(long from, long to, int days) => new() { Kind = SnapshotKind.Delta, StartRevision = from, LastRevision = to, CreatedOn = Now.AddDays(days) };

    /// <summary>A flat view of a directory: what lies below .parts are parts.</summary>
    sealed class Parts(LocalStore inner, string root) : IObjectStore
    {
        public string Description => inner.Description;

        public async IAsyncEnumerable<StoredObject> List(string prefix, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
        {
            await foreach (var found in inner.List(prefix, cancel)) yield return found;
            await foreach (var found in inner.List($".parts/{prefix}", cancel)) yield return found with { Name = found.Name[".parts/".Length..] };
        }

        public Task<Stream> Read(string name, CancellationToken cancel) => inner.Read(name, cancel);

        public Task<long> Write(string name, Stream content, CancellationToken cancel) => inner.Write(name, content, cancel);

        public Task Delete(string name, CancellationToken cancel) => inner.Delete(File.Exists(Path.Combine(root, name)) ? name : $".parts/{name}", cancel);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    /// <summary>Refuses to delete some objects.</summary>
    sealed class Refusing(IObjectStore inner, Func<string, StoreError?> refuse) : IObjectStore
    {
        public string Description => inner.Description;

        public IAsyncEnumerable<StoredObject> List(string prefix, CancellationToken cancel) => inner.List(prefix, cancel);

        public Task<Stream> Read(string name, CancellationToken cancel) => inner.Read(name, cancel);

        public Task<long> Write(string name, Stream content, CancellationToken cancel) => inner.Write(name, content, cancel);

        public Task Delete(string name, CancellationToken cancel) =>
            refuse(name) is { } error ? Task.FromException(new StoreException(error, $"'{name}' is refused")) : inner.Delete(name, cancel);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
