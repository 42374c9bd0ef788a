using System.CommandLine;
using Druid.Cli.Commands;
using Druid.Kubernetes.Client;

namespace Druid.Cli;

/// <summary>The <c>druid</c> command line, which is also the kubectl plugin <c>kubectl-druid</c>.</summary>
static class CommandLine
{
    /// <summary>Runs one command.</summary>
    /// <param name="arguments">What the user typed after the program's name.</param>
    /// <param name="output">For results.</param>
    /// <param name="errors">For what went wrong, and for progress.</param>
    /// <param name="cancel">Ends it, besides Ctrl-C.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> Run(IReadOnlyList<string> arguments, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        var parsed = Root(new Terminal(output, errors)).Parse(arguments);
        if (parsed.Errors.Count > 0 && parsed.Action is not System.CommandLine.Help.HelpAction)
        {
            foreach (var error in parsed.Errors)
            {
                await errors.WriteLineAsync($"druid: {error.Message}");
            }
            await errors.WriteLineAsync($"druid: '{string.Join(' ', Path(parsed.CommandResult.Command))} --help' tells how it is used.");
            return ExitCode.Usage;
        }
        try
        {
            return await parsed.InvokeAsync(new() { Output = output, Error = errors, EnableDefaultExceptionHandler = false }, cancel);
        }
        catch (UsageException error)
        {
            await errors.WriteLineAsync($"druid: {error.Message}");
            return ExitCode.Usage;
        }
        catch (ConfigurationException error)
        {
            await errors.WriteLineAsync($"druid: {error.Message}");
            return ExitCode.Usage;
        }
        catch (KubernetesException error)
        {
            await errors.WriteLineAsync($"druid: {error.Message}");
            return ExitCode.Failed;
        }
        catch (WaitException error)
        {
            await errors.WriteLineAsync($"druid: {error.Message}");
            return ExitCode.TimedOut;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }
    }

    static RootCommand Root(Terminal terminal)
    {
        var root = new RootCommand("Looks at and operates etcd clusters that Druid runs. Also a kubectl plugin: kubectl druid …")
        {
            ListCommand.Create(terminal), StatusCommand.Create(terminal), ComponentsCommand.Create(terminal), DiagramCommand.Create(terminal),
            ReconcileCommand.Create(terminal), AnnotationCommands.Suspend(terminal), AnnotationCommands.Resume(terminal),
            AnnotationCommands.Protect(terminal), AnnotationCommands.Unprotect(terminal),
            SnapshotCommand.Create(terminal), CompactCommand.Create(terminal), CopyBackupsCommand.Create(terminal),
            ExplainCommand.Create(terminal), CompletionCommand.Create(terminal),
        };
        foreach (var option in Scope.Options)
        {
            root.Options.Add(option);
        }
        return root;
    }

    static IEnumerable<string> Path(Command command) => command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? Path(parent).Append(command.Name) : [command.Name];
}

/// <summary>How the program ends.</summary>
static class ExitCode
{
    /// <summary>All was done.</summary>
    public const int Done = 0;

    /// <summary>Something could not be done, or ended badly.</summary>
    public const int Failed = 1;

    /// <summary>It was not understood what is to be done, or where.</summary>
    public const int Usage = 2;

    /// <summary>What was waited for did not come in time.</summary>
    public const int TimedOut = 3;

    /// <summary>The user gave up.</summary>
    public const int Interrupted = 130;
}

/// <summary>The user asked for what cannot be done; the message says what can.</summary>
sealed class UsageException(string message) : Exception(message);

/// <summary>What was waited for did not come in time; the message says how far it came.</summary>
sealed class WaitException(string message) : Exception(message);
