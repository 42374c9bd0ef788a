using System.IO.Compression;
using Druid.Member.Snapshots;

namespace Druid.UnitTests.Member.Snapshots;

public sealed class ParallelGzipTests
{
    const int First = 32 << 10, Block = 512 << 10;

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(First, First)]
    [InlineData(First + 1, 1000)]
    [InlineData(Block - 1, Block)]
    [InlineData(Block, 7919)]
    [InlineData(Block + 1, Block + 1)]
    [InlineData(4 * Block + 1, 100_000)]
    public async Task What_is_written_in_pieces_of_any_size_is_read_by_any_gzip(int size, int piece)
    {
        // Cannot be compressed, so that it grows.
        var content = new byte[size];
        new Random(size).NextBytes(content);
        using var file = new MemoryStream();

        await using (var gzip = new ParallelGzipStream(file))
        {
            for (var at = 0; at < size; at += piece) await gzip.WriteAsync(content.AsMemory(at, Math.Min(piece, size - at)));
        }

        file.Position = 0;
        using var read = new MemoryStream();
        await using (var stock = new GZipStream(file, CompressionMode.Decompress)) await stock.CopyToAsync(read);
        Assert.Equal(content, read.ToArray());
    }

    [Fact]
    public async Task A_small_delta_is_not_held_in_a_whole_block()
    {
        var content = new byte[1000];
        var before = GC.GetAllocatedBytesForCurrentThread();
        await using var gzip = new ParallelGzipStream(Stream.Null);
        // Less than a block has to wait for nothing, so this is the same thread.
        await gzip.WriteAsync(content);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, Block / 4);
    }
}
