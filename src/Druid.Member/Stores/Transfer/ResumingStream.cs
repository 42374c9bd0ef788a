namespace Druid.Member.Stores.Transfer;

/// <summary>
/// An object being read from a provider. A connection that breaks, stalls or ends early is opened again where it broke, so
/// that its reader sees all bytes or an exception, never fewer bytes.
/// </summary>
/// <param name="name">The object, for messages.</param>
/// <param name="length">Its bytes.</param>
/// <param name="first">The content from its beginning.</param>
/// <param name="reopen">Opens it at an offset.</param>
/// <param name="retry">How to pause in between.</param>
/// <param name="time">The clock of stalls.</param>
sealed class ResumingStream(string name, long length, Stream first, Func<long, CancellationToken, Task<Stream>> reopen, Retry retry, TimeProvider time) : Stream
{
    static readonly TimeSpan Stall = TimeSpan.FromSeconds(60);

    Stream? _inner = first;
    long _position;
    int _failures;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => length;

    /// <inheritdoc/>
    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Length == 0 || _position == length) return 0;
        while (true)
        {
            Exception? failure;
            try
            {
                _inner ??= await reopen(_position, cancellationToken);
                var count = await ReadOnce(_inner, buffer, cancellationToken);
                if (count > 0)
                {
                    _failures = 0;
                    _position += count;
                    return _position <= length ? count : throw new StoreException(StoreError.Other, $"'{name}' is longer than the {length} bytes that its provider announced");
                }
                failure = null;
            }
            catch (Exception broken) when (broken is HttpRequestException or IOException and not StoreException { Error: not StoreError.Unavailable })
            {
                failure = broken;
            }
            catch (OperationCanceledException stalled) when (!cancellationToken.IsCancellationRequested)
            {
                failure = stalled;
            }
            if (++_failures >= Retry.Attempts)
                throw new StoreException(StoreError.Unavailable, $"reading '{name}' broke off at byte {_position} of {length} {_failures} times in a row{(failure is null ? "" : $": {failure.Message}")}", failure);
            if (_inner is not null) await _inner.DisposeAsync();
            _inner = null;
            await retry.Pause(_failures, (failure as StoreException)?.RetryAfter, cancellationToken);
        }
    }

    async ValueTask<int> ReadOnce(Stream inner, Memory<byte> buffer, CancellationToken cancel)
    {
        using var clock = new CancellationTokenSource(Stall, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(clock.Token, cancel);
        return await inner.ReadAsync(buffer, either.Token);
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Not supported: what comes from a network is awaited.</summary>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("an object of a store is read asynchronously");

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _inner?.Dispose();
        _inner = null;
        base.Dispose(disposing);
    }
}
