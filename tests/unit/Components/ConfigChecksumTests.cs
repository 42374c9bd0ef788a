using Druid.Api;
using Druid.Kubernetes.Resources;
using Druid.Operator.Components;

namespace Druid.UnitTests.Components;

public class ConfigChecksumTests
{
    // Computed with Go's encoding/json, YAML library and SHA-256 for the same settings.
    const string OfThreeMembers = "1489318bd52e56b03eb353c11c4d0eb457bcb1f742fbedeafb1625e9ac54ded7";
    const string OfNoMember = "509c339b2646a6a31ddbe5cddb7f9b531049874d5c439ef93293aad5ac189b05";
    const string OfTwelveMembersWithTls = "6927949dc81ae2cae95763edbb1245eef19d486a6e7aaaf2591d7708bbcde838";

    [Fact]
    public void The_checksum_of_a_new_cluster_is_the_established_one() =>
        Assert.Equal(OfThreeMembers, ChecksumOf(ConfigMapTests.Example("etcd-main", "default", 3)));

    [Fact]
    public void The_checksum_of_a_hibernated_cluster_is_the_established_one() => Assert.Equal(
        OfNoMember,
        ChecksumOf(With(ConfigMapTests.Example("x", "default", 0), s => s with { SharedConfig = new() { AutoCompactionRetention = "1h30m0s" } })));

    [Fact]
    public void The_checksum_of_a_large_cluster_with_TLS_and_quoted_texts_is_the_established_one()
    {
        var tls = new PeerTlsConfig { SkipClientSanVerification = true };
        var etcd = With(ConfigMapTests.Example("e", "ns", 12), s => s with
        {
            MemberNamePrefix = "p",
            SharedConfig = new() { AutoCompactionRetention = "1000" },
            Etcd = new() { ClientUrlTls = new(), PeerUrlTls = tls },
        });
        Assert.Equal(OfTwelveMembersWithTls, ChecksumOf(etcd, upgrade: true));
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(3, 5)]
    [InlineData(5, 1)]
    [InlineData(3, 0)]
    [InlineData(0, 3)]
    [InlineData(1, 9)]
    public void Scaling_and_hibernating_keep_the_checksum_at_every_step(int from, int to)
    {
        var before = ConfigMapTests.Example("etcd-main", "default", from);
        var after = ConfigMapTests.Example("etcd-main", "default", to);
        var live = ChecksumOf(before);
        for (var size = Math.Min(from, to); size <= Math.Max(from, to); size++) Assert.Equal(live, ChecksumOf(after, live, size));
    }

    [Fact]
    public void A_cluster_that_is_handed_over_after_scaling_keeps_its_checksum() =>
        Assert.Equal(OfThreeMembers, ChecksumOf(ConfigMapTests.Example("etcd-main", "default", 5), OfThreeMembers, size: 3));

    public static TheoryData<string> Changes => [.. ChangesByName.Keys];

    static readonly Dictionary<string, Func<EtcdSpec, EtcdSpec>> ChangesByName = new()
    {
        ["metrics"] = s => s with { Etcd = s.Etcd with { Metrics = MetricsLevel.Extensive } },
        ["quota"] = s => s with { Etcd = s.Etcd with { Quota = Quantity.Parse("4Gi") } },
        ["snapshot count"] = s => s with { Etcd = s.Etcd with { SnapshotCount = 5 } },
        ["gRPC gateway"] = s => s with { Etcd = s.Etcd with { EnableGrpcGateway = true } },
        ["client port"] = s => s with { Etcd = s.Etcd with { ClientPort = 1 } },
        ["peer port"] = s => s with { Etcd = s.Etcd with { ServerPort = 1 } },
        ["client TLS"] = s => s with { Etcd = s.Etcd with { ClientUrlTls = new() } },
        ["peer TLS"] = s => s with { Etcd = s.Etcd with { PeerUrlTls = new() } },
        ["compaction mode"] = s => s with { SharedConfig = new() { AutoCompactionMode = CompactionMode.Revision } },
        ["compaction retention"] = s => s with { SharedConfig = new() { AutoCompactionRetention = "1h" } },
        ["URLs of a member"] = s => s with { Etcd = s.Etcd with { AdditionalAdvertisePeerUrls = [Urls("etcd-main-0")] } },
        ["URLs of the last member"] = s => s with { Etcd = s.Etcd with { AdditionalAdvertisePeerUrls = [Urls("etcd-main-2")] } },
        ["joined cluster"] = s => s with
        {
            Etcd = s.Etcd with { BootstrapWithExistingCluster = new() { Members = [new() { Name = "a", PeerUrls = ["http://a:2380"] }] } },
        },
    };

    [Theory, MemberData(nameof(Changes))]
    public void Any_other_change_changes_the_checksum(string change)
    {
        var before = ConfigMapTests.Example("etcd-main", "default", 3);
        var after = With(before, ChangesByName[change]);
        for (var size = 0; size <= 3; size++)
        {
            var live = ChecksumOf(With(before, s => s with { Replicas = size }));
            Assert.NotEqual(live, ChecksumOf(after, live));
        }
    }

    [Fact]
    public void What_is_no_checksum_of_these_settings_is_replaced() =>
        Assert.Equal(OfThreeMembers, ChecksumOf(ConfigMapTests.Example("etcd-main", "default", 3), live: "0123"));

    static MemberPeerUrls Urls(string member) => new() { MemberName = member, Urls = ["http://10.0.0.1:2380"] };

    static Etcd With(Etcd etcd, Func<EtcdSpec, EtcdSpec> change) => etcd with { Spec = change(etcd.Spec) };

    static string ChecksumOf(Etcd etcd, string? live = null, int? size = null, bool upgrade = false)
    {
        var context = new RenderContext(etcd, size ?? etcd.Spec.Replicas, Golden.Images) { LiveConfigChecksum = live, UpgradeEtcdVersion = upgrade };
        return Golden.Render<StatefulSet>(context).Spec!.Template!.Metadata!.Annotations!["checksum/etcd-configmap"];
    }
}
