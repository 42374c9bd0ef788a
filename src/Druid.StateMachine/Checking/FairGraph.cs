using System.Collections.Immutable;

namespace Druid.StateMachine.Checking;

/// <summary>
/// The steps that are no hazards, between numbered states, and the question whether every history that goes on with them for
/// ever ends up in a goal. A history is fair when no process can do something all the time and yet never does it.
/// </summary>
/// <remarks>
/// A history that goes on for ever stays, from some time on, in one strongly connected component, and may then go round
/// through all of it. It can do so fairly exactly when every process either cannot move in some state of the component or
/// has a move within it. So the goal is reached for good from everywhere exactly when no such component, and no state in
/// which nothing moves, has a state outside the goal; no bound on the number of steps is involved.
/// </remarks>
sealed class FairGraph
{
    readonly GrowingList<int> starts = new();
    readonly GrowingList<uint> targets = new();
    readonly GrowingList<byte> processes = new();
    int[]? component;
    GrowingList<bool> fair = new();

    /// <summary>Begins the moves of the state that is next in number.</summary>
    public void BeginState() => starts.Add(targets.Count);

    /// <summary>Adds a move of the state begun last.</summary>
    public void Add(uint target, byte process)
    {
        targets.Add(target);
        processes.Add(process);
    }

    /// <summary>Replaces the ids of targets by their numbers.</summary>
    public void Resolve(Func<uint, int> number)
    {
        starts.Add(targets.Count);
        for (var i = 0; i < targets.Count; i++)
        {
            targets[i] = (uint)number(targets[i]);
        }
    }

    /// <summary>
    /// The lowest-numbered state outside the goal in which a fair history can be for ever, or again and again, and a
    /// shortest circle through it, from itself to itself (empty at a dead end); null when there is none.
    /// </summary>
    public (int State, ImmutableArray<int> Circle)? FindStray(Func<int, bool> isGoal)
    {
        component ??= Components(out fair);
        for (var state = 0; state < starts.Count - 1; state++)
        {
            if (fair[component[state]] && !isGoal(state))
            {
                return (state, CircleThrough(state));
            }
        }
        return null;
    }

    // Tarjan's algorithm without recursion. A component is fair when every process that can move in all its states has a
    // move within it.
    int[] Components(out GrowingList<bool> fairness)
    {
        var count = starts.Count - 1;
        var found = new int[count];
        var index = new int[count];
        var low = new int[count];
        var position = new int[count];
        var path = new Stack<int>();
        var open = new Stack<int>();
        var next = 0;
        fairness = new();
        Array.Fill(found, -1);
        for (var root = 0; root < count; root++)
        {
            if (index[root] != 0)
            {
                continue;
            }
            Enter(root);
            while (path.TryPeek(out var state))
            {
                if (position[state] < starts[state + 1])
                {
                    var target = (int)targets[position[state]++];
                    if (index[target] == 0)
                    {
                        Enter(target);
                    }
                    else if (found[target] < 0)
                    {
                        low[state] = Math.Min(low[state], index[target]);
                    }
                    continue;
                }
                path.Pop();
                if (path.TryPeek(out var parent))
                {
                    low[parent] = Math.Min(low[parent], low[state]);
                }
                if (low[state] == index[state])
                {
                    Close(state, fairness);
                }
            }
        }
        return found;

        void Enter(int state)
        {
            index[state] = low[state] = ++next;
            position[state] = starts[state];
            path.Push(state);
            open.Push(state);
        }

        void Close(int root, GrowingList<bool> list)
        {
            var members = new List<int>();
            int state;
            do
            {
                state = open.Pop();
                found[state] = list.Count;
                members.Add(state);
            }
            while (state != root);
            var (always, within) = (ulong.MaxValue, 0UL);
            foreach (var member in members)
            {
                var enabled = 0UL;
                for (var i = starts[member]; i < starts[member + 1]; i++)
                {
                    var process = 1UL << processes[i];
                    enabled |= process;
                    within |= found[(int)targets[i]] == list.Count ? process : 0;
                }
                always &= enabled;
            }
            list.Add((always & ~within) == 0);
        }
    }

    // Breadth first within the component, back to where it began.
    ImmutableArray<int> CircleThrough(int state)
    {
        var within = component![state];
        var from = new Dictionary<int, int>();
        var queue = new Queue<int>([state]);
        while (queue.TryDequeue(out var at))
        {
            for (var i = starts[at]; i < starts[at + 1]; i++)
            {
                var target = (int)targets[i];
                if (component[target] != within || !from.TryAdd(target, at))
                {
                    continue;
                }
                if (target == state)
                {
                    var circle = new List<int> { state };
                    for (var s = at; s != state; s = from[s])
                    {
                        circle.Add(s);
                    }
                    circle.Add(state);
                    circle.Reverse();
                    return [.. circle];
                }
                queue.Enqueue(target);
            }
        }
        return [];
    }
}
