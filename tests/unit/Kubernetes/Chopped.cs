namespace Druid.UnitTests.Kubernetes;

/// <summary>A stream of which every read gives so many bytes at most, as a network may.</summary>
sealed class Chopped(byte[] bytes, int size) : MemoryStream(bytes)
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        base.ReadAsync(buffer[..Math.Min(size, buffer.Length)], cancellationToken);
}
