using System.Text.Json.Nodes;
using Druid.Api;
using Druid.Kubernetes.Resources;
using Druid.Operator.Components;

namespace Druid.UnitTests.Components;

public class ConfigMapTests
{
    [Fact]
    public void The_configuration_of_three_members_is_byte_for_byte_the_established_one() => Assert.Equal(
        """
        advertise-client-urls:
          etcd-main-0:
          - http://etcd-main-0.etcd-main-peer.default.svc:2379
          etcd-main-1:
          - http://etcd-main-1.etcd-main-peer.default.svc:2379
          etcd-main-2:
          - http://etcd-main-2.etcd-main-peer.default.svc:2379
        auto-compaction-mode: periodic
        auto-compaction-retention: 30m
        data-dir: /var/etcd/data/new.etcd
        enable-grpc-gateway: false
        initial-advertise-peer-urls:
          etcd-main-0:
          - http://etcd-main-0.etcd-main-peer.default.svc:2380
          etcd-main-1:
          - http://etcd-main-1.etcd-main-peer.default.svc:2380
          etcd-main-2:
          - http://etcd-main-2.etcd-main-peer.default.svc:2380
        initial-cluster: etcd-main-0=http://etcd-main-0.etcd-main-peer.default.svc:2380,etcd-main-1=http://etcd-main-1.etcd-main-peer.default.svc:2380,etcd-main-2=http://etcd-main-2.etcd-main-peer.default.svc:2380
        initial-cluster-state: new
        initial-cluster-token: etcd-cluster
        listen-client-urls: http://0.0.0.0:2379
        listen-peer-urls: http://0.0.0.0:2380
        metrics: basic
        name: etcd-config
        next-cluster-version-compatible: true
        quota-backend-bytes: 8589934592
        snapshot-count: 10000

        """,
        ConfigOf(Example("etcd-main", "default", 3)));

    [Fact]
    public void A_cluster_without_members_has_empty_maps_and_an_empty_text()
    {
        var config = ConfigOf(Example("x", "default", 0));
        Assert.Contains("\nadvertise-client-urls: {}\n", '\n' + config, StringComparison.Ordinal);
        Assert.Contains("\ninitial-cluster: \"\"\n", config, StringComparison.Ordinal);
    }

    // As Go's YAML library quotes them.
    [Theory]
    [InlineData("30m", "30m")]
    [InlineData("1h30m0s", "1h30m0s")]
    [InlineData("1000", "\"1000\"")]
    [InlineData("1.5", "\"1.5\"")]
    [InlineData("1e3", "\"1e3\"")]
    [InlineData("0x10", "\"0x10\"")]
    [InlineData("1_000", "\"1_000\"")]
    [InlineData("0777", "\"0777\"")]
    [InlineData("1:30", "\"1:30\"")]
    [InlineData(".inf", "\".inf\"")]
    [InlineData("2001-01-01", "\"2001-01-01\"")]
    [InlineData("yes", "\"yes\"")]
    [InlineData("~", "\"~\"")]
    [InlineData("- a", "'- a'")]
    [InlineData("a: b", "'a: b'")]
    [InlineData("a #b", "'a #b'")]
    [InlineData("a:", "'a:'")]
    [InlineData("'x", "'''x'")]
    [InlineData("@x", "'@x'")]
    [InlineData("a'b", "a'b")]
    [InlineData("1,000", "1,000")]
    [InlineData("--", "--")]
    [InlineData("?x", "?x")]
    public void Texts_are_quoted_where_YAML_would_read_something_else(string retention, string written)
    {
        var etcd = Example("x", "default", 1);
        etcd = etcd with { Spec = etcd.Spec with { SharedConfig = new() { AutoCompactionRetention = retention } } };
        Assert.Contains($"\nauto-compaction-retention: {written}\n", ConfigOf(etcd), StringComparison.Ordinal);
    }

    [Fact]
    public void The_next_version_of_etcd_is_told_its_freelist_type()
    {
        var etcd = Example("x", "default", 1);
        Assert.DoesNotContain("freelist", ConfigOf(etcd), StringComparison.Ordinal);
        Assert.Contains("backend-bbolt-freelist-type: array", ConfigOf(etcd, upgrade: true), StringComparison.Ordinal);
    }

    internal static Etcd Example(string name, string @namespace, int replicas) => Golden.Etcd(new JsonObject
    {
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = @namespace, ["uid"] = "1" },
        ["spec"] = new JsonObject
        {
            ["labels"] = new JsonObject(),
            ["replicas"] = replicas,
            ["etcd"] = new JsonObject(),
            ["backup"] = new JsonObject(),
        },
    });

    static string ConfigOf(Etcd etcd, bool upgrade = false) =>
        Golden.Render<ConfigMap>(new RenderContext(etcd, etcd.Spec.Replicas, Golden.Images) { UpgradeEtcdVersion = upgrade }).Data!["etcd.conf.yaml"];
}
