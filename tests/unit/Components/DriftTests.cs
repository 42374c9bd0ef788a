using System.Text.Json;
using System.Text.Json.Nodes;
using Druid.Kubernetes;
using Druid.Kubernetes.Resources;
using Druid.Operator.Components;

namespace Druid.UnitTests.Components;

public class DriftTests
{
    [Fact]
    public void An_object_as_it_was_rendered_does_not_drift()
    {
        var set = Golden.Render<StatefulSet>(Golden.Context("07-all-tls"));
        Assert.Null(Drift.Between(set, set));
    }

    [Theory]
    // What others add and the server defaults.
    [InlineData("{a: 1}", "{a: 1, b: 2}", null)]
    [InlineData("{metadata: {labels: {a: x}}}", "{metadata: {uid: u, labels: {a: x, b: y}}}", null)]
    [InlineData("{containers: [{name: etcd}]}", "{containers: [{name: injected}, {name: etcd, terminationMessagePath: /dev/termination-log}]}", null)]
    [InlineData("{volumeMounts: [{name: d, mountPath: /d}]}", "{volumeMounts: [{name: token, mountPath: /var/run}, {name: d, mountPath: /d}]}", null)]
    // What changed.
    [InlineData("{a: 1}", "{a: 2}", "a")]
    [InlineData("{a: 1}", "{}", "a")]
    [InlineData("{a: x}", "{a: null}", "a")]
    [InlineData("{a: {b: {c: true}}}", "{a: {b: {c: false}}}", "a.b.c")]
    [InlineData("{a: {b: 1}}", "{a: [1]}", "a")]
    [InlineData("{args: [a, b]}", "{args: [a, c]}", "args[1]")]
    [InlineData("{args: [a, b]}", "{args: [b, a]}", "args[0]")]
    [InlineData("{args: [a]}", "{args: [a, b]}", "args")]
    [InlineData("{args: [a]}", "{}", "args")]
    [InlineData("{containers: [{name: etcd, image: a}]}", "{containers: [{name: x, image: a}, {name: etcd, image: b}]}", "containers[etcd].image")]
    [InlineData("{containers: [{name: etcd}]}", "{containers: [{name: x}]}", "containers[etcd]")]
    [InlineData("{spec: {volumes: [{name: a, secret: {secretName: x}}]}}", "{spec: {volumes: [{name: a, secret: {secretName: y}}]}}", "spec.volumes[a].secret.secretName")]
    [InlineData("{env: [{name: A, value: x}]}", "{env: [{name: A, value: y}]}", "env[A].value")]
    // The same, said otherwise.
    [InlineData("{a: 1.0}", "{a: 1}", null)]
    [InlineData("{targetPort: 80}", "{targetPort: '80'}", null)]
    [InlineData("{targetPort: '80'}", "{targetPort: 80}", null)]
    [InlineData("{targetPort: 80}", "{targetPort: http}", "targetPort")]
    [InlineData("{requests: {cpu: 1000m, memory: 1024Mi}}", "{requests: {cpu: '1', memory: 1Gi}}", null)]
    [InlineData("{requests: {cpu: 1}}", "{requests: {cpu: '2'}}", "requests.cpu")]
    [InlineData("{requests: {cpu: '1'}}", "{limits: {cpu: '1'}}", "requests")]
    [InlineData("{annotations: {cpu: 1000m}}", "{annotations: {cpu: '1'}}", "annotations.cpu")]
    [InlineData("{value: ''}", "{}", null)]
    [InlineData("{emptyDir: {}}", "{}", null)]
    [InlineData("{flag: false}", "{}", "flag")]
    [InlineData("{minAvailable: 0}", "{}", "minAvailable")]
    // Ports are told apart by number and protocol, and TCP goes without saying.
    [InlineData("{ports: [{port: 1, name: a}]}", "{ports: [{port: 2, protocol: TCP}, {port: 1, protocol: TCP, name: a}]}", null)]
    [InlineData("{ports: [{port: 1, protocol: TCP}]}", "{ports: [{port: 1, protocol: UDP}]}", "ports[1]")]
    [InlineData("{ports: [{containerPort: 1, name: a}]}", "{ports: [{containerPort: 1, name: b}]}", "ports[1].name")]
    // A selector with one more label selects something else.
    [InlineData("{selector: {a: x}}", "{selector: {a: x, b: y}}", "selector")]
    [InlineData("{selector: {matchLabels: {a: x}}}", "{selector: {matchLabels: {a: x, b: y}}}", "selector.matchLabels")]
    public void Only_what_is_rendered_counts_and_by_its_meaning(string rendered, string live, string? departs) =>
        Assert.Equal(departs, Drift.Covers(Json(rendered), Json(live)));

    [Fact]
    public void Any_rendered_value_that_someone_changes_is_found()
    {
        var set = Golden.Json(Golden.Render<StatefulSet>(Golden.Context("07-all-tls")));
        var rendered = Golden.Element(set);
        var leaves = Leaves(set).ToList();
        Assert.True(leaves.Count > 150);
        foreach (var leaf in leaves)
        {
            var live = set.DeepClone();
            Replace(live, leaf);
            Assert.NotNull(Drift.Covers(rendered, Golden.Element(live)));
        }
    }

    static JsonElement Json(string yaml) => Golden.Element(Yaml.Read(yaml)!);

    static IEnumerable<string> Leaves(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(f => Leaves(f.Value)),
        JsonArray list => list.SelectMany(Leaves),
        _ => [node!.GetPath()],
    };

    // Another value of the same type where the path says.
    static void Replace(JsonNode root, string path)
    {
        var leaf = Find(root, path)!;
        JsonNode other = leaf.GetValueKind() switch
        {
            JsonValueKind.String => leaf.GetValue<string>() + "x",
            JsonValueKind.True or JsonValueKind.False => !leaf.GetValue<bool>(),
            _ => leaf.GetValue<long>() + 1,
        };
        leaf.ReplaceWith(other);
    }

    static JsonNode? Find(JsonNode? node, string path) => node switch
    {
        JsonObject map => map.Select(f => Find(f.Value, path)).FirstOrDefault(n => n is not null),
        JsonArray list => list.Select(n => Find(n, path)).FirstOrDefault(n => n is not null),
        _ => node!.GetPath() == path ? node : null,
    };
}
