using System.CommandLine;
using Druid.StateMachine.Diagrams;

namespace Druid.Operator.Commands;

/// <summary><c>druid-operator explain STATE</c>: what a state means, what it waits for, what a user can do, and what leaves it.</summary>
static class ExplainCommand
{
    static readonly Argument<string> State = new("state") { Description = "A state as status.lifecycle shows it: Ready, ScalingIn/Leaving, …" };

    public static Command Create()
    {
        var command = new Command("explain", "Says what a state means, what it waits for, what you can do, and what leaves it.") { State };
        command.SetAction(arguments => Explain(arguments.GetRequiredValue(State)));
        return command;
    }

    static int Explain(string name)
    {
        if (MachineCatalog.Explain(name) is { } text)
        {
            Console.Out.Write(text);
            return 0;
        }
        Console.Error.WriteLine($"druid-operator: there is no state '{name}'. There are: {string.Join(", ", MachineCatalog.States)}.");
        return 2;
    }
}
