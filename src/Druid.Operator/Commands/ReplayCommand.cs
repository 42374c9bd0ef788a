using System.CommandLine;
using Druid.StateMachine.Etcd;

namespace Druid.Operator.Commands;

/// <summary><c>druid-operator replay FILE…</c>: whether every step that a log tells of is one that the machines allow.</summary>
static class ReplayCommand
{
    static readonly Argument<string[]> Files = new("file")
    {
        Description = "Logs of one operator after the other, as text or JSON; - for standard input.",
        Arity = ArgumentArity.OneOrMore,
    };

    public static Command Create()
    {
        var command = new Command("replay", "Replays the steps in an operator's log against the machines.") { Files };
        command.SetAction(arguments => Run(arguments.GetRequiredValue(Files)));
        return command;
    }

    static int Run(string[] files)
    {
        var replay = OperatorReplay.Begin();
        foreach (var file in files)
        {
            try
            {
                replay.Follow(file == "-" ? StandardInput() : File.ReadLines(file));
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                Console.Error.WriteLine($"druid-operator: the log '{file}' cannot be read: {error.Message}");
                return 2;
            }
        }
        var report = replay.Report;
        if (report.Steps == 0)
        {
            Console.Error.WriteLine("druid-operator: there is no step in these logs; give the operator's log of level info or debug, whole.");
            return 2;
        }
        Console.WriteLine(report);
        return report.Conforms ? 0 : 1;
    }

    static IEnumerable<string> StandardInput()
    {
        while (Console.In.ReadLine() is { } line)
        {
            yield return line;
        }
    }
}
