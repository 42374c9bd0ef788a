using Druid.Api;

namespace Druid.UnitTests.Api;

public class NamesTests
{
    static readonly Etcd Main = Etcds.Named("main");

    [Fact]
    public void Objects_are_named_as_others_expect_them()
    {
        Assert.Equal("main", Names.StatefulSet(Main));
        Assert.Equal("main-config", Names.ConfigMap(Main));
        Assert.Equal("main-client", Names.ClientService(Main));
        Assert.Equal("main-peer", Names.PeerService(Main));
        Assert.Equal("main", Names.Budget(Main));
        Assert.Equal("main", Names.ServiceAccount(Main));
        Assert.Equal("druid.gardener.cloud:etcd:main", Names.Role(Main));
        Assert.Equal("druid.gardener.cloud:etcd:main", Names.RoleBinding(Main));
        Assert.Equal("main-full-snap", Names.FullSnapshotLease(Main));
        Assert.Equal("main-delta-snap", Names.DeltaSnapshotLease(Main));
        Assert.Equal("main-compactor", Names.CompactionJob(Main));
        Assert.Equal("main-local", Names.LocalHost(Main));
        Assert.Equal("main-2", Names.Pod(Main, 2));
        Assert.Equal("copy-worker", Names.CopyJob(new() { Metadata = new() { Name = "copy" } }));
    }

    [Fact]
    public void A_prefix_is_in_the_names_of_members_and_leases_but_not_of_pods()
    {
        var blue = Main with { Spec = Main.Spec with { MemberNamePrefix = "blue" } };

        Assert.Equal("main-0", Names.Member(Main, 0));
        Assert.Equal("blue-main-0", Names.Member(blue, 0));
        Assert.Equal("blue-main-0", Names.MemberLease(blue, 0));
        Assert.Equal("main-0", Names.Pod(blue, 0));
    }

    [Fact]
    public void A_claim_is_named_by_its_template_which_is_the_Etcds_name_unless_chosen()
    {
        var chosen = Main with { Spec = Main.Spec with { VolumeClaimTemplate = "data" } };

        Assert.Equal("main-main-1", Names.VolumeClaim(Main, 1));
        Assert.Equal("data-main-1", Names.VolumeClaim(chosen, 1));
    }

    [Fact]
    public void Urls_follow_TLS_and_ports()
    {
        var tls = Main with { Spec = Main.Spec with { Etcd = new() { PeerUrlTls = new(), ClientUrlTls = new(), ServerPort = 3380, ClientPort = 3379 }, Backup = new() { Tls = new(), Port = 9080 } } };

        Assert.Equal("http://main-0.main-peer.shoots.svc:2380", Urls.Peer(Main, 0));
        Assert.Equal("http://main-0.main-peer.shoots.svc:2379", Urls.Client(Main, 0));
        Assert.Equal("http://main-0.main-peer.shoots.svc:8080", Urls.Sidecar(Main, 0));
        Assert.Equal("http://main-client.shoots.svc:2379", Urls.ClientService(Main));
        Assert.Equal("https://main-2.main-peer.shoots.svc:3380", Urls.Peer(tls, 2));
        Assert.Equal("https://main-2.main-peer.shoots.svc:3379", Urls.Client(tls, 2));
        Assert.Equal("https://main-client.shoots.svc:9080", Urls.SidecarService(tls));
    }
}
