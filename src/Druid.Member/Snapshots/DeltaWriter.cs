using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using Druid.Member.Etcd.Rpc;

namespace Druid.Member.Snapshots;

/// <summary>
/// Writes a delta snapshot: a JSON array of <c>{"etcdEvent":…,"time":…}</c>, each event as Go prints etcd's message, followed
/// by the SHA-256 of the array. What was appended is in the target after <see cref="Flush"/>; memory holds one event at most
/// and a buffer.
/// </summary>
sealed class DeltaWriter : IDisposable
{
    const int FlushAt = 64 << 10;

    readonly Stream _target;
    readonly ArrayBufferWriter<byte> _buffer = new(FlushAt);
    readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <param name="target">Where to; left open.</param>
    public DeltaWriter(Stream target) => _target = target;

    /// <summary>Events so far.</summary>
    public long Events { get; private set; }

    /// <summary>Bytes so far.</summary>
    public long Bytes { get; private set; }

    /// <summary>The revision of the last event; 0 before the first one.</summary>
    public long LastRevision { get; private set; }

    /// <summary>Adds an event.</summary>
    /// <param name="change">The event.</param>
    /// <param name="time">When it was received.</param>
    /// <param name="leaseSeconds">For how long its lease was granted, where that is worth noting; not part of the reference's format, which ignores it.</param>
    public void Append(Event change, DateTimeOffset time, long? leaseSeconds = null)
    {
        var before = _buffer.WrittenCount;
        Text(Events == 0 ? "[{\"etcdEvent\":{"u8 : ",{\"etcdEvent\":{"u8);
        var first = true;
        if (change.Type != Event.Types.EventType.Put) Number("type"u8, (long)change.Type, ref first);
        if (change.Kv is { } kv) KeyValue("kv"u8, kv, ref first);
        if (change.PrevKv is { } previous) KeyValue("prev_kv"u8, previous, ref first);
        Text("},\"time\":\""u8);
        Span<byte> moment = stackalloc byte[32];
        time.UtcDateTime.TryFormat(moment, out var length, "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
        Text(moment[..length]);
        Text("\""u8);
        if (leaseSeconds is { } seconds)
        {
            first = false;
            Number("leaseSeconds"u8, seconds, ref first);
        }
        Text("}"u8);
        Events++;
        Bytes += _buffer.WrittenCount - before;
        LastRevision = change.Kv?.ModRevision ?? LastRevision;
    }

    /// <summary>Whether enough was appended that it should be flushed.</summary>
    public bool IsFull => _buffer.WrittenCount >= FlushAt;

    /// <summary>Passes what was appended on to the target.</summary>
    public async ValueTask Flush(CancellationToken cancel)
    {
        if (_buffer.WrittenCount == 0) return;
        // The hash goes forward only once it is written: a target that failed (a full disk) gets the same bytes again.
        await _target.WriteAsync(_buffer.WrittenMemory, cancel);
        _hash.AppendData(_buffer.WrittenSpan);
        _buffer.ResetWrittenCount();
    }

    /// <summary>Ends the array and appends its hash.</summary>
    /// <exception cref="InvalidOperationException">There was no event: an empty delta is no snapshot.</exception>
    public async ValueTask Complete(CancellationToken cancel)
    {
        if (Events == 0) throw new InvalidOperationException("a delta without events");
        Text("]"u8);
        Bytes += 1 + HashedStream.HashSize;
        await Flush(cancel);
        await _target.WriteAsync(_hash.GetHashAndReset(), cancel);
    }

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();

    void KeyValue(ReadOnlySpan<byte> name, KeyValue kv, ref bool first)
    {
        Name(name, ref first);
        Text("{"u8);
        var inner = true;
        Base64("key"u8, kv.Key.Span, ref inner);
        Number("create_revision"u8, kv.CreateRevision, ref inner);
        Number("mod_revision"u8, kv.ModRevision, ref inner);
        Number("version"u8, kv.Version, ref inner);
        Base64("value"u8, kv.Value.Span, ref inner);
        Number("lease"u8, kv.Lease, ref inner);
        Text("}"u8);
    }

    // As for everything that Go prints with omitempty: nothing for zero.
    void Number(ReadOnlySpan<byte> name, long value, ref bool first)
    {
        if (value == 0) return;
        Name(name, ref first);
        Utf8Formatter.TryFormat(value, _buffer.GetSpan(20), out var length);
        _buffer.Advance(length);
    }

    void Base64(ReadOnlySpan<byte> name, ReadOnlySpan<byte> bytes, ref bool first)
    {
        if (bytes.IsEmpty) return;
        Name(name, ref first);
        Text("\""u8);
        System.Buffers.Text.Base64.EncodeToUtf8(bytes, _buffer.GetSpan(System.Buffers.Text.Base64.GetMaxEncodedToUtf8Length(bytes.Length)), out _, out var length);
        _buffer.Advance(length);
        Text("\""u8);
    }

    void Name(ReadOnlySpan<byte> name, ref bool first)
    {
        if (!first) Text(","u8);
        first = false;
        Text("\""u8);
        Text(name);
        Text("\":"u8);
    }

    void Text(ReadOnlySpan<byte> text) => _buffer.Write(text);
}
