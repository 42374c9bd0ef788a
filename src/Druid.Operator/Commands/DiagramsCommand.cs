using System.CommandLine;
using System.Diagnostics;
using Druid.StateMachine.Diagrams;

namespace Druid.Operator.Commands;

/// <summary><c>druid-operator diagrams</c>: the machines as pictures, drawn from the very definitions that run.</summary>
static class DiagramsCommand
{
    static readonly Option<string> Machine = new("--machine") { Description = "Which machine.", DefaultValueFactory = _ => "etcd-lifecycle" };
    static readonly Option<string> Format = new("--format") { Description = "mermaid, dot or svg (svg needs Graphviz).", DefaultValueFactory = _ => "mermaid" };
    static readonly Option<bool> Faults = new("--faults") { Description = "Draw the arrows that tell of failures too." };

    static readonly Option<bool> List = new("--list") { Description = "Print the names of the machines and nothing else." };
    static readonly Option<bool> Overview = new("--overview") { Description = "Draw only the outermost states and the arrows between them." };

    public static Command Create()
    {
        Machine.AcceptOnlyFromAmong([.. MachineCatalog.All.Select(m => m.Name)]);
        Format.AcceptOnlyFromAmong("mermaid", "dot", "svg");
        var command = new Command("diagrams", "Prints a machine as a diagram.") { Machine, Format, Faults, Overview, List };
        command.SetAction(Draw);
        return command;
    }

    static async Task<int> Draw(ParseResult arguments, CancellationToken cancel)
    {
        if (arguments.GetValue(List))
        {
            Console.Out.WriteLine(string.Join('\n', MachineCatalog.All.Select(m => m.Name)));
            return 0;
        }
        var machine = MachineCatalog.Find(arguments.GetRequiredValue(Machine))!;
        var options = new DiagramOptions { Faults = arguments.GetValue(Faults), Overview = arguments.GetValue(Overview) };
        switch (arguments.GetRequiredValue(Format))
        {
            case "mermaid":
                Console.Out.Write(machine.Mermaid(options));
                return 0;
            case "dot":
                Console.Out.Write(machine.Dot(options));
                return 0;
            default:
                return await Svg(machine.Dot(options), cancel);
        }
    }

    static async Task<int> Svg(string dot, CancellationToken cancel)
    {
        try
        {
            using var graphviz = Process.Start(new ProcessStartInfo("dot", "-Tsvg") { RedirectStandardInput = true })!;
            await graphviz.StandardInput.WriteAsync(dot.AsMemory(), cancel);
            graphviz.StandardInput.Close();
            await graphviz.WaitForExitAsync(cancel);
            return graphviz.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            await Console.Error.WriteLineAsync("druid-operator: --format svg needs Graphviz's 'dot' on the PATH; install it, or take --format dot.");
            return 2;
        }
    }
}
