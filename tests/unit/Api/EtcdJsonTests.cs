using System.Text.Json.Nodes;
using Druid.Api;

namespace Druid.UnitTests.Api;

public class EtcdJsonTests
{
    const string Smallest = """{"apiVersion":"druid.gardener.cloud/v1alpha1","kind":"Etcd","metadata":{"name":"a"},"spec":{"labels":{},"etcd":{},"backup":{},"replicas":3}}""";

    [Fact]
    public void What_is_absent_is_empty_and_never_null()
    {
        var etcd = Etcd.Type.Read("""{"metadata":{"name":"a"}}""");

        Assert.Empty(etcd.Spec.Labels);
        Assert.Empty(etcd.Spec.Etcd.AdditionalAdvertisePeerUrls);
        Assert.Empty(etcd.Spec.SchedulingConstraints.TopologySpreadConstraints);
        Assert.Null(etcd.Spec.Backup.Store);
        Assert.Empty(etcd.Status.Conditions);
        Assert.Empty(etcd.Status.Members);
        Assert.Null(etcd.Spec.Policies.VolumesOnScaleIn);
    }

    [Fact]
    public void An_explicit_null_is_as_good_as_absent()
    {
        var etcd = Etcd.Type.Read("""{"metadata":{"name":"a"},"spec":{"labels":null,"etcd":null,"backup":{"store":null},"annotations":null},"status":null}""");

        Assert.Empty(etcd.Spec.Labels);
        Assert.Null(etcd.Spec.Etcd.Quota);
        Assert.Empty(etcd.Status.LastErrors);
    }

    [Fact]
    public void Empty_lists_and_maps_are_not_written_unless_they_are_required()
    {
        var json = JsonNode.Parse(Etcd.Type.ToJson(Etcd.Type.Read(Smallest)))!;

        Assert.Equal(["labels", "etcd", "backup", "sharedConfig", "schedulingConstraints", "replicas", "policies"], json["spec"]!.AsObject().Select(f => f.Key));
        Assert.Empty(json["status"]!.AsObject());
    }

    [Theory, MemberData(nameof(ManifestTests.Valid), MemberType = typeof(ManifestTests))]
    public void No_field_of_a_manifest_is_lost(string name)
    {
        var manifest = Manifest.Load("valid", name).Object;

        var written = Written(manifest);

        Assert.Equal(written.ToJsonString(), Written(written).ToJsonString());
        AssertKept(manifest, written, "");
    }

    static JsonNode Written(JsonNode manifest) => JsonNode.Parse((string?)manifest["kind"] switch
    {
        "Etcd" => Etcd.Type.ToJson(Etcd.Type.Read(manifest.ToJsonString())),
        "EtcdOpsTask" => EtcdOpsTask.Type.ToJson(EtcdOpsTask.Type.Read(manifest.ToJsonString())),
        _ => EtcdCopyBackupsTask.Type.ToJson(EtcdCopyBackupsTask.Type.Read(manifest.ToJsonString())),
    })!;

    // Amounts and times may be written in other words; whether they are there is what counts.
    static void AssertKept(JsonNode? before, JsonNode? after, string path)
    {
        if (before is null or JsonObject { Count: 0 }) return;
        Assert.True(after is not null, $"{path} is lost");
        if (before is JsonObject fields)
            foreach (var (name, value) in fields) AssertKept(value, after[name], $"{path}.{name}");
        else if (before is JsonArray items)
            for (var i = 0; i < items.Count; i++) AssertKept(items[i], after[i], $"{path}[{i}]");
    }
}
