namespace Druid.StateMachine.Checking;

/// <summary>
/// A list of plain values in chunks: it grows without copying what it holds, so a hundred million values cost no more than
/// their own size.
/// </summary>
sealed class GrowingList<T> where T : unmanaged
{
    const int ChunkBits = 14;
    const int ChunkSize = 1 << ChunkBits;

    readonly List<T[]> chunks = [];

    /// <summary>The number of values.</summary>
    public int Count { get; private set; }

    /// <summary>A value, by place.</summary>
    public ref T this[int index] => ref chunks[index >> ChunkBits][index & (ChunkSize - 1)];

    /// <summary>Adds a value.</summary>
    public void Add(T value)
    {
        if (Count == chunks.Count * ChunkSize)
        {
            chunks.Add(GC.AllocateUninitializedArray<T>(ChunkSize));
        }
        this[Count++] = value;
    }
}
