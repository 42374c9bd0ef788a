using System.Xml.Linq;
using Druid.Member.Backups;
using Druid.Member.Snapshots;
using Druid.MemberTests.Harness;

namespace Druid.MemberTests.Backups;

public sealed class InspectionTests : IAsyncLifetime, IAsyncDisposable
{
    static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds());

    readonly SampleStore _store = new();

    public Task InitializeAsync() => Task.CompletedTask;

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Theory]
    [InlineData(Compression.None)]
    [InlineData(Compression.Gzip)]
    [InlineData(Compression.Lzw)]
    [InlineData(Compression.Zlib)]
    public async Task Sound_snapshots_are_found_sound(Compression compression)
    {
        var full = await _store.Full(10, Now, compression, bytes: 300_000);
        var delta = await _store.Delta(11, 30, Now, compression);

        Assert.Equal((null, 300_000L), await Verify(full));
        Assert.Equal(20, (await SnapshotVerification.Verify(_store.Store, delta, default)).Events);
    }

    [Theory]
    [InlineData(Compression.None)]
    [InlineData(Compression.Gzip)]
    public async Task A_flipped_bit_and_a_missing_end_are_found(Compression compression)
    {
        var full = await _store.Full(10, Now, compression, bytes: 300_000);
        var whole = await File.ReadAllBytesAsync(_store.File(full));

        var flipped = (byte[])whole.Clone();
        flipped[whole.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(_store.File(full), flipped);
        Assert.NotNull((await Verify(full)).Damage);

        await File.WriteAllBytesAsync(_store.File(full), whole[..^40]);
        Assert.NotNull((await Verify(full)).Damage);
    }

    [Fact]
    public async Task A_delta_that_does_not_hold_what_its_name_says_is_found()
    {
        var delta = await _store.Delta(11, 30, Now);
        var other = delta with { LastRevision = 40 };
        File.Move(_store.File(delta), _store.File(other));

        Assert.Contains("ends with revision 30", (await SnapshotVerification.Verify(_store.Store, other, default)).Damage!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gaps_are_revisions_to_which_nothing_leads()
    {
        await _store.Full(10, Now.AddHours(-9));
        await _store.Delta(11, 20, Now.AddHours(-8));
        await _store.Delta(31, 40, Now.AddHours(-7));
        await _store.Full(60, Now.AddHours(-6));
        await _store.Delta(61, 70, Now.AddHours(-5));

        var list = await SnapshotList.Read(_store.Store, default);

        Assert.Equal([(21L, 30L)], SnapshotGaps.Of(list));
        var lines = SnapshotTable.Lines(list, Now).ToList();
        Assert.Contains(lines, line => line.StartsWith("GAP: revisions 21 to 30", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("restorable to revision 70", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Inspect_prints_a_table_and_draws_a_picture()
    {
        await _store.Full(10, Now.AddHours(-3), final: true);
        await _store.Delta(11, 20, Now.AddHours(-2));
        await _store.Delta(31, 40, Now.AddHours(-1));
        var picture = Path.Combine(_store.Home, "timeline.svg");

        var (code, output) = await Run(["inspect", $"--svg={picture}"]);

        Assert.Equal(1, code); // there is a gap
        Assert.Contains("GAP: revisions 21 to 30", output, StringComparison.Ordinal);
        Assert.Contains(".final", output, StringComparison.Ordinal);
        var svg = XDocument.Load(picture);
        Assert.Equal(3, svg.Descendants().Count(element => element.Name.LocalName == "title" && element.Value.Contains("v2/", StringComparison.Ordinal)));
        Assert.Single(svg.Descendants(), element => element.Name.LocalName == "title" && element.Value.Contains("21 to 30", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Verify_exits_with_a_failure_when_a_snapshot_is_damaged_and_names_it()
    {
        await _store.Full(10, Now);
        var delta = await _store.Delta(11, 20, Now);
        Assert.Equal(0, (await Run(["snapshot", "verify"])).Code);

        await File.WriteAllBytesAsync(_store.File(delta), [1, 2, 3]);

        var (code, output) = await Run(["snapshot", "verify"]);
        Assert.Equal(1, code);
        Assert.Contains($"DAMAGED  {delta.Path}", output, StringComparison.Ordinal);
        Assert.Contains("1 of 2 snapshots are sound", output, StringComparison.Ordinal);
        Assert.Equal(2, (await Run(["snapshot", "verify", "Full-no-such"])).Code);
    }

    async Task<(string? Damage, long Bytes)> Verify(Snapshot snapshot)
    {
        var verified = await SnapshotVerification.Verify(_store.Store, snapshot, default);
        return (verified.Damage, verified.Bytes);
    }

    async Task<(int Code, string Output)> Run(string[] arguments)
    {
        using var agent = new Agent(new Dictionary<string, string> { ["HOME"] = _store.Home }, [.. arguments, .. SampleStore.Flags(), "--log-format=text"]);
        var code = await agent.Exit();
        return (code, agent.Log);
    }
}
