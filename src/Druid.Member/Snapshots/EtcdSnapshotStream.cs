using Druid.Member.Etcd;

namespace Druid.Member.Snapshots;

/// <summary>etcd's snapshot as a stream: its database followed by the SHA-256 of it.</summary>
sealed class EtcdSnapshotStream(EtcdClient etcd, CancellationToken cancel) : ReadOnlyStream
{
    readonly IAsyncEnumerator<ReadOnlyMemory<byte>> _pieces = etcd.Snapshot(cancel).GetAsyncEnumerator(cancel);
    ReadOnlyMemory<byte> _left;

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_left.IsEmpty)
        {
            if (!await _pieces.MoveNextAsync()) return 0;
            _left = _pieces.Current;
        }
        var length = Math.Min(_left.Length, buffer.Length);
        _left[..length].CopyTo(buffer);
        _left = _left[length..];
        return length;
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer) => throw new NotSupportedException("read asynchronously only");

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await _pieces.DisposeAsync();
        await base.DisposeAsync();
    }
}
