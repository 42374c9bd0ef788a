using System.Buffers;

namespace Druid.Kubernetes.Json;

/// <summary>
/// Joins an object to members already written: passes everything on, but turns the first byte, its opening brace, into the
/// comma after them.
/// </summary>
sealed class SpliceWriter(IBufferWriter<byte> output) : IBufferWriter<byte>
{
    Memory<byte> _first;
    bool _spliced;

    public void Advance(int count)
    {
        if (!_spliced && count > 0)
        {
            _first.Span[0] = (byte)',';
            _spliced = true;
        }
        output.Advance(count);
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        var memory = output.GetMemory(sizeHint);
        if (!_spliced) _first = memory;
        return memory;
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
}
