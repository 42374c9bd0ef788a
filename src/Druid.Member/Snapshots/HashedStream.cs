using System.Security.Cryptography;

namespace Druid.Member.Snapshots;

/// <summary>
/// Reads something that is followed by its own SHA-256, as full and delta snapshots are, and checks it on the way: what was
/// read may be used once the end was reached, because the end is where a wrong hash is reported.
/// </summary>
sealed class HashedStream : ReadOnlyStream
{
    /// <summary>Bytes of the hash.</summary>
    public const int HashSize = SHA256.HashSizeInBytes;

    readonly Stream _source;
    readonly string _name;
    readonly bool _withHash;
    readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    // The last bytes that were read, which may turn out to be the hash.
    readonly byte[] _held = new byte[HashSize];
    int _heldCount;
    bool _ended;
    int _hashAt;

    /// <param name="source">What to read; closed at the end.</param>
    /// <param name="name">Its name for messages.</param>
    /// <param name="withHash">Whether the hash itself is to be read too.</param>
    public HashedStream(Stream source, string name, bool withHash = false) => (_source, _name, _withHash) = (source, name, withHash);

    /// <summary>Bytes that were read, without the hash.</summary>
    public long Count { get; private set; }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty) return 0;
        while (!_ended)
        {
            var got = _source.Read(buffer);
            if (got == 0) End();
            else if (Shift(buffer, got) is > 0 and var ready) return ready;
        }
        return Hash(buffer);
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty) return 0;
        while (!_ended)
        {
            var got = await _source.ReadAsync(buffer, cancellationToken);
            if (got == 0) End();
            else if (Shift(buffer.Span, got) is > 0 and var ready) return ready;
        }
        return Hash(buffer.Span);
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        _hash.Dispose();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _source.Dispose();
            _hash.Dispose();
        }
        base.Dispose(disposing);
    }

    /// <summary>Puts what was held back before what was just read, and holds back as much from its end.</summary>
    int Shift(Span<byte> buffer, int got)
    {
        Span<byte> all = stackalloc byte[HashSize + HashSize];
        if (got <= HashSize)
        {
            _held.AsSpan(0, _heldCount).CopyTo(all);
            buffer[..got].CopyTo(all[_heldCount..]);
            var count = _heldCount + got;
            var free = Math.Max(0, count - HashSize);
            all[..free].CopyTo(buffer);
            all[free..count].CopyTo(_held);
            _heldCount = count - free;
            return Passed(buffer[..free]);
        }
        buffer[(got - HashSize)..got].CopyTo(all);
        var ready = got - HashSize;
        // What is read is at least as long as the room for it was, less what is held back more than before.
        buffer[..ready].CopyTo(buffer[_heldCount..]);
        _held.AsSpan(0, _heldCount).CopyTo(buffer);
        ready += _heldCount;
        all[..HashSize].CopyTo(_held);
        _heldCount = HashSize;
        return Passed(buffer[..ready]);
    }

    int Passed(ReadOnlySpan<byte> bytes)
    {
        _hash.AppendData(bytes);
        Count += bytes.Length;
        return bytes.Length;
    }

    void End()
    {
        _ended = true;
        if (_heldCount < HashSize)
            throw new InvalidDataException($"{_name} is damaged: it ends after {_heldCount} bytes, and a SHA-256 alone has {HashSize}");
        if (!_hash.GetHashAndReset().AsSpan().SequenceEqual(_held))
            throw new InvalidDataException($"{_name} is damaged: the SHA-256 at its end is not that of its {Count} bytes");
    }

    int Hash(Span<byte> buffer)
    {
        if (!_withHash) return 0;
        var piece = _held.AsSpan(_hashAt, Math.Min(buffer.Length, HashSize - _hashAt));
        piece.CopyTo(buffer);
        _hashAt += piece.Length;
        return piece.Length;
    }
}
