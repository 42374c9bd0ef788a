using System.Text;
using Druid.Member.Etcd.Rpc;
using Druid.Member.Snapshots;
using Google.Protobuf;

namespace Druid.UnitTests.Member.Snapshots;

public class DeltaFormatTests
{
    // Printed by Go's encoding/json from etcd's own structures, with crypto/sha256's hash behind it.
    const string Json = """[{"etcdEvent":{"kv":{"key":"YQ==","create_revision":2,"mod_revision":2,"version":1,"value":"AP/+Kz4="}},"time":"2026-03-01T10:00:00.1234567Z"},{"etcdEvent":{"kv":{"key":"YQ==","create_revision":2,"mod_revision":3,"version":2,"lease":7587862}},"time":"2026-03-01T10:00:01Z"},{"etcdEvent":{"type":1,"kv":{"key":"YQ==","mod_revision":4}},"time":"2026-03-01T10:00:02.1234567Z"}]""";
    const string Hash = "CjPSUix/WMYRRl+Cl2l0D25Ex09xsd3tAnJzGgYbxQA=";

    static readonly DateTimeOffset Time = new(2026, 3, 1, 10, 0, 0, TimeSpan.Zero);

    static readonly (Event Event, DateTimeOffset Time)[] Events =
    [
        (new() { Kv = new() { Key = Bytes("a"), CreateRevision = 2, ModRevision = 2, Version = 1, Value = ByteString.CopyFrom(0, 0xff, 0xfe, (byte)'+', (byte)'>') } }, Time.AddTicks(1234567)),
        (new() { Kv = new() { Key = Bytes("a"), CreateRevision = 2, ModRevision = 3, Version = 2, Lease = 7587862 } }, Time.AddSeconds(1)),
        (new() { Type = Event.Types.EventType.Delete, Kv = new() { Key = Bytes("a"), ModRevision = 4 } }, Time.AddSeconds(2).AddTicks(1234567)),
    ];

    [Fact]
    public async Task Events_are_written_byte_for_byte_as_the_reference_writes_them()
    {
        var written = await Written(Events.Select(e => (e.Event, e.Time, (long?)null)));

        Assert.Equal(Json, Encoding.UTF8.GetString(written.AsSpan(..^32)));
        Assert.Equal(Hash, Convert.ToBase64String(written.AsSpan(^32..)));
    }

    [Fact]
    public async Task What_the_reference_wrote_is_read()
    {
        var read = await Read([.. Encoding.UTF8.GetBytes(Json), .. Convert.FromBase64String(Hash)]);

        Assert.Equal(Events.Select(e => e.Event), read.Select(e => e.Change));
        Assert.Equal(Events.Select(e => e.Time), read.Select(e => e.Time));
        Assert.All(read, e => Assert.Null(e.LeaseSeconds));
    }

    [Fact]
    public async Task Times_with_nanoseconds_and_zones_fields_unknown_and_white_space_are_read()
    {
        var read = await Read(WithHash("""
            [ {"time":"2026-03-01T12:00:00.123456789+02:00","more":{"x":[1,{}]},"etcdEvent":{"kv":{"key":"YQ==","mod_revision":9,"flags":1}}} ]
            """.Trim()));

        Assert.Equal(9, Assert.Single(read).Change.Kv.ModRevision);
        Assert.Equal(Time.AddTicks(1234567), read[0].Time);
    }

    [Fact]
    public async Task The_time_of_a_lease_is_kept()
    {
        var written = await Written([(Events[1].Event, Time, 90)]);

        Assert.EndsWith("""
            "time":"2026-03-01T10:00:00Z","leaseSeconds":90}]
            """, Encoding.UTF8.GetString(written.AsSpan(..^32)), StringComparison.Ordinal);
        Assert.Equal(90, Assert.Single(await Read(written)).LeaseSeconds);
    }

    [Fact]
    public async Task Large_values_pass_through_small_memory()
    {
        var value = ByteString.CopyFrom(new byte[3 << 20]);
        var large = new Event { Kv = new() { Key = Bytes("large"), ModRevision = 1, Version = 1, CreateRevision = 1, Value = value } };

        Assert.Equal(value, (await Read(await Written([(large, Time, null), (Events[0].Event, Time, null)])))[0].Change.Kv.Value);
    }

    [Theory]
    [InlineData("""[{"etcdEvent":{"kv":{"key":"YQ==","mod_revision":2}},"time":"2026-03-01T10:00:00Z"}""", "does not end")]
    [InlineData("""{"etcdEvent":{}}""", "does not begin with an array")]
    [InlineData("""[{"etcdEvent":{"kv":{"key":"?"}}}]""", "is damaged")]
    [InlineData("""[7]""", "an event is expected")]
    public async Task Something_else_is_refused_and_named(string text, string because)
    {
        var refused = await Assert.ThrowsAsync<InvalidDataException>(() => Read(WithHash(text)));
        Assert.Contains("Incr-1", refused.Message, StringComparison.Ordinal);
        Assert.Contains(because, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_changed_byte_is_noticed()
    {
        byte[] sound = [.. Encoding.UTF8.GetBytes(Json), .. Convert.FromBase64String(Hash)];
        for (var at = 0; at < sound.Length; at++)
        {
            var damaged = sound.ToArray();
            damaged[at] ^= 1;
            await Assert.ThrowsAsync<InvalidDataException>(() => Read(damaged));
        }
        for (var length = 0; length < sound.Length; length += 7) await Assert.ThrowsAsync<InvalidDataException>(() => Read(sound[..length]));
    }

    static async Task<byte[]> Written(IEnumerable<(Event, DateTimeOffset, long?)> events)
    {
        var memory = new MemoryStream();
        using var writer = new DeltaWriter(memory);
        foreach (var (change, time, lease) in events)
        {
            writer.Append(change, time, lease);
            if (writer.IsFull) await writer.Flush(default);
        }
        await writer.Complete(default);
        Assert.Equal(memory.Length, writer.Bytes);
        return memory.ToArray();
    }

    static async Task<List<DeltaEvent>> Read(byte[] bytes)
    {
        await using var reader = new DeltaReader(new MemoryStream(bytes), "Incr-1");
        var read = new List<DeltaEvent>();
        while (await reader.Next(default) is { } next) read.Add(next);
        return read;
    }

    static byte[] WithHash(string text) => [.. Encoding.UTF8.GetBytes(text), .. System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(text))];

    static ByteString Bytes(string text) => ByteString.CopyFromUtf8(text);
}
