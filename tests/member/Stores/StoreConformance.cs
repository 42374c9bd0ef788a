using System.Security.Cryptography;
using Druid.Member.Stores;

namespace Druid.MemberTests.Stores;

/// <summary>What every store has to do, whatever its provider. Each test has a prefix of its own in one container.</summary>
public abstract class StoreConformance : IAsyncLifetime
{
    const int Mebibyte = 1 << 20;

    IObjectStore? _store;

    /// <summary>Opens the store under test at a prefix.</summary>
    private protected abstract IObjectStore Open(string prefix);

    private protected string Prefix { get; } = $"shop/{Guid.NewGuid():N}";

    private protected IObjectStore Store => _store ??= Open(Prefix);

    public virtual Task InitializeAsync() => Task.CompletedTask;

    public virtual async Task DisposeAsync()
    {
        if (_store is not null) await _store.DisposeAsync();
    }

    [Fact]
    public async Task What_is_written_is_read_and_listed_with_its_size()
    {
        var content = Bytes(1000);

        Assert.Equal(1000, await Write("v2/Full-00000000-00000009-1700000000.gz", content));

        Assert.Equal(content, await Read("v2/Full-00000000-00000009-1700000000.gz"));
        var listed = Assert.Single(await List());
        Assert.Equal(("v2/Full-00000000-00000009-1700000000.gz", 1000), (listed.Name, listed.Size));
        Assert.False(listed.Excluded);
        Assert.Null(listed.ImmutableUntil);
        Assert.InRange(listed.Modified, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(5));
    }

    [Fact]
    public async Task A_list_is_in_order_of_names_and_of_one_prefix()
    {
        string[] names = ["v2/Incr-00000011-00000012-3", "v1/Backup-1/Full-00000000-00000001-1", "v2/Full-00000000-00000010-2.gz", "v2/Full-00000000-00000010-2.gz.final", "v20/x", "a b/ü+%25#?&=~"];
        foreach (var name in names) await Write(name, Bytes(3));

        Assert.Equal(names.Order(StringComparer.Ordinal), (await List()).Select(found => found.Name));
        Assert.Equal(["v2/Full-00000000-00000010-2.gz", "v2/Full-00000000-00000010-2.gz.final", "v2/Incr-00000011-00000012-3"], (await List("v2/")).Select(found => found.Name));
        Assert.Empty(await List("v3/"));
        Assert.Equal(Bytes(3), await Read("a b/ü+%25#?&=~"));
    }

    [Fact]
    public async Task A_store_with_another_prefix_sees_nothing_of_it()
    {
        await Write("v2/mine", Bytes(1));

        await using var sibling = Open(Prefix + "2");
        await using var parent = Open("shop");

        Assert.Empty(await List("", sibling));
        Assert.Contains($"{Prefix["shop/".Length..]}/v2/mine", (await List("", parent)).Select(found => found.Name));
    }

    [Fact]
    public async Task An_object_can_be_empty()
    {
        Assert.Equal(0, await Write("v2/empty", []));

        Assert.Empty(await Read("v2/empty"));
        Assert.Equal(0, Assert.Single(await List()).Size);
    }

    [Fact]
    public async Task Writing_again_replaces_whatever_their_sizes()
    {
        foreach (var size in (int[])[10, 11 * Mebibyte, 7, 12 * Mebibyte + 1])
        {
            await Write("v2/x", Bytes(size));

            Assert.Equal(Hash(Bytes(size)), Hash(await Read("v2/x")));
            Assert.Equal(size, Assert.Single(await List()).Size);
        }
    }

    [Theory]
    [InlineData(5 * Mebibyte - 1)]
    [InlineData(5 * Mebibyte)]
    [InlineData(5 * Mebibyte + 1)]
    [InlineData(10 * Mebibyte)]
    [InlineData(31 * Mebibyte + 17)]
    public async Task An_object_of_many_parts_comes_back_whole(int size)
    {
        var content = Bytes(size);

        // Neither its length nor its position can be asked for.
        Assert.Equal(size, await Store.Write("v2/large", new OneWay(content), default));

        Assert.Equal(Hash(content), Hash(await Read("v2/large")));
        Assert.Equal(size, Assert.Single(await List()).Size);
    }

    [Fact]
    public async Task What_is_not_there_is_not_found_and_can_be_deleted()
    {
        var missing = await Assert.ThrowsAsync<StoreException>(() => Store.Read("v2/nothing", default));

        Assert.Equal(StoreError.NotFound, missing.Error);
        Assert.Contains("v2/nothing", missing.Message, StringComparison.Ordinal);
        await Store.Delete("v2/nothing", default);
    }

    [Fact]
    public async Task What_is_deleted_is_gone_and_the_rest_stays()
    {
        await Write("v2/a", Bytes(11 * Mebibyte));
        await Write("v2/a.final", Bytes(2));
        await Write("v1/Backup-1/b", Bytes(2));

        await Store.Delete("v2/a", default);
        await Store.Delete("v1/Backup-1/b", default);

        Assert.Equal(["v2/a.final"], (await List()).Select(found => found.Name));
        Assert.Equal(StoreError.NotFound, (await Assert.ThrowsAsync<StoreException>(() => Store.Read("v2/a", default))).Error);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(13 * Mebibyte)]
    public async Task An_upload_whose_source_fails_leaves_nothing(int size)
    {
        await Write("v2/other", Bytes(1));

        var failure = await Assert.ThrowsAnyAsync<IOException>(() => Store.Write("v2/broken", new OneWay(Bytes(size)) { FailsAtEnd = true }, default));

        Assert.Contains("the source broke", failure.ToString(), StringComparison.Ordinal);
        Assert.Equal(["v2/other"], (await List()).Select(found => found.Name));
    }

    [Fact]
    public async Task A_cancelled_upload_leaves_what_was_there()
    {
        await Write("v2/x", Bytes(6 * Mebibyte));
        using var stop = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            Store.Write("v2/x", new OneWay(Bytes(30 * Mebibyte)) { At = (17 * Mebibyte, stop.Cancel) }, stop.Token));

        Assert.Equal(Hash(Bytes(6 * Mebibyte)), Hash(await Read("v2/x")));
        Assert.Single(await List());
    }

    [Fact]
    public async Task Reading_can_be_cancelled_and_left_in_the_middle()
    {
        await Write("v2/x", Bytes(8 * Mebibyte));
        using var stop = new CancellationTokenSource();

        await using (var content = await Store.Read("v2/x", default))
        {
            await content.ReadExactlyAsync(new byte[1000]);
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await content.ReadExactlyAsync(new byte[1], stop.Token));
        }

        Assert.Equal(8 * Mebibyte, (await Read("v2/x")).Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/v2/x")]
    [InlineData("v2/../../x")]
    [InlineData("v2//x")]
    public async Task A_name_that_leaves_the_prefix_is_refused(string name)
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Store.Write(name, new MemoryStream([1]), default));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.Read(name, default));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.Delete(name, default));
    }

    [Fact]
    public async Task Many_writers_do_not_disturb_each_other()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Write($"v2/{i}", Bytes(i * Mebibyte))));

        Assert.Equal(8, (await List()).Count);
        for (var i = 0; i < 8; i++) Assert.Equal(Hash(Bytes(i * Mebibyte)), Hash(await Read($"v2/{i}")));
    }

    /// <summary>Bytes that are the same for the same size and different for different ones.</summary>
    private protected static byte[] Bytes(int size)
    {
        var bytes = new byte[size];
        new Random(size).NextBytes(bytes);
        return bytes;
    }

    private protected static string Hash(byte[] bytes) => Convert.ToHexString(SHA256.HashData(bytes));

    private protected Task<long> Write(string name, byte[] content) => Store.Write(name, new MemoryStream(content), default);

    private protected async Task<byte[]> Read(string name)
    {
        await using var content = await Store.Read(name, default);
        using var all = new MemoryStream();
        await content.CopyToAsync(all);
        return all.ToArray();
    }

    private protected async Task<List<StoredObject>> List(string prefix = "", IObjectStore? store = null)
    {
        var found = new List<StoredObject>();
        await foreach (var item in (store ?? Store).List(prefix, default)) found.Add(item);
        return found;
    }
}
