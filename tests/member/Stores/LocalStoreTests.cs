using System.Diagnostics;
using Druid.Member.Stores;

namespace Druid.MemberTests.Stores;

/// <summary>A directory.</summary>
public sealed class LocalStoreTests : StoreConformance
{
    readonly string _home = Directory.CreateTempSubdirectory("druid-store-").FullName;

    string Root => Path.Combine(_home, "bucket", Prefix);

    private protected override IObjectStore Open(string prefix) => Open(prefix, _home);

    static IObjectStore Open(string prefix, string home) =>
        new StoreFactory(name => name == "HOME" ? home : null, TimeProvider.System).Open(new() { Provider = StoreProvider.Local, Container = "bucket", Prefix = prefix });

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }

    [Fact]
    public async Task A_backup_that_was_taken_by_others_is_read_where_it_lies()
    {
        Directory.CreateDirectory(Path.Combine(Root, "v2"));
        await File.WriteAllBytesAsync(Path.Combine(Root, "v2", "Full-00000000-00000001-1700000000"), [1, 2, 3]);

        Assert.Equal("v2/Full-00000000-00000001-1700000000", Assert.Single(await List()).Name);
        Assert.Equal([1, 2, 3], await Read("v2/Full-00000000-00000001-1700000000"));
    }

    [Fact]
    public async Task An_empty_backup_directory_of_the_old_layout_goes_with_its_last_snapshot()
    {
        await Write("v1/Backup-1/a", [1]);
        await Write("v1/Backup-1/b", [1]);

        await Store.Delete("v1/Backup-1/a", default);
        Assert.True(Directory.Exists(Path.Combine(Root, "v1", "Backup-1")));

        await Store.Delete("v1/Backup-1/b", default);
        Assert.False(Directory.Exists(Path.Combine(Root, "v1", "Backup-1")));
        Assert.True(Directory.Exists(Path.Combine(Root, "v1")));
    }

    [Fact]
    public async Task An_upload_that_a_killed_agent_left_is_never_listed_and_goes_after_a_while()
    {
        await Write("v2/x", [1]);
        var fresh = Path.Combine(Root, ".upload-fresh");
        var old = Path.Combine(Root, ".upload-old");
        await File.WriteAllBytesAsync(fresh, [1]);
        await File.WriteAllBytesAsync(old, [1]);
        File.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddHours(-2));

        Assert.Equal(["v2/x"], (await List()).Select(found => found.Name));
        await Write("v2/y", [1]);

        Assert.True(File.Exists(fresh));
        Assert.False(File.Exists(old));
    }

    [Fact]
    public async Task Backups_are_for_their_owner_alone()
    {
        await Write("v2/x", [1]);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(Root, "v2", "x")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Combine(Root, "v2")));
    }

    [Fact]
    public async Task A_full_disk_is_called_that_and_leaves_nothing()
    {
        var mount = Directory.CreateTempSubdirectory("druid-full-").FullName;
        await Run("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", mount);
        try
        {
            await using var store = Open("p", mount);
            await store.Write("v2/small", new MemoryStream(Bytes(1 << 20)), default);

            var full = await Assert.ThrowsAsync<StoreException>(() => store.Write("v2/large", new MemoryStream(Bytes(20 << 20)), default));

            Assert.Equal(StoreError.Full, full.Error);
            Assert.Contains("v2/large", full.Message, StringComparison.Ordinal);
            Assert.Contains("MiB are free", full.Message, StringComparison.Ordinal);
            Assert.Equal(["v2/small"], (await List("", store)).Select(found => found.Name));
            Assert.Empty(Directory.EnumerateFiles(Path.Combine(mount, "bucket", "p"), ".upload-*"));
        }
        finally
        {
            await Run("umount", mount);
            Directory.Delete(mount);
        }
    }

    [Fact]
    public async Task A_root_that_is_a_file_is_an_error_of_the_store()
    {
        var root = Path.Combine(_home, "bucket", "file");
        Directory.CreateDirectory(Path.GetDirectoryName(root)!);
        await File.WriteAllTextAsync(root, "");
        await using var store = Open("file", _home);

        var refused = await Assert.ThrowsAsync<StoreException>(() => store.Write("v2/x", new MemoryStream([1]), default));

        Assert.Contains("v2/x", refused.Message, StringComparison.Ordinal);
        Assert.Contains(root, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_home_directory_there_is_no_local_store() =>
        Assert.Contains("HOME", Assert.Throws<FormatException>(() => new StoreFactory(_ => null, TimeProvider.System).Open(new() { Provider = StoreProvider.Local, Container = "b" })).Message, StringComparison.Ordinal);

    static async Task Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {error}");
    }
}
