namespace Druid.StateMachine.Checking;

/// <summary>The moves out of the states that one worker expands, one after the other, in reused memory.</summary>
public sealed class Successors<TState> where TState : unmanaged
{
    TState[] states = new TState[64];
    Move[] moves = new Move[64];

    /// <summary>The number of moves collected.</summary>
    public int Count { get; private set; }

    /// <summary>The state a move leads to.</summary>
    public ref readonly TState State(int index) => ref states[index];

    /// <summary>A move.</summary>
    public Move Move(int index) => moves[index];

    /// <summary>Adds a move.</summary>
    public void Add(Move move, in TState next)
    {
        if (Count == states.Length)
        {
            Array.Resize(ref states, Count * 2);
            Array.Resize(ref moves, Count * 2);
        }
        states[Count] = next;
        moves[Count++] = move;
    }

    /// <summary>Forgets all moves and keeps the memory.</summary>
    public void Clear() => Count = 0;
}
