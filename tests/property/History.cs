using System.Text;
using Druid.Model;
using Druid.StateMachine.Checking;

namespace Druid.PropertyTests;

/// <summary>One history of a model, step by step, with every promise checked at each.</summary>
sealed class History
{
    // Of a hundred steps so many are hazards where there is a choice: often enough to hurt, seldom enough to get somewhere.
    const int HazardsInAHundred = 5;

    // A cluster of seven comes to rest in some hundreds of steps.
    const int LongestCalm = 20_000;

    readonly EtcdModel model;
    readonly IExpander<World> expander;
    readonly Successors<World> moves = new();
    readonly List<(Move Move, World After)> steps = [];
    readonly World first;
    World at;

    public History(Scenario scenario)
    {
        model = new EtcdModel(scenario);
        expander = model.NewExpander();
        at = first = model.Initial.Single();
    }

    /// <summary>Takes a step for each pair of choices.</summary>
    public History Play(Choices choices)
    {
        var chosen = choices.Again();
        while (!chosen.IsEmpty)
        {
            var hazard = chosen.Among(100) < HazardsInAHundred;
            moves.Clear();
            expander.Expand(in at, moves);
            var candidates = Where(m => m.Hazard == hazard) is { Count: > 0 } some ? some : Where(_ => true);
            if (candidates.Count == 0)
            {
                break;
            }
            Take(candidates[chosen.Among(candidates.Count)]);
        }
        return this;
    }

    /// <summary>Goes on without hazards, every process in its turn, until nothing moves any more: the goals must hold then.</summary>
    public History ComeToRest()
    {
        (at.FaultsLeft, at.EditsLeft) = (0, 0);
        var last = new int[64];
        for (var turn = 1; turn <= LongestCalm; turn++)
        {
            moves.Clear();
            expander.Expand(in at, moves);
            var candidates = Where(m => !m.Hazard);
            if (candidates.Count == 0)
            {
                return model.Goals.FirstOrDefault(g => !g.Holds(in at)) is { } missed ? throw Broken($"{missed.Name}: {missed.Sentence}", "and nothing moves any more") : this;
            }
            var next = candidates.MinBy(i => last[moves.Move(i).Process]);
            last[moves.Move(next).Process] = turn;
            Take(next);
        }
        throw Broken("The cluster does not come to rest", $"within {LongestCalm} steps without hazards");
    }

    List<int> Where(Func<Move, bool> holds) => [.. Enumerable.Range(0, moves.Count).Where(i => holds(moves.Move(i)))];

    void Take(int index)
    {
        var (move, before, after) = (moves.Move(index), at, moves.State(index));
        steps.Add((move, after));
        at = after;
        if (model.Invariants.FirstOrDefault(i => !i.Holds(in before, move, in after)) is { } broken)
        {
            throw Broken($"{broken.Name}: {broken.Sentence}", "broken by the last step");
        }
    }

    BrokenPromiseException Broken(string promise, string how)
    {
        const int Told = 60;
        var text = new StringBuilder($"{promise}\n{how}, after {steps.Count} steps; the last of them:\n");
        foreach (var (index, (move, after)) in steps.Index().TakeLast(Told))
        {
            var before = index == 0 ? first : steps[index - 1].After;
            text.Append($"{index + 1,5}. {expander.Describe(in before, move, in after)}\n");
        }
        text.Append($"       {expander.Describe(in at)}\n");
        return new(text.ToString());
    }
}

/// <summary>A history that breaks a promise.</summary>
sealed class BrokenPromiseException(string message) : Exception(message);
