using System.CommandLine;
using System.Runtime.InteropServices;
using Druid.Kubernetes.Client;
using Druid.Member.Configuration;
using Druid.Member.Sidecar;

namespace Druid.Member.Commands;

/// <summary><c>druid-member server</c>.</summary>
static class ServerCommand
{
    public static Command Create(LogFlags logging)
    {
        var (server, etcd, store, snapshots, leases, restore) = (new ServerFlags(), new EtcdFlags(), new StoreFlags(), new SnapshotFlags(), new SnapshotLeaseFlags(), new RestoreFlags());
        var command = new Command("server", "Runs beside etcd: prepares its data, serves its configuration, joins it to its cluster and reports on it.");
        FlagGroup[] groups = [server, etcd, store, snapshots, leases, restore, new AcceptedFlags(), new RefusedFlags(), logging];
        foreach (var group in groups) group.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            await using var log = logging.Create(parsed);
            using var stop = new CancellationTokenSource();
            using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
            using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
            try
            {
                var options = server.Read(parsed, Environment.GetEnvironmentVariable, etcd, store, snapshots, leases, restore);
                await SidecarServer.Run(options, log, TimeProvider.System, stop.Token);
                return 0;
            }
            catch (FormatException wrong)
            {
                await Console.Error.WriteLineAsync(wrong.Message);
                return 2;
            }
            catch (Exception failure) when (failure is ConfigException or ConfigurationException or IOException or UnauthorizedAccessException)
            {
                log.Error("The sidecar cannot run: {Reason}", failure.Message);
                return 1;
            }

            void Stop(PosixSignalContext signal)
            {
                signal.Cancel = true;
                stop.Cancel();
            }
        });
        return command;
    }

    /// <summary>Flags of the reference for a second store. To take them and keep one copy only would be found out when the second is needed.</summary>
    sealed class RefusedFlags : FlagGroup
    {
        const string Instead = "a second store is not supported: run druid-member copy on schedule, or create an EtcdCopyBackupsTask";

        public RefusedFlags()
        {
            foreach (var name in (string[])["storage-provider", "store-container", "store-prefix", "store-endpoint-override", "snapstore-temp-directory", "max-parallel-chunk-uploads", "min-chunk-size"])
                Refused("secondary-" + name, "Refused: backups go to one store.", token => token.Length == 0, Instead);
            Refused("secondary-backup-sync-enabled", "Refused unless false: backups go to one store.", token => token is "0" or "f" or "F" or "false" or "FALSE" or "False", Instead);
            Refused("secondary-backup-sync-period", "Of no effect while secondary-backup-sync-enabled is false.", _ => true, Instead);
        }
    }

    /// <summary>Flags that the operator passes on and that have no meaning for this agent.</summary>
    sealed class AcceptedFlags : FlagGroup
    {
        public AcceptedFlags()
        {
            Switch("use-etcd-wrapper", true, "Accepted for compatibility: etcd always runs under start-etcd.");
            Switch("enable-profiling", false, "Accepted for compatibility: the runtime's diagnostic tools attach without it.");
        }
    }
}
