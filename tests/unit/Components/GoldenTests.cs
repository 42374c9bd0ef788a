using System.Text.Json.Nodes;
using Druid.Kubernetes.Resources;

namespace Druid.UnitTests.Components;

public class GoldenTests
{
    public static TheoryData<string> Names => [.. Golden.Names];

    [Theory, MemberData(nameof(Names))]
    public void What_is_rendered_is_what_was_reviewed(string name) => Golden.Verify(name, Golden.Render(Golden.Context(name)));

    [Theory, MemberData(nameof(Names))]
    public void The_same_context_renders_the_same_objects(string name) => Assert.Equal(
        Golden.Render(Golden.Context(name)).Select(o => Golden.Json(o).ToJsonString()),
        Golden.Render(Golden.Context(name)).Select(o => Golden.Json(o).ToJsonString()));

    [Theory, MemberData(nameof(Names))]
    public void Every_mount_has_its_volume_and_every_volume_its_use(string name)
    {
        var set = Golden.Render<StatefulSet>(Golden.Context(name));
        var pod = set.Spec!.Template!.Spec!;
        var volumes = pod.Volumes!.Select(v => v.Name).Concat(set.Spec.VolumeClaimTemplates!.Select(c => c.Metadata!.Name!)).Order();
        var mounts = pod.Containers!.Concat(pod.InitContainers ?? []).SelectMany(c => c.VolumeMounts!).Select(m => m.Name).Distinct();
        // The operator's own clients' certificate for the sidecar is a volume by agreement, though no container reads it.
        Assert.Equal(volumes.Where(v => v != "backup-restore-client-tls"), mounts.Order());
    }

    [Theory, MemberData(nameof(Names))]
    public void Everything_belongs_to_the_Etcd_and_is_found_by_its_labels(string name)
    {
        var etcd = Golden.Etcd(name);
        Assert.All(Golden.Render(Golden.Context(name)), o =>
        {
            Assert.True(o.IsControlledBy(etcd));
            Assert.Equal(etcd.Metadata.Namespace, o.Metadata.Namespace);
            Assert.Equal(("etcd-druid", "etcd-main"), (o.Label("app.kubernetes.io/managed-by"), o.Label("app.kubernetes.io/part-of")));
        });
    }

    [Theory, MemberData(nameof(Names))]
    public void Services_and_budget_select_the_pods(string name)
    {
        var objects = Golden.Render(Golden.Context(name)).ToList();
        var labels = objects.OfType<StatefulSet>().Single().Spec!.Template!.Metadata!.Labels;
        Assert.All(objects.OfType<Service>(), s => Assert.True(new LabelSelector { MatchLabels = s.Spec!.Selector }.Matches(labels)));
        Assert.All(objects.OfType<PodDisruptionBudget>(), b => Assert.True(b.Spec!.Selector!.Matches(labels)));
        Assert.All(objects.OfType<StatefulSet>(), s => Assert.True(s.Spec!.Selector!.Matches(labels)));
    }

    [Theory, MemberData(nameof(Names))]
    public void Nothing_is_rendered_that_the_API_server_would_drop(string name) =>
        Assert.All(Golden.Render(Golden.Context(name)), o => Assert.Empty(Empties(Golden.Json(o), "")));

    // An empty text or list is not stored, so an object with one would never be as it was applied. In data, any text is.
    static IEnumerable<string> Empties(JsonNode? node, string path) => node switch
    {
        JsonObject map => map.Where(f => f.Key is not ("annotations" or "data")).SelectMany(f => Empties(f.Value, $"{path}.{f.Key}")),
        JsonArray { Count: > 0 } list => list.SelectMany((item, i) => path.EndsWith("apiGroups", StringComparison.Ordinal) ? [] : Empties(item, $"{path}[{i}]")),
        JsonArray => [path],
        JsonValue value when value.GetValueKind() == System.Text.Json.JsonValueKind.String && value.GetValue<string>().Length == 0 => [path],
        _ => [],
    };
}
