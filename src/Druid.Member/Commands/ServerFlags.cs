using System.CommandLine;
using Druid.Member.Sidecar;
using Druid.Member.Tls;

namespace Druid.Member.Commands;

/// <summary>Flags of the sidecar's own server and of what it does all the time.</summary>
sealed class ServerFlags : FlagGroup
{
    const string DefaultConfigFile = "/var/etcd/config/etcd.conf.yaml";

    readonly Option<int> _port;
    readonly Option<int> _wrapperPort;
    readonly Option<string?> _serverCertificate;
    readonly Option<string?> _serverKey;
    readonly Option<string[]> _serviceEndpoints;
    readonly Option<Toggle> _renewsLease;
    readonly Option<TimeSpan> _heartbeat;
    readonly Option<TimeSpan> _checkPeriod;
    readonly Option<TimeSpan> _checkTimeout;

    public ServerFlags()
    {
        _port = Port("server-port", 8080, "Port of the HTTP API.", "p");
        _wrapperPort = Port("etcd-wrapper-port", 9095, "Port of the agent around etcd, which stops etcd when asked.");
        _serverCertificate = OptionalText("server-cert", "PEM certificate of the HTTP API; with --server-key turns TLS on.");
        _serverKey = OptionalText("server-key", "PEM key of that certificate.");
        _serviceEndpoints = List("service-endpoints", [], "Client URLs of the cluster's Service.");
        _renewsLease = Switch("enable-member-lease-renewal", false, "Report in the member's lease.");
        _heartbeat = Span("k8s-heartbeat-duration", TimeSpan.FromSeconds(30), "Time between two reports in the member's lease.");
        _checkPeriod = Span("reelection-period", TimeSpan.FromSeconds(5), "Time between two looks at which member leads.");
        _checkTimeout = Span("etcd-connection-timeout-leader-election", TimeSpan.FromSeconds(5), "Time that such a look may take.");
    }

    /// <summary>The sidecar's options from the flags and the pod's environment.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="environment">The environment's variables.</param>
    /// <param name="etcd">Flags of the connection to etcd.</param>
    /// <param name="store">Flags of the store.</param>
    /// <param name="snapshots">Flags of snapshots.</param>
    /// <param name="leases">Flags of the snapshot leases.</param>
    /// <param name="restore">Flags of restores.</param>
    /// <exception cref="FormatException">Flags that contradict each other, or a variable that is missing; the message says which.</exception>
    public SidecarOptions Read(
        ParseResult parsed, Func<string, string?> environment, EtcdFlags etcd, StoreFlags store, SnapshotFlags snapshots, SnapshotLeaseFlags leases, RestoreFlags restore)
    {
        var backups = store.Read(parsed, environment);
        var connection = etcd.Read(parsed);
        var (certificate, key) = (parsed.GetValue(_serverCertificate), parsed.GetValue(_serverKey));
        if (certificate is null != key is null)
            throw new FormatException("--server-cert and --server-key must be given together");

        return new()
        {
            Port = parsed.GetValue(_port),
            Identity = certificate is not null && key is not null ? new PemKeyPair(certificate, key) : null,
            Endpoints = connection.Endpoints,
            ServiceEndpoints = EtcdFlags.Urls(parsed.GetValue(_serviceEndpoints)!, "--service-endpoints"),
            EtcdTls = connection.Tls,
            WrapperPort = parsed.GetValue(_wrapperPort),
            Username = connection.Username,
            Password = connection.Password,
            ConfigFile = environment("ETCD_CONF") is { Length: > 0 } file ? file : DefaultConfigFile,
            PodName = Required("POD_NAME"),
            PodNamespace = Required("POD_NAMESPACE"),
            RenewsLease = parsed.GetValue(_renewsLease),
            Heartbeat = Positive(_heartbeat),
            CheckPeriod = Positive(_checkPeriod),
            CheckTimeout = Positive(_checkTimeout),
            Store = backups,
            Snapshots = snapshots.Read(parsed, backups?.TempDirectory ?? Path.GetTempPath()),
            SnapshotLeases = backups is null ? null : leases.Read(parsed),
            Retention = snapshots.Retention(parsed),
            Defragmentation = snapshots.Defragmentation(parsed),
            Restore = restore.Settings(parsed),
        };

        string Required(string name) => environment(name) is { Length: > 0 } value
            ? value
            : throw new FormatException($"the environment variable {name} is not set: it names the pod (metadata.name) or its namespace (metadata.namespace)");

        TimeSpan Positive(Option<TimeSpan> flag) => parsed.GetValue(flag) is var span && span > TimeSpan.Zero
            ? span
            : throw new FormatException($"{flag.Name} must be longer than 0s");
    }
}
