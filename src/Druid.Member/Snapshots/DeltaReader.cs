using System.Text.Json;
using Druid.Member.Etcd.Rpc;
using Google.Protobuf;

namespace Druid.Member.Snapshots;

/// <summary>An event of a delta snapshot.</summary>
/// <param name="Change">What happened.</param>
/// <param name="Time">When it was received.</param>
/// <param name="LeaseSeconds">For how long the lease of its key was granted, where the snapshot says it.</param>
readonly record struct DeltaEvent(Event Change, DateTimeOffset Time, long? LeaseSeconds);

/// <summary>
/// Reads a delta snapshot event by event. Memory holds one event and a buffer. The hash is checked at the end, so events may
/// be used for good only once the last one was read.
/// </summary>
sealed class DeltaReader : IAsyncDisposable
{
    const int FirstBuffer = 256 << 10;

    readonly HashedStream _source;
    readonly string _name;
    byte[] _buffer = new byte[FirstBuffer];
    int _start, _end;
    bool _sourceEnded;
    bool _opened;

    /// <param name="source">The decompressed snapshot; closed with the reader.</param>
    /// <param name="name">Its name for messages.</param>
    public DeltaReader(Stream source, string name) => (_source, _name) = (new HashedStream(source, name), name);

    /// <summary>The next event; null at the end, where the hash was right.</summary>
    /// <exception cref="InvalidDataException">It is not a delta snapshot, it is damaged, or its hash is wrong.</exception>
    public async ValueTask<DeltaEvent?> Next(CancellationToken cancel)
    {
        while (true)
        {
            if (TryTake(out var next)) return next;
            if (_sourceEnded) throw Damaged("its array of events does not end");
            await Fill(cancel);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _source.DisposeAsync();

    async ValueTask Fill(CancellationToken cancel)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start.._end).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
        if (_end == _buffer.Length) Array.Resize(ref _buffer, _buffer.Length * 2);
        var got = await _source.ReadAsync(_buffer.AsMemory(_end), cancel);
        _sourceEnded = got == 0;
        _end += got;
    }

    /// <summary>The next event, or null after the last one, from what is in the buffer; false when that is not enough.</summary>
    bool TryTake(out DeltaEvent? next)
    {
        next = null;
        var at = _start;
        while (at < _end && _buffer[at] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t') at++;
        if (at == _end) return false;
        if (!_opened)
        {
            if (_buffer[at] != '[') throw Damaged("it does not begin with an array of events");
            (_opened, _start) = (true, at + 1);
            return TryTake(out next);
        }
        if (_buffer[at] == ']') return TakeEnd(at + 1);
        if (_buffer[at] == ',') at++;
        try
        {
            var reader = new Utf8JsonReader(_buffer.AsSpan(at, _end - at), isFinalBlock: false, default);
            if (!IsWhole(reader)) return false;
            next = Read(ref reader);
            _start = at + (int)reader.BytesConsumed;
            return true;
        }
        catch (Exception malformed) when (malformed is JsonException or FormatException or InvalidOperationException)
        {
            throw Damaged(malformed.Message, malformed);
        }
    }

    // Only once the source has ended too is the hash checked.
    bool TakeEnd(int after)
    {
        if (after < _end) throw Damaged("its array of events is followed by something else");
        return _sourceEnded;
    }

    static bool IsWhole(Utf8JsonReader reader) => reader.Read() && (reader.TokenType == JsonTokenType.StartObject ? reader.TrySkip() : throw new JsonException($"an event is expected, not {reader.TokenType}"));

    static DeltaEvent Read(ref Utf8JsonReader reader)
    {
        var change = new Event();
        var time = default(DateTimeOffset);
        long? leaseSeconds = null;
        reader.Read();
        while (NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("etcdEvent"u8)) change = Change(ref reader);
            else if (reader.ValueTextEquals("time"u8)) time = Time(ref reader);
            else if (reader.ValueTextEquals("leaseSeconds"u8)) leaseSeconds = Number(ref reader);
            else SkipValue(ref reader);
        }
        return new(change, time, leaseSeconds);
    }

    static Event Change(ref Utf8JsonReader reader)
    {
        var change = new Event();
        reader.Read();
        while (NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("type"u8)) change.Type = (Event.Types.EventType)Number(ref reader);
            else if (reader.ValueTextEquals("kv"u8)) change.Kv = KeyValue(ref reader);
            else if (reader.ValueTextEquals("prev_kv"u8)) change.PrevKv = KeyValue(ref reader);
            else SkipValue(ref reader);
        }
        return change;
    }

    static KeyValue KeyValue(ref Utf8JsonReader reader)
    {
        var kv = new KeyValue();
        reader.Read();
        while (NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("key"u8)) kv.Key = Bytes(ref reader);
            else if (reader.ValueTextEquals("value"u8)) kv.Value = Bytes(ref reader);
            else if (reader.ValueTextEquals("create_revision"u8)) kv.CreateRevision = Number(ref reader);
            else if (reader.ValueTextEquals("mod_revision"u8)) kv.ModRevision = Number(ref reader);
            else if (reader.ValueTextEquals("version"u8)) kv.Version = Number(ref reader);
            else if (reader.ValueTextEquals("lease"u8)) kv.Lease = Number(ref reader);
            else SkipValue(ref reader);
        }
        return kv;
    }

    static bool NextProperty(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    static long Number(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.GetInt64();
    }

    static ByteString Bytes(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.Null ? ByteString.Empty : UnsafeByteOperations.UnsafeWrap(reader.GetBytesFromBase64());
    }

    // With up to nine digits of a second, of which .NET keeps seven.
    static DateTimeOffset Time(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.GetDateTimeOffset();
    }

    static void SkipValue(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.TrySkip();
    }

    InvalidDataException Damaged(string what, Exception? cause = null) => new($"{_name} is damaged: {what}", cause);
}
