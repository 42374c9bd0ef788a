using Druid.Kubernetes.Resources;
using Druid.Operator.Components;
using Druid.StateMachine.Etcd;

namespace Druid.UnitTests.Components;

public class PeerTlsStageTests
{
    static readonly RenderContext Encrypted = Golden.Context("05-peer-tls");
    static readonly RenderContext Plain = Golden.Context("02-three");

    [Fact]
    public void Prepared_members_hold_certificates_and_listen_without()
    {
        var prepared = Encrypted with { PeerTls = PeerTls.Prepared };
        Assert.Contains("etcd-peer-server-tls", VolumesOf(prepared));
        Assert.Contains("\npeer-transport-security:\n", ConfigOf(prepared), StringComparison.Ordinal);
        Assert.Contains("\nlisten-peer-urls: http://0.0.0.0:2380\n", ConfigOf(prepared), StringComparison.Ordinal);
        Assert.DoesNotContain("https://", ConfigOf(prepared), StringComparison.Ordinal);
    }

    [Fact]
    public void Encryption_that_is_wanted_but_not_begun_shows_nowhere()
    {
        var off = Encrypted with { PeerTls = PeerTls.Off };
        Assert.DoesNotContain("etcd-peer-server-tls", VolumesOf(off));
        Assert.Equal(ConfigOf(Plain), ConfigOf(off));
    }

    [Theory]
    [InlineData(PeerTls.On)]
    [InlineData(PeerTls.Prepared)]
    public void While_encryption_is_turned_off_members_keep_the_secrets_that_the_spec_no_longer_names(PeerTls stage)
    {
        var live = LivePeerTls.Of(Golden.Render<StatefulSet>(Encrypted), Golden.Render<ConfigMap>(Encrypted));
        var leaving = Plain with { PeerTls = stage, LivePeerTls = live };
        var before = Encrypted with { PeerTls = stage };
        Assert.Equal(ConfigOf(before), ConfigOf(leaving));
        Assert.Null(Drift.Between(Golden.Render<StatefulSet>(before), Golden.Render<StatefulSet>(leaving)));
    }

    [Fact]
    public void The_live_secrets_are_those_of_the_spec()
    {
        var context = Golden.Context("07-all-tls");
        Assert.Equal(context.Etcd.Spec.Etcd.PeerUrlTls, LivePeerTls.Of(Golden.Render<StatefulSet>(context), Golden.Render<ConfigMap>(context)));
    }

    [Fact]
    public void Members_without_certificates_have_no_live_secrets() =>
        Assert.Null(LivePeerTls.Of(Golden.Render<StatefulSet>(Plain), Golden.Render<ConfigMap>(Plain)));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("- not\n  a: [config")]
    [InlineData("peer-transport-security: 5")]
    public void A_broken_ConfigMap_does_not_hide_the_live_secrets(string? config)
    {
        var broken = config is null ? null : new ConfigMap { Metadata = new() { Name = "c" }, Data = new Dictionary<string, string> { ["etcd.conf.yaml"] = config } };
        var live = LivePeerTls.Of(Golden.Render<StatefulSet>(Encrypted), broken);
        Assert.Equal(("etcd-peer-ca", "etcd-peer-server"), (live?.TlsCaSecretRef.Name, live?.ServerTlsSecretRef.Name));
    }

    [Fact]
    public void Each_stage_changes_the_checksum_so_that_members_take_it_up()
    {
        var stages = Enum.GetValues<PeerTls>().Select(stage => Encrypted with { PeerTls = stage }).ToList();
        Assert.Equal(3, stages.Select(ChecksumOf).Distinct().Count());
        Assert.All(stages.Zip(stages.Skip(1)), pair =>
            Assert.NotEqual(ChecksumOf(pair.First), ChecksumOf(pair.Second with { LiveConfigChecksum = ChecksumOf(pair.First) })));
    }

    static string ConfigOf(RenderContext context) => Golden.Render<ConfigMap>(context).Data!["etcd.conf.yaml"];

    static IEnumerable<string> VolumesOf(RenderContext context) => Golden.Render<StatefulSet>(context).Spec!.Template!.Spec!.Volumes!.Select(v => v.Name);

    static string ChecksumOf(RenderContext context) => Golden.Render<StatefulSet>(context).Spec!.Template!.Metadata!.Annotations!["checksum/etcd-configmap"];
}
