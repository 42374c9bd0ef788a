using System.Security.Cryptography;
using System.Text;
using Druid.Member.Snapshots;

namespace Druid.UnitTests.Member.Snapshots;

public class CompressionTests
{
    // What Go's compress/lzw writes (least significant bit first, literals of 8 bits).
    [Theory]
    [InlineData("", "AAMC")]
    [InlineData("a", "AMMEBA==")]
    [InlineData("TOBEORNOTTOBEORTOBEORNOT", "AKk8EVLkiRQnT6gIJGhwYcGDCQMC")]
    public async Task Lzw_is_written_byte_for_byte_as_ever(string text, string expected) =>
        Assert.Equal(expected, Convert.ToBase64String(await Compress(Compression.Lzw, Encoding.ASCII.GetBytes(text))));

    [Theory]
    [InlineData(0xff, "136852 b6c100a3b25d63d80476a691ef807fb6010dc0bc4dd5d59479e735fdd80ff2d3")]
    [InlineData(0x03, "29876 f1b5160e2ea995c463e06dbfda4f555f0e7c63e3523e9c9afaa7e4987bae4b26")]
    public async Task Lzw_clears_its_table_at_the_same_places_as_ever(byte mask, string expected)
    {
        var packed = await Compress(Compression.Lzw, Noise(100_000, mask));
        Assert.Equal(expected, $"{packed.Length} {Convert.ToHexStringLower(SHA256.HashData(packed))}");
    }

    [Theory, CombinatorialData]
    public async Task What_was_compressed_comes_back(Compression compression, int size, byte mask)
    {
        var bytes = Noise(size, mask);
        Assert.Equal(bytes, await Decompress(compression, await Compress(compression, bytes)));
    }

    [Fact]
    public async Task A_torn_lzw_stream_is_noticed()
    {
        var packed = await Compress(Compression.Lzw, Noise(10_000, 0xff));
        await Assert.ThrowsAsync<InvalidDataException>(() => Decompress(Compression.Lzw, packed[..^5]));
    }

    [Fact]
    public async Task A_code_before_its_time_is_noticed() =>
        await Assert.ThrowsAsync<InvalidDataException>(() => Decompress(Compression.Lzw, [0x00, 0xff, 0xff, 0xff]));

    public sealed class CombinatorialDataAttribute : Xunit.Sdk.DataAttribute
    {
        public override IEnumerable<object[]> GetData(System.Reflection.MethodInfo testMethod) =>
            from compression in Enum.GetValues<Compression>()
            from size in new[] { 0, 1, 31, 4095, 65_536, 3_000_000 }
            from mask in new byte[] { 0xff, 0x03, 0x00 }
            select new object[] { compression, size, mask };
    }

    static byte[] Noise(int size, byte mask)
    {
        var (bytes, x) = (new byte[size], 1u);
        for (var i = 0; i < size; i++)
        {
            x = x * 1664525 + 1013904223;
            bytes[i] = (byte)(x >> 24 & mask);
        }
        return bytes;
    }

    static async Task<byte[]> Compress(Compression compression, byte[] bytes)
    {
        var memory = new MemoryStream();
        await using (var compressed = compression.Compress(memory))
        {
            // Pieces of sizes that fit nothing.
            for (var at = 0; at < bytes.Length; at += 7919) await compressed.WriteAsync(bytes.AsMemory(at, Math.Min(7919, bytes.Length - at)));
        }
        return memory.ToArray();
    }

    static async Task<byte[]> Decompress(Compression compression, byte[] packed)
    {
        var memory = new MemoryStream();
        await using var source = compression.Decompress(new MemoryStream(packed));
        await source.CopyToAsync(memory, 4001);
        return memory.ToArray();
    }
}
