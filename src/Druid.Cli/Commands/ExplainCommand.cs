using System.CommandLine;
using System.CommandLine.Completions;
using Druid.StateMachine.Diagrams;

namespace Druid.Cli.Commands;

/// <summary><c>druid explain STATE</c>: what a state means, what it waits for, what a user can do, and what leaves it.</summary>
static class ExplainCommand
{
    static readonly Argument<string> State = new("state")
    {
        Description = "A state as 'druid status' shows it: Ready, ScalingIn/Leaving, …",
        CompletionSources = { _ => MachineCatalog.States.Select(s => new CompletionItem(s)) },
    };

    public static Command Create(Terminal terminal)
    {
        var command = new Command("explain", "Says what a state means, what it waits for, what you can do, and what leaves it.") { State };
        command.SetAction(arguments =>
        {
            var name = arguments.GetRequiredValue(State);
            var text = MachineCatalog.Explain(name) ?? throw new UsageException($"there is no state '{name}'. There are: {string.Join(", ", MachineCatalog.States)}.");
            terminal.Output.Write(text);
            return ExitCode.Done;
        });
        return command;
    }
}
