using Druid.Member.Backups;
using Druid.Member.Snapshots;
using Druid.MemberTests.Harness;
using Serilog.Core;

namespace Druid.MemberTests.Backups;

public sealed class BackupCopyTests : IAsyncLifetime, IAsyncDisposable
{
    static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds());

    readonly SampleStore _source = new(), _destination = new();

    public Task InitializeAsync() => Task.CompletedTask;

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await _destination.DisposeAsync();
    }

    [Fact]
    public async Task All_backups_arrive_as_they_are_and_a_second_copy_has_nothing_to_do()
    {
        var full = await _source.Full(10, Now.AddHours(-2));
        await _source.Delta(11, 20, Now.AddHours(-1), Compression.Lzw);

        Assert.Equal(2, await Copy(new()));

        Assert.Equal(await _source.Names(), await _destination.Names());
        Assert.Equal(await File.ReadAllBytesAsync(_source.File(full)), await File.ReadAllBytesAsync(_destination.File(full)));
        Assert.Equal(0, await Copy(new()));
    }

    [Fact]
    public async Task A_copy_that_was_cut_off_is_made_good()
    {
        var full = await _source.Full(10, Now);
        await Copy(new());
        await File.WriteAllBytesAsync(_destination.File(full), [1, 2, 3]);

        Assert.Equal(1, await Copy(new()));

        Assert.Equal(await File.ReadAllBytesAsync(_source.File(full)), await File.ReadAllBytesAsync(_destination.File(full)));
    }

    [Fact]
    public async Task Only_so_many_backups_and_only_young_ones_are_copied_each_with_its_deltas()
    {
        await _source.Full(10, Now.AddDays(-9));
        await _source.Delta(11, 20, Now.AddDays(-8));
        await _source.Full(20, Now.AddDays(-2));
        await _source.Delta(21, 25, Now.AddDays(-2).AddHours(1));
        await _source.Full(30, Now.AddDays(-1));
        await _source.Delta(31, 40, Now.AddHours(-3));

        Assert.Equal(2, await Copy(new() { Newest = 1 }));
        Assert.Equal([30L, 40], (await Listed()).Select(found => found.LastRevision));

        Assert.Equal(2, await Copy(new() { MaxAge = TimeSpan.FromDays(5) }));
        Assert.Equal([20L, 25, 30, 40], (await Listed()).Select(found => found.LastRevision));
    }

    [Fact]
    public async Task What_is_no_snapshot_stays_behind()
    {
        await _source.Full(10, Now);
        await _source.Store.Write("v2/notes.txt", new MemoryStream([1]), default);
        await _source.Store.Write("v2/Full-00000000-00000099-1/0000000001", new MemoryStream([1]), default);

        Assert.Equal(1, await Copy(new()));
    }

    [Fact]
    public async Task A_final_snapshot_becomes_an_ordinary_one()
    {
        var full = await _source.Full(10, Now, final: true);

        Assert.Equal(1, await Copy(new() { WaitsForFinal = true }));

        Assert.Equal([(full with { IsFinal = false }).Path], await _destination.Names());
        Assert.Equal(0, await Copy(new()));
    }

    [Fact]
    public async Task Without_a_final_snapshot_what_there_is_is_copied_after_a_while()
    {
        await _source.Full(10, Now);

        Assert.Equal(1, await Copy(new() { WaitsForFinal = true, WaitLimit = TimeSpan.FromMilliseconds(200) }));
    }

    [Fact]
    public async Task The_command_copies_between_stores_named_by_its_flags()
    {
        await _source.Full(10, Now);
        Directory.Move(Path.Combine(_source.Home, "bucket"), Path.Combine(_destination.Home, "old"));
        using var agent = new Agent(new Dictionary<string, string> { ["HOME"] = _destination.Home, ["SOURCE_STORAGE_CONTAINER"] = "old" },
            ["copy", "--max-backups-to-copy=5", "--max-backup-age=3", "--source-storage-provider=Local", "--source-store-prefix=p", .. SampleStore.Flags(), "--log-format=text"]);

        Assert.True(await agent.Exit() == 0, agent.Log);
        Assert.Equal([10L], (await Listed()).Select(found => found.LastRevision));
    }

    async Task<IReadOnlyList<Snapshot>> Listed() => (await SnapshotList.Read(_destination.Store, default)).All;

    Task<int> Copy(BackupCopyOptions options) => new BackupCopy(_source.Store, _destination.Store, options, TimeProvider.System, Logger.None).Run(default);
}
