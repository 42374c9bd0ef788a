using System.CommandLine;

namespace Druid.Operator.Commands;

/// <summary><c>druid-operator explain STATE</c>: what a state means, what it does and waits for, and what leaves it.</summary>
static class ExplainCommand
{
    static readonly Argument<string> State = new("state") { Description = "A state as status.lifecycle shows it: Ready, ScalingIn/Leaving, …" };

    public static Command Create()
    {
        var command = new Command("explain", "Says what a state means, what it does and what leaves it.") { State };
        command.SetAction(arguments => Explain(arguments.GetRequiredValue(State)));
        return command;
    }

    static int Explain(string name)
    {
        var states = MachineCatalog.All.SelectMany(m => m.States)
            .Where(s => s.Path.Equals(name, StringComparison.OrdinalIgnoreCase) || s.Path.EndsWith("/" + name, StringComparison.OrdinalIgnoreCase)).ToList();
        if (states.Count == 0)
        {
            Console.Error.WriteLine($"druid-operator: there is no state '{name}'. There are: {string.Join(", ", MachineCatalog.All.SelectMany(m => m.States).Select(s => s.Path).Distinct())}.");
            return 2;
        }
        foreach (var state in states)
        {
            Console.WriteLine($"{state.Path}  (machine {state.Machine}, region {state.Region})");
            Console.WriteLine($"  {state.Meaning}");
            if (state.Rules.Count == 0)
            {
                Console.WriteLine("  Nothing leaves it by itself; what holds for the whole machine (a deletion, a suspension) still does.");
            }
            foreach (var (order, rule) in state.Rules.Index())
            {
                var does = rule.Actions.Count == 0 ? "" : $" do: {string.Join(", ", rule.Actions)};";
                Console.WriteLine($"  {order + 1}. when {rule.Trigger}:{does} {(rule.Target is null ? "stay" : $"go to {rule.Target}")}");
            }
            Console.WriteLine();
        }
        return 0;
    }
}
