using System.Buffers;
using System.Security.Cryptography;

namespace Druid.Operator.Components;

/// <summary>Takes text of any length and keeps nothing of it but its SHA-256.</summary>
sealed class HashingWriter : IBufferWriter<byte>, IDisposable
{
    const int Least = 256;

    readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    byte[] buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
    int written;

    public void Advance(int count) => written += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        var needed = Math.Max(sizeHint, Least);
        if (buffer.Length - written < needed)
        {
            Flush();
            if (buffer.Length < needed)
            {
                ArrayPool<byte>.Shared.Return(buffer);
                buffer = ArrayPool<byte>.Shared.Rent(needed);
            }
        }
        return buffer.AsMemory(written);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <summary>The hash of all that was written.</summary>
    /// <param name="destination">Takes its 32 bytes.</param>
    public void Finish(Span<byte> destination)
    {
        Flush();
        hash.GetHashAndReset(destination);
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(buffer);
        hash.Dispose();
    }

    void Flush()
    {
        hash.AppendData(buffer, 0, written);
        written = 0;
    }
}
