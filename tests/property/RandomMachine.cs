using Druid.StateMachine.Machines;

namespace Druid.PropertyTests;

/// <summary>
/// A random machine: up to three regions of nested states, with rules of random conditions. What it looks at is a number, of
/// which each fact is a bit; what it does is a mark that names the rule.
/// </summary>
static class RandomMachine
{
    const int Bits = 5, MostStates = 4, Deepest = 3;

    static readonly Fact<int>[] Facts = [.. Enumerable.Range(0, Bits).Select(bit => new Fact<int>($"bit {bit}", view => (view & (1 << bit)) != 0))];

    /// <summary>Every view there is.</summary>
    public static IEnumerable<int> Views => Enumerable.Range(0, 1 << Bits);

    /// <summary>The machine that a list of choices describes.</summary>
    public static Machine<int> Of(Choices choices) => new Making(choices).Machine();

    /// <summary>Every combination of leaves in which a machine can be.</summary>
    public static IEnumerable<Configuration> Configurations(Machine<int> machine) => Enumerable.Range(0, machine.Regions.Length).Aggregate(
        (IEnumerable<Configuration>)[default], (all, region) => all.SelectMany(c => Enumerable.Range(0, machine.Regions[region].Leaves.Length).Select(leaf => c.With(region, leaf))));

    sealed class Making(Choices choices)
    {
        int states, rules;

        public Machine<int> Machine() => Define.Machine<int>("random", "Does anything.", m =>
        {
            for (var (region, count) = (0, 1 + choices.Among(3)); region < count; region++)
            {
                var outermost = Names(1 + choices.Among(MostStates));
                m.Region($"region-{region}", r =>
                {
                    for (var i = choices.Among(2); i > 0; i--)
                    {
                        Rule(r.When(Fact()), outermost);
                    }
                    foreach (var name in outermost)
                    {
                        r.State(name, $"Is {name}.", s => State(s, outermost, depth: 1));
                    }
                });
            }
        });

        void State(StateBuilder<int> state, IReadOnlyList<string> inScope, int depth)
        {
            var within = depth < Deepest && choices.Among(3) == 0 ? Names(1 + choices.Among(MostStates)) : [];
            for (var i = choices.Among(4); i > 0; i--)
            {
                Rule(choices.Among(6) switch { 0 => state.Otherwise(), 1 => state.Unless(Fact()), _ => state.When(Fact()) }, [.. inScope, .. within]);
            }
            foreach (var name in within)
            {
                state.State(name, $"Is {name}.", s => State(s, [.. inScope, .. within], depth + 1));
            }
        }

        void Rule<TScope>(RuleBuilder<int, TScope> rule, string[] targets)
        {
            for (var i = choices.Among(3); i > 0; i--)
            {
                _ = choices.Flip() ? rule.And(Fact()) : rule.AndNot(Fact());
            }
            if (choices.Flip())
            {
                var name = rules++;
                rule.Do(view => new Mark(name, view));
            }
            _ = choices.Among(4) == 0 ? rule.Stay() : rule.GoTo(targets[choices.Among(targets.Length)]);
        }

        Fact<int> Fact() => Facts[choices.Among(Bits)];

        string[] Names(int count) => [.. Enumerable.Range(0, count).Select(_ => $"S{states++}")];
    }
}

/// <summary>What a rule of a random machine does.</summary>
/// <param name="Rule">The rule's number.</param>
/// <param name="View">What it was decided on.</param>
sealed record Mark(int Rule, int View) : IAction;
