namespace Druid.Member.Snapshots;

/// <summary>
/// What both directions of LZW share: literals of 8 bits, codes of 9 to 12 bits that grow as the table fills, packed with the
/// least significant bit first; 256 clears the table, 257 ends the stream.
/// </summary>
static class Lzw
{
    public const int Clear = 256;
    public const int End = 257;
    public const int FirstWidth = 9;
    public const int WidestWidth = 12;
    public const int TableSize = 1 << WidestWidth;
}

/// <summary>Writes LZW to another stream, which is left open.</summary>
sealed class LzwCompressor(Stream target) : WriteOnlyStream
{
    const int LastCode = Lzw.TableSize - 1;
    const int None = -1;

    // Open addressing; a slot is the key (a code and the literal after it) in the upper and the code for both in the lower half.
    readonly ulong[] _slots = new ulong[4 * Lzw.TableSize];
    readonly byte[] _output = new byte[64 << 10];
    int _used;
    uint _bits;
    int _bitCount;
    int _width = Lzw.FirstWidth;
    int _highest = Lzw.End;
    int _prefix = None;
    bool _finished;

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            // A byte of input makes at most two codes, of 3 bytes.
            var piece = buffer[..Math.Min(buffer.Length, (_output.Length - _used - 16) / 4)];
            Compress(piece);
            buffer = buffer[piece.Length..];
            if (_used > _output.Length / 2) Drain();
        }
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            var piece = buffer[..Math.Min(buffer.Length, (_output.Length - _used - 16) / 4)];
            Compress(piece.Span);
            buffer = buffer[piece.Length..];
            if (_used <= _output.Length / 2) continue;
            await target.WriteAsync(_output.AsMemory(0, _used), cancellationToken);
            _used = 0;
        }
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (Finish()) await target.WriteAsync(_output.AsMemory(0, _used));
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && Finish()) Drain();
        base.Dispose(disposing);
    }

    void Drain()
    {
        target.Write(_output.AsSpan(0, _used));
        _used = 0;
    }

    bool Finish()
    {
        if (_finished) return false;
        _finished = true;
        if (_prefix == None)
        {
            Emit(Lzw.Clear);
        }
        else
        {
            Emit(_prefix);
            Grow();
        }
        Emit(Lzw.End);
        if (_bitCount > 0) _output[_used++] = (byte)_bits;
        return true;
    }

    void Compress(ReadOnlySpan<byte> input)
    {
        if (_prefix == None && !input.IsEmpty)
        {
            Emit(Lzw.Clear);
            _prefix = input[0];
            input = input[1..];
        }
        foreach (var literal in input)
        {
            var key = (uint)(_prefix << 8 | literal) + 1;
            var slot = Slot(key);
            if (_slots[slot] >> 32 == key)
            {
                _prefix = (int)_slots[slot];
                continue;
            }
            Emit(_prefix);
            _prefix = literal;
            if (Grow()) _slots[slot] = (ulong)key << 32 | (uint)_highest;
        }
    }

    int Slot(uint key)
    {
        var slot = (int)(key * 2654435761u >> 18);
        while (_slots[slot] != 0 && _slots[slot] >> 32 != key) slot = slot + 1 & _slots.Length - 1;
        return slot;
    }

    /// <summary>Takes the next code; false when there was none and the table has been cleared instead.</summary>
    bool Grow()
    {
        _highest++;
        if (_highest == 1 << _width) _width++;
        if (_highest != LastCode) return true;
        Emit(Lzw.Clear);
        (_width, _highest) = (Lzw.FirstWidth, Lzw.End);
        Array.Clear(_slots);
        return false;
    }

    void Emit(int code)
    {
        _bits |= (uint)code << _bitCount;
        _bitCount += _width;
        while (_bitCount >= 8)
        {
            _output[_used++] = (byte)_bits;
            _bits >>= 8;
            _bitCount -= 8;
        }
    }
}

/// <summary>Reads LZW from another stream.</summary>
sealed class LzwDecompressor(Stream source) : ReadOnlyStream
{
    const int None = -1;

    readonly byte[] _input = new byte[64 << 10];
    readonly byte[] _suffix = new byte[Lzw.TableSize];
    readonly ushort[] _prefix = new ushort[Lzw.TableSize];
    readonly byte[] _text = new byte[Lzw.TableSize + 1];
    int _inputAt, _inputEnd;
    int _textAt = Lzw.TableSize + 1;
    uint _bits;
    int _bitCount;
    int _width = Lzw.FirstWidth;
    int _highest = Lzw.End;
    int _last = None;
    bool _ended;

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        while (true)
        {
            var got = Decode(buffer);
            if (got > 0 || _ended || buffer.IsEmpty) return got;
            Filled(source.Read(_input));
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var got = Decode(buffer.Span);
            if (got > 0 || _ended || buffer.IsEmpty) return got;
            Filled(await source.ReadAsync(_input, cancellationToken));
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) source.Dispose();
        base.Dispose(disposing);
    }

    void Filled(int count)
    {
        if (count == 0) throw new InvalidDataException("the LZW stream ends before its end code");
        (_inputAt, _inputEnd) = (0, count);
    }

    /// <summary>As many bytes as fit and as the input at hand gives.</summary>
    int Decode(Span<byte> buffer)
    {
        var written = 0;
        while (true)
        {
            var ready = _text.AsSpan(_textAt);
            var piece = ready[..Math.Min(ready.Length, buffer.Length - written)];
            piece.CopyTo(buffer[written..]);
            written += piece.Length;
            _textAt += piece.Length;
            if (_ended || written == buffer.Length || !TryReadCode(out var code)) return written;
            Expand(code);
        }
    }

    bool TryReadCode(out int code)
    {
        code = 0;
        while (_bitCount < _width)
        {
            if (_inputAt == _inputEnd) return false;
            _bits |= (uint)_input[_inputAt++] << _bitCount;
            _bitCount += 8;
        }
        code = (int)(_bits & (1u << _width) - 1);
        _bits >>= _width;
        _bitCount -= _width;
        return true;
    }

    void Expand(int code)
    {
        switch (code)
        {
            case Lzw.Clear:
                (_width, _highest, _last) = (Lzw.FirstWidth, Lzw.End, None);
                return;
            case Lzw.End:
                _ended = true;
                return;
        }
        if (code > _highest || (code == _highest && _last == None)) throw new InvalidDataException($"the LZW stream has code {code} before it can");
        var rest = code;
        if (code == _highest)
        {
            // The code that is being defined right now: the last text and its own first byte.
            _text[--_textAt] = FirstByte(_last);
            rest = _last;
        }
        while (rest >= Lzw.Clear)
        {
            _text[--_textAt] = _suffix[rest];
            rest = _prefix[rest];
        }
        _text[--_textAt] = (byte)rest;
        if (_last != None) (_suffix[_highest], _prefix[_highest]) = ((byte)rest, (ushort)_last);

        _last = code;
        _highest++;
        if (_highest < 1 << _width) return;
        if (_width < Lzw.WidestWidth)
        {
            _width++;
        }
        else
        {
            _last = None;
            _highest--;
        }
    }

    byte FirstByte(int code)
    {
        while (code >= Lzw.Clear) code = _prefix[code];
        return (byte)code;
    }
}
