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
    const int HeaderSize = 5;

    public static readonly MediaTypeHeaderValue ContentType = new("application/grpc");

    public static byte[] Frame(IMessage message)
    {
        var size = message.CalculateSize();
        var frame = new byte[HeaderSize + size];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), size);
        message.WriteTo(frame.AsSpan(HeaderSize));
        return frame;
    }

    /// <summary>The next message, or the default at the end of the stream.</summary>
    /// <exception cref="InvalidDataException">The stream is not gRPC, is compressed, or ends inside a message.</exception>
    public static async Task<T?> Read<T>(Stream stream, MessageParser<T> parser, CancellationToken cancel) where T : class, IMessage<T>
    {
        var header = new byte[HeaderSize];
        var got = await stream.ReadAtLeastAsync(header, HeaderSize, throwOnEndOfStream: false, cancel);
        if (got == 0)
            return null;
        if (got < HeaderSize)
            throw new InvalidDataException("the answer ends inside a gRPC frame");
        if (header[0] != 0)
            throw new InvalidDataException("the answer is compressed though compression was not offered");
        var size = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(1));
        if (size > Array.MaxLength)
            throw new InvalidDataException($"a gRPC frame claims {size} bytes");

        var body = ArrayPool<byte>.Shared.Rent((int)size);
        try
        {
            await stream.ReadExactlyAsync(body.AsMemory(0, (int)size), cancel);
            return parser.ParseFrom(body, 0, (int)size);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(body);
        }
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
