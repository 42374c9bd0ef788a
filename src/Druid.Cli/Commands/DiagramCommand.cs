using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using Druid.StateMachine.Diagrams;
using Druid.StateMachine.Etcd;

namespace Druid.Cli.Commands;

/// <summary><c>druid diagram NAME</c>: the machine that drives a cluster, with the states it is in marked.</summary>
static class DiagramCommand
{
    static readonly Argument<string> Name = Completions.Etcd("name", "Name of an Etcd.");
    static readonly Option<string> Format = Completions.Choice("--format", "mermaid, dot or svg (svg needs Graphviz).", "mermaid", "dot", "svg");
    static readonly Option<bool> Faults = new("--faults") { Description = "Draw the arrows that tell of failures too." };
    static readonly Option<bool> Overview = new("--overview") { Description = "Draw only the outermost states." };

    public static Command Create(Terminal terminal)
    {
        var command = new Command("diagram", "Draws the machine that drives a cluster, its present states marked.") { Name, Format, Faults, Overview };
        command.SetAction((arguments, cancel) => Run(arguments, terminal, cancel));
        return command;
    }

    static async Task<int> Run(ParseResult arguments, Terminal terminal, CancellationToken cancel)
    {
        using var scope = Scope.Of(arguments);
        var etcd = await scope.Etcd(arguments.GetRequiredValue(Name), cancel);
        var overview = arguments.GetValue(Overview);
        var current = (etcd.Status.Lifecycle?.Regions ?? []).ToDictionary(r => r.Name, r => overview ? r.State.Split('/')[0] : r.State);
        if (current.Count == 0)
        {
            throw new UsageException($"Etcd {etcd.Metadata.Namespace}/{etcd.Metadata.Name} has no status.lifecycle yet: no Druid has looked at it; see whether the operator runs.");
        }
        var options = new DiagramOptions { Faults = arguments.GetValue(Faults), Overview = overview, Current = current };
        switch (arguments.GetRequiredValue(Format))
        {
            case "mermaid":
                terminal.Output.Write(Mermaid.Draw(EtcdLifecycle.Machine, options));
                return ExitCode.Done;
            case "dot":
                terminal.Output.Write(Dot.Draw(EtcdLifecycle.Machine, options));
                return ExitCode.Done;
            default:
                return await Svg(Dot.Draw(EtcdLifecycle.Machine, options), terminal, cancel);
        }
    }

    static async Task<int> Svg(string dot, Terminal terminal, CancellationToken cancel)
    {
        try
        {
            using var graphviz = Process.Start(new ProcessStartInfo("dot", "-Tsvg") { RedirectStandardInput = true, RedirectStandardOutput = true })!;
            var picture = graphviz.StandardOutput.ReadToEndAsync(cancel);
            await graphviz.StandardInput.WriteAsync(dot.AsMemory(), cancel);
            graphviz.StandardInput.Close();
            terminal.Output.Write(await picture);
            await graphviz.WaitForExitAsync(cancel);
            return graphviz.ExitCode == 0 ? ExitCode.Done : ExitCode.Failed;
        }
        catch (Win32Exception)
        {
            throw new UsageException("--format svg needs Graphviz's 'dot' on the PATH: install it, or take --format dot.");
        }
    }
}
