using System.CommandLine;
using Druid.Member.Commands;
using Druid.Member.Wrapper;

namespace Druid.UnitTests.Member;

public class FlagTests
{
    static readonly Dictionary<string, string> Pod = new() { ["POD_NAME"] = "e-0", ["POD_NAMESPACE"] = "shop" };

    [Fact]
    public void Start_etcd_takes_the_arguments_of_the_contract()
    {
        var options = StartEtcd(
            "--backup-restore-host-port=e-local:8080", "--etcd-server-name=e-local", "--backup-restore-tls-enabled=true",
            "--backup-restore-ca-cert-bundle-path=/ca.crt", "--etcd-client-cert-path=/tls.crt", "--etcd-client-key-path=/tls.key",
            "--etcd-client-port=2379", "--etcd-wrapper-port=9095");

        Assert.Equal(("e-local", 8080, true, "/ca.crt"), (options.SidecarHost, options.SidecarPort, options.SidecarTls, options.SidecarAuthorities));
        Assert.Equal(("e-local", 2379, "/tls.crt", "/tls.key"), (options.EtcdHost, options.EtcdClientPort, options.EtcdClientCertificate, options.EtcdClientKey));
        Assert.Equal(9095, options.Port);
        Assert.Equal("/var/etcd/data/exit_code", options.ExitMarker);
    }

    [Theory]
    [InlineData("--backup-restore-tls-enabled", true)]
    [InlineData("--backup-restore-tls-enabled=true", true)]
    [InlineData("--backup-restore-tls-enabled=false", false)]
    [InlineData("--backup-restore-tls-enabled=0", false)]
    public void A_switch_is_on_alone_and_as_it_says_with_a_value(string flag, bool on) => Assert.Equal(on, StartEtcd(flag).SidecarTls);

    [Fact]
    public void An_empty_host_is_this_machine() => Assert.Equal("localhost", StartEtcd("--backup-restore-host-port=:8080").SidecarHost);

    [Theory]
    [InlineData("--etcd-flavour=vanilla", "--etcd-flavour")]
    [InlineData("--backup-restore-host-port=http://e-local:8080", "without a scheme")]
    [InlineData("--backup-restore-host-port=e-local", "host:port")]
    [InlineData("--etcd-client-port=70000", "not a port")]
    [InlineData("--etcd-ready-timeout=5", "not a duration")]
    [InlineData("--backup-restore-tls-enabled=maybe", "neither true nor false")]
    public void A_flag_that_makes_no_sense_is_refused_and_named(string flag, string because)
    {
        var errors = Parse(new StartEtcdFlags(), flag).Errors;

        Assert.Contains(errors, error => error.Message.Contains(flag.Split('=')[0], StringComparison.Ordinal));
        Assert.Contains(errors, error => error.Message.Contains(because, StringComparison.Ordinal));
    }

    [Fact]
    public void Server_takes_every_flag_that_the_operator_passes()
    {
        string[] arguments =
        [
            "--server-port=8080", "--enable-snapshot-lease-renewal=true", "--full-snapshot-lease-name=e-full-snap", "--delta-snapshot-lease-name=e-delta-snap",
            "--storage-provider=S3", "--store-prefix=p", "--store-container=c", "--store-endpoint-override=https://s3", "--schedule=0 */24 * * *", "--delta-snapshot-period=1m0s",
            "--delta-snapshot-retention-period=15m0s", "--delta-snapshot-memory-limit=104857600", "--garbage-collection-policy=LimitBased", "--max-backups=7",
            "--garbage-collection-period=12h0m0s", "--compress-snapshots=true", "--compression-policy=gzip", "--etcd-snapshot-timeout=15m",
            "--defragmentation-schedule=0 */24 * * *", "--etcd-defrag-timeout=15m", "--auto-compaction-mode=periodic", "--auto-compaction-retention=30m",
            "--cacert=/ca", "--cert=/crt", "--key=/key", "--insecure-transport=false", "--insecure-skip-tls-verify=false", "--endpoints=https://e-local:2379",
            "--service-endpoints=https://e-client:2379,https://other:2379", "--server-cert=/crt", "--server-key=/key", "--data-dir=/var/etcd/data/new.etcd",
            "--restoration-temp-snapshots-dir=/var/etcd/data/restoration.temp", "--snapstore-temp-directory=/var/etcd/data/temp", "--etcd-connection-timeout=5m",
            "--use-etcd-wrapper=true", "--enable-member-lease-renewal=true", "--k8s-heartbeat-duration=10s", "--embedded-etcd-quota-bytes=8589934592",
            "--enable-profiling=true", "--etcd-connection-timeout-leader-election=5s", "--reelection-period=5s",
        ];

        Assert.Empty(ServerCommand.Create(new LogFlags()).Parse(arguments).Errors);
    }

    [Fact]
    public void Server_flags_become_options()
    {
        var options = Server("--endpoints=https://e-local:2379", "--insecure-transport=false", "--service-endpoints=https://e-client:2379,https://other:2379",
            "--enable-member-lease-renewal=true", "--k8s-heartbeat-duration=10s");

        Assert.Equal(["https://e-local:2379/"], options.Endpoints.Select(url => url.ToString()));
        Assert.Equal(["https://e-client:2379/", "https://other:2379/"], options.ServiceEndpoints.Select(url => url.ToString()));
        Assert.NotNull(options.EtcdTls);
        Assert.True(options.RenewsLease);
        Assert.Equal(TimeSpan.FromSeconds(10), options.Heartbeat);
        Assert.Equal(("e-0", "shop", "/var/etcd/config/etcd.conf.yaml"), (options.PodName, options.PodNamespace, options.ConfigFile));
    }

    [Theory]
    [InlineData("--endpoints=https://e:2379 --insecure-transport=true", "--insecure-transport")]
    [InlineData("--endpoints=ftp://e:2379", "--endpoints")]
    [InlineData("--server-cert=/crt", "--server-key")]
    [InlineData("--k8s-heartbeat-duration=0s", "--k8s-heartbeat-duration")]
    [InlineData("--schedule=hourly", "--schedule")]
    [InlineData("--storage-provider=S3", "STORAGE_CONTAINER")]
    public void Server_flags_that_contradict_each_other_are_refused_and_named(string arguments, string named) =>
        Assert.Contains(named, Assert.Throws<FormatException>(() => Server(arguments.Split(' '))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("--secondary-storage-provider=S3", "druid-member copy")]
    [InlineData("--secondary-backup-sync-enabled=true", "druid-member copy")]
    [InlineData("--secondary-backup-sync-enabled=false", null)]
    public void A_second_store_is_refused_with_what_to_do_instead(string flag, string? remedy)
    {
        var errors = ServerCommand.Create(new LogFlags()).Parse([flag]).Errors;

        if (remedy is null) Assert.Empty(errors);
        else Assert.Contains(remedy, Assert.Single(errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_pod_name_is_named()
    {
        Assert.Contains("POD_NAME", Assert.Throws<FormatException>(() => Server([], _ => null)).Message, StringComparison.Ordinal);
    }

    static StartEtcdOptions StartEtcd(params string[] arguments)
    {
        var flags = new StartEtcdFlags();
        var parsed = Parse(flags, arguments);
        Assert.Empty(parsed.Errors);
        return flags.Read(parsed);
    }

    static Druid.Member.Sidecar.SidecarOptions Server(params string[] arguments) => Server(arguments, Pod.GetValueOrDefault);

    static Druid.Member.Sidecar.SidecarOptions Server(string[] arguments, Func<string, string?> environment)
    {
        var (server, etcd, store, snapshots, leases, restore) = (new ServerFlags(), new EtcdFlags(), new StoreFlags(), new SnapshotFlags(), new SnapshotLeaseFlags(), new RestoreFlags());
        var command = new RootCommand();
        foreach (var group in new FlagGroup[] { server, etcd, store, snapshots, leases, restore }) group.AddTo(command);
        var parsed = command.Parse(arguments);
        Assert.Empty(parsed.Errors);
        return server.Read(parsed, environment, etcd, store, snapshots, leases, restore);
    }

    static ParseResult Parse(FlagGroup flags, params string[] arguments)
    {
        var command = new RootCommand();
        flags.AddTo(command);
        return command.Parse(arguments);
    }
}
