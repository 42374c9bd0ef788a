using System.Collections.Concurrent;
using System.IO.Compression;

namespace Druid.Member.Snapshots;

/// <summary>
/// Writes gzip with as many cores as there are. The input is cut into blocks and each becomes a gzip member of its own;
/// members one after another are a gzip file like any other (RFC 1952, 2.2). Holds two blocks a core in memory, of its own:
/// what a shared pool is given back it keeps, for as long as nobody compresses anything.
/// </summary>
sealed class ParallelGzipStream : WriteOnlyStream
{
    const int BlockSize = 512 << 10;

    // Data that cannot be compressed grows by a few bytes for each 16 KB, and by head and tail.
    const int BufferSize = BlockSize + BlockSize / 1000 + 1024;

    // Most deltas are far smaller than a block, and come every few minutes.
    const int FirstSize = 32 << 10;

    readonly Stream _target;
    readonly int _most = Math.Clamp(Environment.ProcessorCount, 1, 4) + 1;
    readonly Queue<Task<(byte[] Buffer, int Length)>> _working = new();
    readonly ConcurrentBag<byte[]> _free = [];
    byte[] _block = new byte[FirstSize];
    int _filled;
    bool _any;
    bool _finished;

    /// <param name="target">Where to; left open.</param>
    public ParallelGzipStream(Stream target) => _target = target;

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            if (_filled == _block.Length) Widen();
            var piece = buffer[..Math.Min(buffer.Length, Math.Min(_block.Length, BlockSize) - _filled)];
            piece.CopyTo(_block.AsMemory(_filled));
            _filled += piece.Length;
            buffer = buffer[piece.Length..];
            if (_filled == BlockSize) await Hand(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer) => throw new NotSupportedException("written asynchronously only");

    /// <summary>Compresses what is left and writes it.</summary>
    public override async ValueTask DisposeAsync()
    {
        if (!_finished)
        {
            _finished = true;
            // An empty file is a member too.
            if (_filled > 0 || !_any) await Hand(CancellationToken.None);
            while (_working.Count > 0) await WriteFirst(CancellationToken.None);
        }
        await base.DisposeAsync();
    }

    async ValueTask Hand(CancellationToken cancel)
    {
        var (block, length) = (_block, _filled);
        (_block, _filled, _any) = ([], 0, true);
        _working.Enqueue(Task.Run(() => Compress(block, length), CancellationToken.None));
        if (_working.Count >= _most) await WriteFirst(cancel);
    }

    async ValueTask WriteFirst(CancellationToken cancel)
    {
        var (buffer, length) = await _working.Dequeue();
        try
        {
            await _target.WriteAsync(buffer.AsMemory(0, length), cancel);
        }
        finally
        {
            Keep(buffer);
        }
    }

    void Widen()
    {
        var wide = Free();
        _block.CopyTo(wide, 0);
        _block = wide;
    }

    byte[] Free() => _free.TryTake(out var free) ? free : new byte[BufferSize];

    void Keep(byte[] buffer)
    {
        if (buffer.Length == BufferSize) _free.Add(buffer);
    }

    (byte[] Buffer, int Length) Compress(byte[] block, int length)
    {
        var output = length <= FirstSize ? new byte[length + BufferSize - BlockSize] : Free();
        using var memory = new MemoryStream(output);
        using (var gzip = new GZipStream(memory, CompressionLevel.Optimal, leaveOpen: true))
            gzip.Write(block, 0, length);
        Keep(block);
        return (output, (int)memory.Position);
    }
}
