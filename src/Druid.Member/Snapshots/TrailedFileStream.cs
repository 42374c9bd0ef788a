using System.Security.Cryptography;
using Druid.Member.Wrapper;

namespace Druid.Member.Snapshots;

/// <summary>Reads a file followed by its SHA-256, as a full snapshot has it.</summary>
sealed class TrailedFileStream(string path) : ReadOnlyStream
{
    readonly FileStream _file = new(Native.OpenUnlocked(path), FileAccess.Read, 1);
    readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    byte[]? _trailer;
    int _trailerAt;

    /// <summary>Bytes of the file that were read.</summary>
    public long Count { get; private set; }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer) => Passed(buffer, _trailer is null && !buffer.IsEmpty ? _file.Read(buffer) : 0);

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var got = _trailer is null && !buffer.IsEmpty ? await _file.ReadAsync(buffer, cancellationToken) : 0;
        return Passed(buffer.Span, got);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file.Dispose();
            _hash.Dispose();
        }
        base.Dispose(disposing);
    }

    int Passed(Span<byte> buffer, int got)
    {
        if (got > 0)
        {
            _hash.AppendData(buffer[..got]);
            Count += got;
            return got;
        }
        if (buffer.IsEmpty) return 0;
        _trailer ??= _hash.GetHashAndReset();
        var piece = _trailer.AsSpan(_trailerAt, Math.Min(buffer.Length, _trailer.Length - _trailerAt));
        piece.CopyTo(buffer);
        _trailerAt += piece.Length;
        return piece.Length;
    }
}
