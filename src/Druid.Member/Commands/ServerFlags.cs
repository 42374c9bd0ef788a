using System.CommandLine;
using Druid.Member.Sidecar;
using Druid.Member.Tls;

namespace Druid.Member.Commands;

/// <summary>Flags of the sidecar's own server and of its connection to etcd.</summary>
sealed class ServerFlags : FlagGroup
{
    const string DefaultConfigFile = "/var/etcd/config/etcd.conf.yaml";

    readonly Option<int> _port;
    readonly Option<string?> _serverCertificate;
    readonly Option<string?> _serverKey;
    readonly Option<string[]> _endpoints;
    readonly Option<string[]> _serviceEndpoints;
    readonly Option<string?> _username;
    readonly Option<string?> _password;
    readonly Option<Toggle> _insecureTransport;
    readonly Option<Toggle> _skipVerification;
    readonly Option<string?> _authorities;
    readonly Option<string?> _certificate;
    readonly Option<string?> _key;
    readonly Option<Toggle> _renewsLease;
    readonly Option<TimeSpan> _heartbeat;
    readonly Option<TimeSpan> _checkPeriod;
    readonly Option<TimeSpan> _checkTimeout;

    public ServerFlags()
    {
        _port = Port("server-port", 8080, "Port of the HTTP API.", "p");
        _serverCertificate = OptionalText("server-cert", "PEM certificate of the HTTP API; with --server-key turns TLS on.");
        _serverKey = OptionalText("server-key", "PEM key of that certificate.");
        _endpoints = List("endpoints", ["http://127.0.0.1:2379"], "Client URLs of the etcd in this pod.", "e");
        _serviceEndpoints = List("service-endpoints", [], "Client URLs of the cluster's Service.");
        _username = OptionalText("etcd-username", "User to authenticate to etcd as.");
        _password = OptionalText("etcd-password", "That user's password.");
        _insecureTransport = Switch("insecure-transport", true, "Whether connections to etcd are plain. What decides is the scheme of the endpoints; this must agree with it.");
        _skipVerification = Switch("insecure-skip-tls-verify", false, "Accept any certificate of etcd.");
        _authorities = OptionalText("cacert", "PEM file of the authorities of etcd's certificate.");
        _certificate = OptionalText("cert", "PEM certificate to show to etcd.");
        _key = OptionalText("key", "PEM key of that certificate.");
        _renewsLease = Switch("enable-member-lease-renewal", false, "Report in the member's lease.");
        _heartbeat = Span("k8s-heartbeat-duration", TimeSpan.FromSeconds(30), "Time between two reports in the member's lease.");
        _checkPeriod = Span("reelection-period", TimeSpan.FromSeconds(5), "Time between two looks at which member leads.");
        _checkTimeout = Span("etcd-connection-timeout-leader-election", TimeSpan.FromSeconds(5), "Time that such a look may take.");
    }

    /// <summary>The sidecar's options from the flags and the pod's environment.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="environment">The environment's variables.</param>
    /// <param name="store">Flags of the store.</param>
    /// <param name="snapshots">Flags of snapshots.</param>
    /// <param name="leases">Flags of the snapshot leases.</param>
    /// <param name="restore">Flags of restores.</param>
    /// <exception cref="FormatException">Flags that contradict each other, or a variable that is missing; the message says which.</exception>
    public SidecarOptions Read(
        ParseResult parsed, Func<string, string?> environment, StoreFlags store, SnapshotFlags snapshots, SnapshotLeaseFlags leases, RestoreFlags restore)
    {
        var backups = store.Read(parsed, environment);
        var endpoints = Urls(parsed.GetValue(_endpoints)!, "--endpoints");
        if (endpoints.Length == 0) throw new FormatException("--endpoints is empty: name the client URL of the etcd in this pod");
        var encrypted = endpoints.Any(endpoint => endpoint.Scheme == "https");
        if (encrypted && parsed.GetValue(_insecureTransport) && parsed.GetResult(_insecureTransport) is { Implicit: false })
            throw new FormatException($"--insecure-transport=true contradicts --endpoints={endpoints[0]}: use an http URL or --insecure-transport=false");
        var (certificate, key) = (parsed.GetValue(_serverCertificate), parsed.GetValue(_serverKey));
        if (certificate is null != key is null)
            throw new FormatException("--server-cert and --server-key must be given together");

        return new()
        {
            Port = parsed.GetValue(_port),
            Identity = certificate is not null && key is not null ? new PemKeyPair(certificate, key) : null,
            Endpoints = endpoints,
            ServiceEndpoints = Urls(parsed.GetValue(_serviceEndpoints)!, "--service-endpoints"),
            EtcdTls = encrypted
                ? new ClientTls(parsed.GetValue(_authorities), parsed.GetValue(_certificate), parsed.GetValue(_key), skipVerification: parsed.GetValue(_skipVerification))
                : null,
            Username = parsed.GetValue(_username),
            Password = parsed.GetValue(_password),
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

    static Uri[] Urls(string[] texts, string flag) =>
        [.. texts.Select(text => Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : $"http://{text}", UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url
            : throw new FormatException($"{flag}: '{text}' is not an http or https URL"))];
}
