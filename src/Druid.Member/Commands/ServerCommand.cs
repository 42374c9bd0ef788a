using System.CommandLine;
using System.Runtime.InteropServices;
using Druid.Member.Sidecar;

namespace Druid.Member.Commands;

/// <summary><c>druid-member server</c>.</summary>
static class ServerCommand
{
    public static Command Create(LogFlags logging)
    {
        var (server, etcd, store, snapshots, leases, restore) = (new ServerFlags(), new EtcdFlags(), new StoreFlags(), new SnapshotFlags(), new SnapshotLeaseFlags(), new RestoreFlags());
        var command = new Command("server", "Runs beside etcd: prepares its data, serves its configuration, joins it to its cluster and reports on it.");
        FlagGroup[] groups = [server, etcd, store, snapshots, leases, restore, new AcceptedFlags(), logging];
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

            void Stop(PosixSignalContext signal)
            {
                signal.Cancel = true;
                stop.Cancel();
            }
        });
        return command;
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
