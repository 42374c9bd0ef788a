using System.Text.Json.Nodes;
using Druid.Kubernetes;
using Druid.Member.Configuration;
using Druid.Member.Wrapper;

namespace Druid.UnitTests.Member;

public class ClusterConfigTests
{
    const string Mounted = """
        advertise-client-urls:
          p-e-0:
          - https://e-0.e-peer.shop.svc:2379
          p-e-1:
          - https://e-1.e-peer.shop.svc:2379
        client-transport-security:
          auto-tls: false
          cert-file: /var/etcd/ssl/server/tls.crt
          client-cert-auth: true
          key-file: /var/etcd/ssl/server/tls.key
          trusted-ca-file: /var/etcd/ssl/ca/ca.crt
        data-dir: /var/etcd/data/new.etcd
        enable-grpc-gateway: true
        initial-advertise-peer-urls:
          p-e-0:
          - http://e-0.e-peer.shop.svc:2380
          - http://extra:2380
          p-e-1:
          - https://e-1.e-peer.shop.svc:2380
        initial-cluster: p-e-0=http://e-0.e-peer.shop.svc:2380,p-e-0=http://extra:2380,p-e-1=https://e-1.e-peer.shop.svc:2380
        initial-cluster-state: new
        initial-cluster-token: etcd-cluster
        member-name-prefix: p
        name: etcd-config
        quota-backend-bytes: 8589934592
        """;

    static readonly ClusterConfig Config = ClusterConfig.Parse(Mounted, "etcd.conf.yaml");

    [Fact]
    public void A_member_gets_its_own_plain_values()
    {
        var own = Rendered(new InitialCluster(Exists: false, Config.InitialCluster));

        Assert.Equal("p-e-0", own["name"]!.ToString());
        Assert.Equal("http://e-0.e-peer.shop.svc:2380,http://extra:2380", own["initial-advertise-peer-urls"]!.ToString());
        Assert.Equal("https://e-0.e-peer.shop.svc:2379", own["advertise-client-urls"]!.ToString());
        Assert.Equal("new", own["initial-cluster-state"]!.ToString());
        Assert.Equal("p-e-0=http://e-0.e-peer.shop.svc:2380,p-e-0=http://extra:2380,p-e-1=https://e-1.e-peer.shop.svc:2380", own["initial-cluster"]!.ToString());
        Assert.False(own.ContainsKey("member-name-prefix"));
        Assert.False(own.ContainsKey("force-new-cluster"));
    }

    [Fact]
    public void All_other_settings_reach_etcd_as_they_are()
    {
        var own = Rendered(new InitialCluster(Exists: false, Config.InitialCluster));

        Assert.Equal(8589934592, own["quota-backend-bytes"]!.GetValue<long>());
        Assert.True(own["enable-grpc-gateway"]!.GetValue<bool>());
        Assert.Equal("/var/etcd/ssl/ca/ca.crt", own["client-transport-security"]!["trusted-ca-file"]!.ToString());
    }

    [Fact]
    public void A_joining_member_is_told_of_exactly_the_members_that_there_are()
    {
        var own = Rendered(new InitialCluster(Exists: true, [new("p-e-1", "https://one:2380"), new("p-e-0", "http://extra:2380")]));

        Assert.Equal("existing", own["initial-cluster-state"]!.ToString());
        Assert.Equal("p-e-1=https://one:2380,p-e-0=http://extra:2380", own["initial-cluster"]!.ToString());
    }

    [Fact]
    public void The_member_of_a_pod_carries_the_prefix() => Assert.Equal("p-e-0", Config.MemberName("e-0"));

    [Fact]
    public void Several_urls_of_one_member_count_once() => Assert.Equal(2, Config.Size);

    [Fact]
    public void Peer_traffic_counts_as_encrypted_only_if_all_of_it_is()
    {
        Assert.False(Config.HasPeerTls("p-e-0"));
        Assert.True(Config.HasPeerTls("p-e-1"));
    }

    [Fact]
    public void The_others_can_be_asked_at_their_client_urls() =>
        Assert.Equal(["https://e-1.e-peer.shop.svc:2379"], Config.ClientUrlsOfOthers("p-e-0"));

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("name: a", "data-dir is missing")]
    [InlineData("data-dir: /d", "initial-cluster is missing")]
    [InlineData("data-dir: /d\ninitial-cluster: nonsense", "expected name=peerURL")]
    [InlineData("data-dir: [", "line")]
    public void What_is_wrong_with_a_configuration_is_said_with_its_file(string yaml, string because)
    {
        var wrong = Assert.Throws<ConfigException>(() => ClusterConfig.Parse(yaml, "etcd.conf.yaml"));

        Assert.StartsWith("etcd.conf.yaml: ", wrong.Message, StringComparison.Ordinal);
        Assert.Contains(because, wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_member_without_urls_is_named_together_with_those_that_have_some()
    {
        var wrong = Assert.Throws<ConfigException>(() => Config.PeerUrls("p-e-7"));

        Assert.Contains("p-e-7", wrong.Message, StringComparison.Ordinal);
        Assert.Contains("p-e-0, p-e-1", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_agent_reads_from_etcds_configuration_how_etcd_serves_clients()
    {
        var security = ClientSecurity.Of(Config.Render("p-e-0", new(Exists: false, Config.InitialCluster)));

        Assert.Equal(new ClientSecurity("/var/etcd/ssl/server/tls.crt", "/var/etcd/ssl/server/tls.key", "/var/etcd/ssl/ca/ca.crt"), security);
        Assert.Null(ClientSecurity.Of("name: plain"));
    }

    static JsonObject Rendered(InitialCluster initial) => (JsonObject)Yaml.Read(Config.Render("p-e-0", initial))!;
}
