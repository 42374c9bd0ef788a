using System.Buffers;

namespace Druid.Kubernetes.Client;

/// <summary>Reads a whole answer into a borrowed buffer.</summary>
static class Body
{
    const int Guess = 16 * 1024;
    const int Largest = 64 * 1024 * 1024;

    public delegate T Parser<out T>(ReadOnlySpan<byte> utf8);

    /// <exception cref="IOException">The answer was cut off, or is larger than any the API gives.</exception>
    public static async Task<T> Read<T>(HttpContent content, Parser<T> parse, CancellationToken cancel)
    {
        var stream = await content.ReadAsStreamAsync(cancel);
        var announced = content.Headers.ContentLength ?? Guess;
        if (announced > Largest) throw TooLarge(announced);
        var buffer = ArrayPool<byte>.Shared.Rent((int)announced + 1);
        try
        {
            var length = 0;
            while (await stream.ReadAsync(buffer.AsMemory(length), cancel) is > 0 and var read)
            {
                length += read;
                if (length == buffer.Length) buffer = Grow(buffer, length);
            }
            return parse(buffer.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    static byte[] Grow(byte[] buffer, int length)
    {
        if (length > Largest / 2) throw TooLarge(length);
        var larger = ArrayPool<byte>.Shared.Rent(length * 2);
        buffer.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    static IOException TooLarge(long length) => new($"The answer has {length} bytes or more, above the limit of {Largest}.");
}
