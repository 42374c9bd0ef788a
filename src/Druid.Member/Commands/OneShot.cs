using System.CommandLine;
using Druid.Kubernetes.Client;
using Druid.Member.Etcd;
using Druid.Member.Restore;
using Druid.Member.Snapshots;
using Serilog;

namespace Druid.Member.Commands;

/// <summary>Runs a command that does one thing and ends: failures that a user can meet become a line in the log and an exit code.</summary>
static class OneShot
{
    public static async Task<int> Run(ParseResult parsed, LogFlags logging, Func<ILogger, CancellationToken, Task> work, CancellationToken cancel)
    {
        await using var log = logging.Create(parsed);
        try
        {
            await work(log, cancel);
            return 0;
        }
        catch (FormatException wrong)
        {
            await Console.Error.WriteLineAsync(wrong.Message);
            return 2;
        }
        catch (Exception failure) when (failure is RestoreException or SnapshotException or EtcdException or KubernetesException or ConfigurationException
            or IOException or InvalidDataException or UnauthorizedAccessException)
        {
            log.Error("{Reason}", failure.Message);
            return 1;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            log.Warning("Stopped; what was done is taken up the next time");
            return 130;
        }
    }
}
