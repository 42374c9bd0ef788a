namespace Druid.MemberTests.Stores;

/// <summary>A source as a pipe is one: bytes in uneven pieces, without a length, once.</summary>
sealed class OneWay(byte[] content) : Stream
{
    int _position;

    /// <summary>Breaks instead of ending.</summary>
    public bool FailsAtEnd { get; init; }

    /// <summary>Something to do once so many bytes were read.</summary>
    public (int Position, Action Do)? At { get; set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        if (_position == content.Length && FailsAtEnd) throw new IOException("the source broke");
        var count = Math.Min(Math.Min(buffer.Length, content.Length - _position), 77_777);
        content.AsSpan(_position, count).CopyTo(buffer);
        _position += count;
        if (At is { } at && _position >= at.Position)
        {
            At = null;
            at.Do();
        }
        return count;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<int>(cancellationToken) : new(Task.Run(() => Read(buffer.Span), cancellationToken));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
