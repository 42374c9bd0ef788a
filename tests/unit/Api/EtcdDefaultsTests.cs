using System.Text.Json.Nodes;
using Druid.Api;
using Druid.Kubernetes.Resources;

namespace Druid.UnitTests.Api;

public class EtcdDefaultsTests
{
    [Fact]
    public void What_is_left_out_is_filled_in()
    {
        var spec = Etcds.Named("main").WithDefaults().Spec;

        Assert.Equal((2379, 2380, 9095, 8080), (spec.Etcd.ClientPort, spec.Etcd.ServerPort, spec.Etcd.WrapperPort, spec.Backup.Port));
        Assert.Equal((Quantity.Parse("16Gi"), Quantity.Parse("8Gi")), (spec.StorageCapacity, spec.Etcd.Quota));
        Assert.Equal(("50m", "128Mi"), (spec.Etcd.Resources!.Requests!["cpu"].ToString(), spec.Backup.Resources!.Requests!["memory"].ToString()));
        Assert.Equal(("periodic", "30m"), (spec.SharedConfig.AutoCompactionMode, spec.SharedConfig.AutoCompactionRetention));
        Assert.Equal(10_000, spec.Etcd.SnapshotCount);
        Assert.Equal(Duration.Parse("10s"), spec.Etcd.HeartbeatDuration);
        Assert.Equal("main", spec.VolumeClaimTemplate);
        Assert.Equal(("Delete", "Retain", "Wait"), (spec.Policies.VolumesOnScaleIn, spec.Policies.VolumesOnDeletion, spec.Policies.OnPermanentQuorumLoss));
        Assert.Equal(("LimitBased", 7, true, "gzip"), (spec.Backup.GarbageCollectionPolicy, spec.Backup.MaxBackupsLimitBasedGc, spec.Backup.Compression!.Enabled, spec.Backup.Compression.Policy));
    }

    [Fact]
    public void What_has_no_default_stays_absent()
    {
        var spec = Etcds.Named("main").WithDefaults().Spec;

        Assert.Null(spec.Backup.Store);
        Assert.Null(spec.Etcd.ClientUrlTls);
        Assert.Null(spec.Etcd.Image);
        Assert.Null(spec.StorageClass);
    }

    // The manifests say nearly everything that can be said.
    [Theory, MemberData(nameof(ManifestTests.Valid), MemberType = typeof(ManifestTests))]
    public void What_is_said_stays_said_and_twice_is_once(string name)
    {
        var manifest = Manifest.Load("valid", name).Object;
        if ((string?)manifest["kind"] != "Etcd") return;
        var etcd = Etcd.Type.Read(manifest.ToJsonString());

        var effective = Etcd.Type.ToJson(etcd.WithDefaults());

        Assert.Equal(effective, Etcd.Type.ToJson(etcd.WithDefaults().WithDefaults()));
        AssertWithin(JsonNode.Parse(Etcd.Type.ToJson(etcd)), JsonNode.Parse(effective), "");
    }

    static void AssertWithin(JsonNode? said, JsonNode? effective, string path)
    {
        if (said is JsonObject fields)
            foreach (var (name, value) in fields) AssertWithin(value, effective?[name], $"{path}.{name}");
        else
            Assert.True(JsonNode.DeepEquals(said, effective), $"{path}: {said} became {effective}");
    }

    [Fact]
    public void Every_default_is_valid() =>
        Assert.Empty(Druid.Api.Validation.ApiValidation.Validate(Etcds.Named("main").WithDefaults()));
}
