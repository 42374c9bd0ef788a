using System.CommandLine;
using System.Runtime.InteropServices;
using Druid.Member.Wrapper;

namespace Druid.Member.Commands;

/// <summary><c>druid-member start-etcd</c>.</summary>
static class StartEtcdCommand
{
    public static Command Create(LogFlags logging)
    {
        var flags = new StartEtcdFlags();
        var command = new Command("start-etcd", "Waits for the sidecar's initialization, fetches etcd's configuration from it and runs etcd.");
        flags.AddTo(command);
        logging.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            await using var log = logging.Create(parsed);
            using var agent = new StartEtcd(flags.Read(parsed), log, TimeProvider.System);
            using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Pass);
            using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Pass);
            return await agent.Run();

            void Pass(PosixSignalContext signal)
            {
                signal.Cancel = true;
                agent.Stop(signal.Signal);
            }
        });
        return command;
    }
}

/// <summary>The flags of <c>start-etcd</c>.</summary>
sealed class StartEtcdFlags : FlagGroup
{
    // Where the reference wrapper keeps it: it has to be found by whichever of the two comes next.
    const string DefaultExitMarker = "/var/etcd/data/exit_code";

    readonly Option<(string Host, int Port)> _sidecar;
    readonly Option<Toggle> _sidecarTls;
    readonly Option<string?> _sidecarAuthorities;
    readonly Option<string> _serverName;
    readonly Option<int> _clientPort;
    readonly Option<string?> _clientCertificate;
    readonly Option<string?> _clientKey;
    readonly Option<int> _port;
    readonly Option<TimeSpan> _readyTimeout;
    readonly Option<string> _exitMarker;
    readonly Option<string?> _configFile;
    readonly Option<string> _program;

    public StartEtcdFlags()
    {
        _sidecar = HostPort("backup-restore-host-port", ("localhost", 8080), "Host and port of the sidecar, without a scheme.");
        _sidecarTls = Switch("backup-restore-tls-enabled", false, "Whether the sidecar serves TLS.");
        _sidecarAuthorities = OptionalText("backup-restore-ca-cert-bundle-path", "PEM file of the authorities of the sidecar's certificate.");
        _serverName = Text("etcd-server-name", "localhost", "Host name of etcd's client endpoint, as its certificate has it.");
        _clientPort = Port("etcd-client-port", 2379, "etcd's client port.");
        _clientCertificate = OptionalText("etcd-client-cert-path", "PEM certificate to show to etcd.");
        _clientKey = OptionalText("etcd-client-key-path", "PEM key of that certificate.");
        _port = Port("etcd-wrapper-port", 9095, "Port of /readyz and /stop.");
        _readyTimeout = Span("etcd-ready-timeout", TimeSpan.Zero, "How long etcd may take to become ready; 0s waits for ever.");
        _exitMarker = Text("exit-code-path", DefaultExitMarker, "File in the data volume that remembers an orderly stop.");
        _configFile = OptionalText("etcd-config-path", "Where to write etcd's configuration. Default: etcd.conf.yaml in the home directory.");
        _program = Text("etcd-program", "etcd", "etcd, looked up in PATH.");
    }

    public StartEtcdOptions Read(ParseResult parsed)
    {
        var sidecar = parsed.GetValue(_sidecar);
        return new()
        {
            SidecarHost = sidecar.Host,
            SidecarPort = sidecar.Port,
            SidecarTls = parsed.GetValue(_sidecarTls),
            SidecarAuthorities = parsed.GetValue(_sidecarAuthorities),
            EtcdHost = parsed.GetValue(_serverName)!,
            EtcdClientPort = parsed.GetValue(_clientPort),
            EtcdClientCertificate = parsed.GetValue(_clientCertificate),
            EtcdClientKey = parsed.GetValue(_clientKey),
            Port = parsed.GetValue(_port),
            ReadyTimeout = parsed.GetValue(_readyTimeout),
            ExitMarker = parsed.GetValue(_exitMarker)!,
            ConfigFile = parsed.GetValue(_configFile) ?? InHome("etcd.conf.yaml"),
            EtcdProgram = parsed.GetValue(_program)!,
            AgentProgram = Environment.ProcessPath ?? "druid-member",
        };
    }

    static string InHome(string file) =>
        Path.Combine(Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } home && Directory.Exists(home) ? home : Path.GetTempPath(), file);
}
