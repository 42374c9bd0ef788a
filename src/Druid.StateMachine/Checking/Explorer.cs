using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;

namespace Druid.StateMachine.Checking;

/// <summary>How far and with what an exploration goes.</summary>
public sealed record ExplorerOptions
{
    /// <summary>Workers at the same time. Default: one a core. The result does not depend on it.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary>The exploration stops, incomplete, at the end of the level in which it passes this many states.</summary>
    public long MaxStates { get; init; } = 50_000_000;

    /// <summary>Told from time to time of the states reached so far and the depth; null tells nobody.</summary>
    public Action<long, int>? Progress { get; init; }
}

/// <summary>
/// Explores a model breadth first, so that the first violation found has a shortest history, in parallel and yet with the
/// same result in every run: a block of states is expanded by all workers into buffers of their own, then the shards of the
/// state table are filled from these buffers, each by one worker and in the buffers' order.
/// </summary>
public sealed class Explorer<TState> where TState : unmanaged
{
    const int ChunkSize = 128;
    const int ChunksPerBlock = 64;

    readonly IModel<TState> model;
    readonly ExplorerOptions options;
    readonly ParallelOptions parallel;
    readonly StateTable<TState> table;
    readonly ConcurrentBag<IExpander<TState>> expanders = [];
    readonly Chunk[] chunks;
    readonly List<uint>[] found;
    readonly GrowingList<uint> order = new();
    readonly FairGraph graph = new();
    long transitions;

    Explorer(IModel<TState> model, ExplorerOptions options)
    {
        this.model = model;
        this.options = options;
        parallel = new ParallelOptions { MaxDegreeOfParallelism = options.Workers };
        table = new StateTable<TState>(model.StateSize);
        chunks = [.. Enumerable.Range(0, ChunksPerBlock).Select(_ => new Chunk())];
        found = [.. Enumerable.Range(0, StateTable<TState>.ShardCount).Select(_ => new List<uint>())];
    }

    /// <summary>Explores every reachable state of a model and checks all its properties.</summary>
    public static Exploration Explore(IModel<TState> model, ExplorerOptions? options = null) =>
        new Explorer<TState>(model, options ?? new()).Run();

    Exploration Run()
    {
        var clock = Stopwatch.StartNew();
        foreach (var state in model.Initial)
        {
            InsertInitial(state);
        }
        var (begin, depth, complete) = (NumberFound(0), 0, true);
        Violation? violation = null;
        for (var from = 0; violation is null; depth++)
        {
            violation = ExpandLevel(from, begin);
            (from, begin) = (begin, NumberFound(begin));
            if (violation is not null || from == begin)
            {
                break;
            }
            options.Progress?.Invoke(begin, depth + 1);
            if (begin > options.MaxStates)
            {
                complete = false;
                break;
            }
        }
        if (violation is null && complete && !model.Goals.IsEmpty)
        {
            graph.Resolve(table.Number);
            violation = model.Goals.Select(CheckGoal).FirstOrDefault(v => v is not null);
        }
        return new Exploration
        {
            Model = model.Name,
            States = order.Count,
            Transitions = transitions,
            Depth = depth,
            Elapsed = clock.Elapsed,
            Complete = complete && violation is null,
            Violation = violation,
        };
    }

    void InsertInitial(TState state)
    {
        var hash = table.Hash(in state);
        var (id, isNew) = table.Insert(hash, in state, uint.MaxValue, default);
        if (isNew)
        {
            found[StateTable<TState>.ShardOf(hash)].Add(id);
        }
    }

    // States are numbered in the order in which they will be expanded. Returns the number of all states so far.
    int NumberFound(int count)
    {
        foreach (var shard in found)
        {
            foreach (var id in shard)
            {
                order.Add(id);
                table.Number(id, count++);
            }
            shard.Clear();
        }
        return count;
    }

    Violation? ExpandLevel(int from, int to)
    {
        for (; from < to; from += ChunkSize * ChunksPerBlock)
        {
            var used = Math.Min(ChunksPerBlock, (to - from + ChunkSize - 1) / ChunkSize);
            var first = from;
            Parallel.For(0, used, parallel, TakeExpander, (i, _, expander) =>
            {
                var begin = first + (i * ChunkSize);
                Expand(chunks[i], begin, Math.Min(begin + ChunkSize, to), expander);
                return expander;
            }, expanders.Add);
            foreach (var chunk in chunks.AsSpan(0, used))
            {
                if (chunk.Broken is { } broken)
                {
                    return Tell(broken.Invariant, chunk, broken.Successor);
                }
            }
            Parallel.For(0, StateTable<TState>.ShardCount, parallel, shard => Insert(shard, used));
            foreach (var chunk in chunks.AsSpan(0, used))
            {
                transitions += chunk.Moves.Count;
                if (!model.Goals.IsEmpty)
                {
                    Connect(chunk);
                }
            }
        }
        return null;
    }

    IExpander<TState> TakeExpander() => expanders.TryTake(out var expander) ? expander : model.NewExpander();

    void Expand(Chunk chunk, int begin, int end, IExpander<TState> expander)
    {
        chunk.Begin(begin, end);
        for (var number = begin; number < end; number++)
        {
            var before = table[order[number]];
            var first = chunk.Moves.Count;
            expander.Expand(in before, chunk.Moves);
            for (var i = first; i < chunk.Moves.Count; i++)
            {
                ref readonly var after = ref chunk.Moves.State(i);
                foreach (var invariant in model.Invariants)
                {
                    if (!invariant.Holds(in before, chunk.Moves.Move(i), in after))
                    {
                        chunk.Broken = (invariant, number, i);
                        return;
                    }
                }
            }
            chunk.Ends[number - begin] = chunk.Moves.Count;
        }
        chunk.Sort(table);
    }

    void Insert(int shard, int used)
    {
        for (var c = 0; c < used; c++)
        {
            var chunk = chunks[c];
            foreach (var i in chunk.In(shard))
            {
                var (id, isNew) = table.Insert(chunk.Hashes[i], in chunk.Moves.State(i), order[chunk.SourceOf(i)], chunk.Moves.Move(i));
                chunk.Targets[i] = id;
                if (isNew)
                {
                    found[shard].Add(id);
                }
            }
        }
    }

    void Connect(Chunk chunk)
    {
        var i = 0;
        for (var s = 0; s < chunk.Size; s++)
        {
            graph.BeginState();
            for (; i < chunk.Ends[s]; i++)
            {
                if (chunk.Moves.Move(i) is { Hazard: false } move)
                {
                    graph.Add(chunk.Targets[i], move.Process);
                }
            }
        }
    }

    Violation? CheckGoal(Goal<TState> goal)
    {
        if (graph.FindStray(number => goal.Holds(table[order[number]])) is not { } stray)
        {
            return null;
        }
        var expander = TakeExpander();
        var circle = stray.Circle.Length == 0 ? [] : Follow(stray.Circle, expander);
        return new Violation(goal.Name, goal.Sentence, PathTo(order[stray.State], expander), circle);
    }

    Violation Tell(Invariant<TState> invariant, Chunk chunk, int successor)
    {
        var expander = TakeExpander();
        var source = order[chunk.Broken!.Value.Source];
        var last = Step(table[source], chunk.Moves.Move(successor), chunk.Moves.State(successor), expander);
        return new Violation(invariant.Name, invariant.Sentence, PathTo(source, expander).Add(last), []);
    }

    ImmutableArray<TraceStep> PathTo(uint id, IExpander<TState> expander)
    {
        var path = new List<TraceStep>();
        for (; ; )
        {
            var (parent, move) = table.Origin(id);
            if (parent == uint.MaxValue)
            {
                path.Add(new("Initially", expander.Describe(table[id])));
                path.Reverse();
                return [.. path];
            }
            path.Add(Step(table[parent], move, table[id], expander));
            id = parent;
        }
    }

    // The moves along a list of numbers; where several moves lead from one to the next, the first that is not a hazard.
    ImmutableArray<TraceStep> Follow(ImmutableArray<int> numbers, IExpander<TState> expander)
    {
        var steps = ImmutableArray.CreateBuilder<TraceStep>();
        for (var i = 0; i + 1 < numbers.Length; i++)
        {
            var before = table[order[numbers[i]]];
            var after = table[order[numbers[i + 1]]];
            var moves = new Successors<TState>();
            expander.Expand(in before, moves);
            var move = Enumerable.Range(0, moves.Count)
                .First(m => !moves.Move(m).Hazard && table.Same(in moves.State(m), in after));
            steps.Add(Step(before, moves.Move(move), after, expander));
        }
        return steps.ToImmutable();
    }

    static TraceStep Step(TState before, Move move, TState after, IExpander<TState> expander) =>
        new(expander.Describe(in before, move, in after), expander.Describe(in after));

    // What one worker makes of a stretch of the level.
    sealed class Chunk
    {
        int[] byShard = [];
        int begin;

        public Successors<TState> Moves { get; } = new();

        public int[] Ends { get; } = new int[ChunkSize];

        public int Size { get; private set; }

        public ulong[] Hashes { get; private set; } = [];

        public uint[] Targets { get; private set; } = [];

        public (Invariant<TState> Invariant, int Source, int Successor)? Broken { get; set; }

        int[] Sources { get; set; } = [];

        int[] Starts { get; } = new int[StateTable<TState>.ShardCount + 1];

        public void Begin(int first, int end)
        {
            (begin, Size, Broken) = (first, end - first, null);
            Moves.Clear();
        }

        public int SourceOf(int successor) => Sources[successor];

        public ReadOnlySpan<int> In(int shard) => byShard.AsSpan(Starts[shard]..Starts[shard + 1]);

        // Hashes all successors and lists them by shard: a counting sort, which keeps their order.
        public void Sort(StateTable<TState> table)
        {
            if (Hashes.Length < Moves.Count)
            {
                var capacity = Moves.Count * 2;
                (Hashes, Targets, Sources, byShard) = (new ulong[capacity], new uint[capacity], new int[capacity], new int[capacity]);
            }
            Span<int> next = stackalloc int[StateTable<TState>.ShardCount + 1];
            for (int s = 0, i = 0; s < Size; s++)
            {
                for (; i < Ends[s]; i++)
                {
                    Sources[i] = begin + s;
                    Hashes[i] = table.Hash(in Moves.State(i));
                    next[StateTable<TState>.ShardOf(Hashes[i]) + 1]++;
                }
            }
            for (var s = 0; s < StateTable<TState>.ShardCount; s++)
            {
                next[s + 1] += next[s];
                Starts[s] = next[s];
            }
            Starts[^1] = Moves.Count;
            for (var i = 0; i < Moves.Count; i++)
            {
                byShard[next[StateTable<TState>.ShardOf(Hashes[i])]++] = i;
            }
        }
    }
}
