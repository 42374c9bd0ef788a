using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Druid.StateMachine.Checking;

/// <summary>
/// The distinct states that were found: rows of bytes in an open-addressing table. States are spread over a fixed number of
/// shards by their hash; one worker at a time inserts into a shard, so no lock is needed and the numbering does not depend
/// on how many workers there are.
/// </summary>
sealed class StateTable<TState> where TState : unmanaged
{
    /// <summary>The number of shards.</summary>
    public const int ShardCount = 1 << ShardBits;

    const int ShardBits = 6;

    readonly Shard[] shards;
    readonly int rowSize;

    public StateTable(int stateSize)
    {
        rowSize = Math.Min((stateSize + 7) & ~7, Unsafe.SizeOf<TState>());
        shards = [.. Enumerable.Range(0, ShardCount).Select(_ => new Shard(rowSize))];
    }

    /// <summary>The number of states.</summary>
    public long Count => shards.Sum(s => (long)s.Count);

    /// <summary>The number of states in a shard.</summary>
    public int CountOf(int shard) => shards[shard].Count;

    /// <summary>The id of the state that was inserted into a shard at a place.</summary>
    public static uint Id(int shard, int place) => ((uint)place << ShardBits) | (uint)shard;

    /// <summary>The shard of a hash.</summary>
    public static int ShardOf(ulong hash) => (int)(hash & (ShardCount - 1));

    /// <summary>A state's hash.</summary>
    public ulong Hash(in TState state)
    {
        var row = Row(in state);
        var hash = 0x9E3779B97F4A7C15UL;
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(row))
        {
            hash = Mix(hash, word);
        }
        foreach (var tail in row[(row.Length & ~7)..])
        {
            hash = Mix(hash, tail);
        }
        return hash;
    }

    static ulong Mix(ulong hash, ulong word)
    {
        var high = Math.BigMul(hash ^ word, 0xD6E8FEB86659FD93UL, out var low);
        return high ^ low ^ BitOperations.RotateLeft(hash, 29);
    }

    /// <summary>Whether two states are the same.</summary>
    public bool Same(in TState a, in TState b) => Row(in a).SequenceEqual(Row(in b));

    /// <summary>Inserts a state unless it is there; says which id it has and whether it is new.</summary>
    public (uint Id, bool IsNew) Insert(ulong hash, in TState state, uint parent, Move move)
    {
        var shard = ShardOf(hash);
        var (place, isNew) = shards[shard].Insert((uint)(hash >> 32), Row(in state), parent, move);
        return (Id(shard, place), isNew);
    }

    /// <summary>The state of an id.</summary>
    public TState this[uint id]
    {
        get
        {
            var state = default(TState);
            shards[id & (ShardCount - 1)].Row((int)(id >> ShardBits)).CopyTo(MemoryMarshal.AsBytes(new Span<TState>(ref state)));
            return state;
        }
    }

    /// <summary>The id of the state from which a state was first reached, and by which move; its own id for an initial one.</summary>
    public (uint Parent, Move Move) Origin(uint id) => shards[id & (ShardCount - 1)].Origin((int)(id >> ShardBits));

    /// <summary>The number given to a state by <see cref="Number(uint, int)"/>.</summary>
    public int Number(uint id) => shards[id & (ShardCount - 1)].Numbers[(int)(id >> ShardBits)];

    /// <summary>Gives a state its number in the order of exploration.</summary>
    public void Number(uint id, int number) => shards[id & (ShardCount - 1)].Numbers[(int)(id >> ShardBits)] = number;

    ReadOnlySpan<byte> Row(in TState state) => MemoryMarshal.AsBytes(new ReadOnlySpan<TState>(in state))[..rowSize];

    sealed class Shard(int rowSize)
    {
        const int RowsPerChunk = 1 << 12;

        readonly List<byte[]> chunks = [];
        readonly GrowingList<(uint Parent, Move Move)> origins = new();
        ulong[] slots = new ulong[1 << 10]; // The hash's upper half, then the place plus one; 0 is free.

        public GrowingList<int> Numbers { get; } = new();

        public int Count => origins.Count;

        public ReadOnlySpan<byte> Row(int place) =>
            chunks[place / RowsPerChunk].AsSpan(place % RowsPerChunk * rowSize, rowSize);

        public (uint Parent, Move Move) Origin(int place) => origins[place];

        public (int Place, bool IsNew) Insert(uint tag, ReadOnlySpan<byte> row, uint parent, Move move)
        {
            var mask = slots.Length - 1;
            for (var i = (int)tag & mask; ; i = (i + 1) & mask)
            {
                var slot = slots[i];
                if (slot == 0)
                {
                    slots[i] = ((ulong)tag << 32) | (uint)(Count + 1);
                    Append(row, parent, move);
                    return (Count - 1, true);
                }
                if ((uint)(slot >> 32) == tag && Row((int)(uint)slot - 1).SequenceEqual(row))
                {
                    return ((int)(uint)slot - 1, false);
                }
            }
        }

        void Append(ReadOnlySpan<byte> row, uint parent, Move move)
        {
            var place = Count;
            if (place % RowsPerChunk == 0)
            {
                chunks.Add(GC.AllocateUninitializedArray<byte>(RowsPerChunk * rowSize));
            }
            row.CopyTo(chunks[^1].AsSpan(place % RowsPerChunk * rowSize));
            origins.Add((parent, move));
            Numbers.Add(-1);
            if (Count > slots.Length / 2)
            {
                Grow();
            }
        }

        void Grow()
        {
            var grown = new ulong[slots.Length * 2];
            var mask = grown.Length - 1;
            foreach (var slot in slots)
            {
                if (slot != 0)
                {
                    var i = (int)(slot >> 32) & mask;
                    while (grown[i] != 0)
                    {
                        i = (i + 1) & mask;
                    }
                    grown[i] = slot;
                }
            }
            slots = grown;
        }
    }
}
