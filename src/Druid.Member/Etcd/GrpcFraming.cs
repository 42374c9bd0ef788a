using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Threading.Channels;
using Google.Protobuf;

namespace Druid.Member.Etcd;

/// <summary>gRPC's message frames: one byte (0: not compressed), a big-endian length of four bytes, the message.</summary>
static class GrpcFraming
{
    public const int HeaderSize = 5;

    public static readonly MediaTypeHeaderValue ContentType = new("application/grpc");

    public static byte[] Frame(IMessage message)
    {
        var size = message.CalculateSize();
        var frame = new byte[HeaderSize + size];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), size);
        message.WriteTo(frame.AsSpan(HeaderSize));
        return frame;
    }
}

/// <summary>Reads the frames of an answer, one after the other into the same memory as long as they are small.</summary>
sealed class GrpcFrameReader(Stream stream) : IDisposable
{
    // A watch tells of a burst in messages of several megabytes and then waits for hours: neither it nor the pool keeps these.
    // A size that the pool has, so that no array of it is longer.
    const int Kept = 256 << 10;

    readonly byte[] _header = new byte[GrpcFraming.HeaderSize];
    byte[] _body = [];
    int _size;

    /// <summary>The message that was read last; there until the next is asked for.</summary>
    public ReadOnlyMemory<byte> Current => _body.AsMemory(0, _size);

    /// <summary>Reads the next message; false at the end of the stream.</summary>
    /// <exception cref="InvalidDataException">The stream is not gRPC, is compressed, or ends inside a message.</exception>
    public async Task<bool> Next(CancellationToken cancel)
    {
        if (_body.Length > Kept) Dispose();
        var got = await stream.ReadAtLeastAsync(_header, _header.Length, throwOnEndOfStream: false, cancel);
        if (got == 0)
            return false;
        if (got < _header.Length)
            throw new InvalidDataException("the answer ends inside a gRPC frame");
        if (_header[0] != 0)
            throw new InvalidDataException("the answer is compressed though compression was not offered");
        var size = BinaryPrimitives.ReadUInt32BigEndian(_header.AsSpan(1));
        if (size > Array.MaxLength)
            throw new InvalidDataException($"a gRPC frame claims {size} bytes");
        if (_body.Length < size)
        {
            Dispose();
            _body = size <= Kept ? ArrayPool<byte>.Shared.Rent((int)size) : GC.AllocateUninitializedArray<byte>((int)size);
        }
        _size = (int)size;
        await stream.ReadExactlyAsync(_body.AsMemory(0, _size), cancel);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_body.Length is > 0 and <= Kept)
            ArrayPool<byte>.Shared.Return(_body);
        (_body, _size) = ([], 0);
    }
}

/// <summary>The body of a call with one request.</summary>
sealed class GrpcUnaryContent : ByteArrayContent
{
    public GrpcUnaryContent(IMessage message) : base(GrpcFraming.Frame(message)) => Headers.ContentType = GrpcFraming.ContentType;
}

/// <summary>The body of a call whose requests come one by one: each is sent as soon as it is in the channel.</summary>
sealed class GrpcStreamContent<T> : HttpContent where T : IMessage<T>
{
    readonly ChannelReader<T> _messages;

    public GrpcStreamContent(ChannelReader<T> messages)
    {
        _messages = messages;
        Headers.ContentType = GrpcFraming.ContentType;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await foreach (var message in _messages.ReadAllAsync(cancellationToken))
        {
            await stream.WriteAsync(GrpcFraming.Frame(message), cancellationToken);
            await stream.FlushAsync(cancellationToken);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
