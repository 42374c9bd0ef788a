using Spectre.Console;

namespace Druid.Cli;

/// <summary>Where commands write.</summary>
/// <param name="Output">Results.</param>
/// <param name="Errors">What went wrong, and progress.</param>
sealed record Terminal(TextWriter Output, TextWriter Errors)
{
    // Wide enough for any row: a pipe has no width, and a wrapped row is two rows to whoever reads it.
    const int Unlimited = 1000;

    /// <summary>Draws tables, with colours where the output is a terminal and NO_COLOR is not set.</summary>
    public IAnsiConsole Console { get; } = Draw(Output);

    /// <summary>Writes a line of results.</summary>
    public void Line(string text) => Output.WriteLine(text);

    /// <summary>Tells of progress.</summary>
    public void Progress(string text) => Errors.WriteLine(text);

    static IAnsiConsole Draw(TextWriter output)
    {
        var isTerminal = ReferenceEquals(output, System.Console.Out) && !System.Console.IsOutputRedirected;
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        if (!isTerminal)
        {
            console.Profile.Width = Unlimited;
        }
        return console;
    }
}
