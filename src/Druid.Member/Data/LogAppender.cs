using System.Buffers.Binary;
using Druid.Member.Etcd.Rpc;
using Google.Protobuf;

namespace Druid.Member.Data;

/// <summary>
/// Appends requests to the write-ahead log of an etcd that does not run. When it starts next, it applies them in their order.
/// </summary>
sealed class LogAppender : IDisposable
{
    readonly FileStream _file;
    readonly string _path;
    readonly ulong _term;
    readonly ulong _vote;
    byte[] _frame = new byte[64 << 10];
    uint _checksum;

    /// <exception cref="IOException">The log cannot be written.</exception>
    public LogAppender(LogEnd end)
    {
        _path = end.File;
        _file = new FileStream(end.File, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1 << 20);
        // What was torn was never acknowledged, and would hide what comes after it.
        if (end.IsTorn) _file.SetLength(end.Offset);
        _file.Position = end.Offset;
        (_checksum, Index, _term, _vote) = (end.Checksum ?? 0, end.Index, end.Term, end.Vote);
    }

    /// <summary>The index of the last entry.</summary>
    public ulong Index { get; private set; }

    /// <summary>Bytes appended.</summary>
    public long Bytes { get; private set; }

    /// <summary>Appends a request as root would make it.</summary>
    public void Append(RaftRequest request)
    {
        Index++;
        request.Header = new() { ID = Index, Username = "root", AuthRevision = ulong.MaxValue };
        Write(WriteAheadLog.EntryType, new RaftEntry { Term = _term, Index = Index, Data = UnsafeByteOperations.UnsafeWrap(request.ToByteArray()) });
    }

    /// <summary>Marks everything that was appended as agreed on, and makes it durable.</summary>
    /// <returns>Where the log ends now.</returns>
    public LogEnd Commit()
    {
        Write(WriteAheadLog.StateType, new HardState { Term = _term, Vote = _vote, Commit = Index });
        _file.Flush(flushToDisk: true);
        return new(_path, _file.Position, _checksum, Index, _term, _vote);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    void Write(long type, IMessage message)
    {
        var data = message.ToByteArray();
        _checksum = Crc32C.Update(_checksum, data);
        var record = new WalRecord { Type = type, Crc = _checksum, Data = UnsafeByteOperations.UnsafeWrap(data) };
        var length = record.CalculateSize();
        var padding = (8 - length % 8) % 8;
        var size = 8 + length + padding;
        if (_frame.Length < size) _frame = new byte[size * 2];
        var frame = _frame.AsSpan(0, size);
        frame.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(frame, (uint)length | (padding == 0 ? 0ul : (0x80ul | (uint)padding) << 56));
        record.WriteTo(frame.Slice(8, length));
        _file.Write(frame);
        Bytes += size;
    }
}
