using System.Security.Cryptography;
using Druid.Member.Snapshots;
using Druid.MemberTests.Harness;

namespace Druid.MemberTests.Backups;

/// <summary><c>druid-member restore --dry-run</c>: what a person wants to know before anything is restored.</summary>
public sealed class RestoreRehearsalTests : IAsyncLifetime, IAsyncDisposable
{
    static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds());

    readonly SampleStore _store = new();

    public Task InitializeAsync() => Task.CompletedTask;

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    string Data => Path.Combine(_store.Home, "new.etcd");

    [Fact]
    public async Task What_would_be_restored_is_listed_and_verified_and_nothing_is_touched()
    {
        var older = await _store.Full(5, Now.AddHours(-4));
        var full = await _store.Full(10, Now.AddHours(-3));
        var first = await _store.Delta(11, 20, Now.AddHours(-2));
        var second = await _store.Delta(21, 30, Now.AddHours(-1));
        var before = Everything();

        var (code, output) = await Rehearse();

        Assert.True(code == 0, output);
        Assert.Matches($@"full +10 .* sound +{full.Path}", output);
        Assert.Matches($@"delta +11 to 20 .* sound, 10 events +{first.Path}", output);
        Assert.Matches($@"delta +21 to 30 .* sound, 10 events +{second.Path}", output);
        Assert.DoesNotContain(older.Path, output, StringComparison.Ordinal);
        Assert.Contains($"leads to revision 30 in {Data}, as member default", output, StringComparison.Ordinal);
        Assert.Equal(before, Everything());
    }

    [Fact]
    public async Task A_revision_or_a_snapshot_can_be_asked_for_and_what_lies_behind_it_does_not_matter()
    {
        var full = await _store.Full(10, Now.AddHours(-4));
        var first = await _store.Delta(11, 20, Now.AddHours(-3));
        await _store.Delta(31, 40, Now.AddHours(-2)); // a gap before it

        foreach (var (asked, revision) in (IEnumerable<(string, int)>)[("--revision=15", 15), ($"--snapshot={first.Name}", 20), ($"--snapshot={full.Path}", 10)])
        {
            var (code, output) = await Rehearse(asked);
            Assert.True(code == 0, output);
            Assert.Contains($"leads to revision {revision} in", output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Missing_revisions_are_named_and_it_ends_with_a_failure_although_something_would_be_restored()
    {
        await _store.Full(10, Now.AddHours(-4));
        await _store.Delta(11, 20, Now.AddHours(-3));
        var unreachable = await _store.Delta(31, 40, Now.AddHours(-2));

        var (code, output) = await Rehearse();

        Assert.Equal(1, code);
        Assert.Contains("leads to revision 20 in", output, StringComparison.Ordinal);
        Assert.Contains("PROBLEM  revisions 21 to 30 are in no snapshot", output, StringComparison.Ordinal);
        Assert.DoesNotContain(unreachable.Path, output, StringComparison.Ordinal);
        Assert.Contains("PROBLEM  revision 25 is asked for", (await Rehearse("--revision=25")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_delta_is_named_with_the_revision_that_would_still_do()
    {
        await _store.Full(10, Now.AddHours(-4));
        await _store.Delta(11, 20, Now.AddHours(-3));
        var damaged = await _store.Delta(21, 30, Now.AddHours(-2));
        await _store.Delta(31, 40, Now.AddHours(-1));
        Break(damaged);

        var (code, output) = await Rehearse();

        Assert.Equal(1, code);
        Assert.Matches($@"delta +21 to 30 .* DAMAGED +{damaged.Path}", output);
        Assert.Contains("NOTHING WOULD BE RESTORED of revision 40", output, StringComparison.Ordinal);
        Assert.Contains("--revision=20 would restore what is before it", output, StringComparison.Ordinal);
        Assert.Equal(0, (await Rehearse("--revision=20")).Code);
        // Without reading them nobody knows.
        var (unread, listed) = await Rehearse("--skip-hash-check");
        Assert.Equal(0, unread);
        Assert.Contains("hashes were not verified", listed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_full_snapshot_is_passed_over_where_an_older_one_leads_to_the_same_revision_as_a_restore_does()
    {
        var older = await _store.Full(10, Now.AddHours(-4));
        await _store.Delta(11, 20, Now.AddHours(-3));
        var newer = await _store.Full(20, Now.AddHours(-2));
        Break(newer);

        var (code, output) = await Rehearse();

        Assert.True(code == 0, output);
        Assert.Matches($@"full +20 .* DAMAGED +{newer.Path}", output);
        Assert.Matches($@"full +10 .* sound +{older.Path}", output);
        Assert.Contains("leads to revision 20 in", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_restore_would_refuse_is_no_success()
    {
        Assert.Contains("has no full snapshot", (await Rehearse()).Output, StringComparison.Ordinal);
        Assert.Equal(1, (await Rehearse()).Code);

        await _store.Full(10, Now);
        Directory.CreateDirectory(Data);
        var (code, output) = await Rehearse();

        Assert.Equal(1, code);
        Assert.Contains($"PROBLEM  {Data} exists", output, StringComparison.Ordinal);
    }

    void Break(Snapshot snapshot)
    {
        var content = File.ReadAllBytes(_store.File(snapshot));
        content[content.Length / 2] ^= 1;
        File.WriteAllBytes(_store.File(snapshot), content);
    }

    List<string> Everything() =>
    [
        .. Directory.EnumerateFileSystemEntries(_store.Home, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(path => File.Exists(path) ? $"{path} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)))} {File.GetLastWriteTimeUtc(path):O}" : path),
    ];

    async Task<(int Code, string Output)> Rehearse(params string[] more)
    {
        using var agent = new Agent(new Dictionary<string, string> { ["HOME"] = _store.Home },
            ["restore", "--dry-run", $"--data-dir={Data}", $"--restoration-temp-snapshots-dir={Path.Combine(_store.Home, "work")}", .. more, .. SampleStore.Flags(), "--log-format=text"]);
        var code = await agent.Exit();
        return (code, agent.Log);
    }
}
