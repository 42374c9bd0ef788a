using System.CommandLine;
using System.Runtime.InteropServices;
using Druid.Member.Stores;
using Serilog;

namespace Druid.Member.Commands;

/// <summary>How commands that work on stores run: they end on signals, say what failed, and exit with a code that tells.</summary>
static class StoreCommand
{
    /// <summary>Gives a command its action.</summary>
    /// <param name="command">The command.</param>
    /// <param name="logging">Flags of its log.</param>
    /// <param name="run">Does the work and returns the exit code: 0 all is well, 1 something is wrong with the backups.</param>
    public static Command Runs(this Command command, LogFlags logging, Func<ParseResult, StoreFactory, ILogger, CancellationToken, Task<int>> run)
    {
        logging.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            await using var log = logging.Create(parsed);
            using var stop = new CancellationTokenSource();
            using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
            using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
            try
            {
                return await run(parsed, new(Environment.GetEnvironmentVariable, TimeProvider.System), log, stop.Token);
            }
            catch (FormatException wrong)
            {
                await Console.Error.WriteLineAsync(wrong.Message);
                return 2;
            }
            catch (StoreException failed)
            {
                log.Error("{Failure}", failed.Message);
                return 1;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                log.Warning("Ended by a signal");
                return 130;
            }

            void Stop(PosixSignalContext signal)
            {
                signal.Cancel = true;
                stop.Cancel();
            }
        });
        return command;
    }

    /// <summary>The store that has to be named.</summary>
    /// <exception cref="FormatException">It is not.</exception>
    public static StoreOptions Required(this StoreFlags flags, ParseResult parsed, StoreOptions? otherwise = null) =>
        flags.Read(parsed, Environment.GetEnvironmentVariable, otherwise) ?? throw new FormatException("no store is named: give --storage-provider");
}
