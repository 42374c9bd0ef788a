using System.Text.Json;
using Druid.Kubernetes.Resources;

namespace Druid.UnitTests.Kubernetes.Resources;

public class ResourceJsonTests
{
    [Fact]
    public void What_is_not_set_is_not_written()
    {
        var pod = new Pod
        {
            Metadata = new() { Name = "a", Namespace = "ns" },
            Spec = new()
            {
                Containers =
                [
                    new()
                    {
                        Name = "etcd",
                        Ports = [new() { Name = "client", Port = 2379, Protocol = "TCP" }],
                        Env = [new() { Name = "POD_NAME", ValueFrom = new() { FieldRef = new() { FieldPath = "metadata.name" } } }],
                        Resources = new() { Requests = new Dictionary<string, Quantity> { ["memory"] = Quantity.Parse("1024Mi") } },
                        ReadinessProbe = new() { HttpGet = new() { Path = "/readyz", Port = 9095, Scheme = "HTTP" }, PeriodSeconds = 5 },
                    },
                ],
            },
        };
        Assert.Equal(
            """{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","namespace":"ns"},"spec":{"containers":[{"name":"etcd","ports":[{"name":"client","containerPort":2379,"protocol":"TCP"}],"env":[{"name":"POD_NAME","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}}],"resources":{"requests":{"memory":"1Gi"}},"readinessProbe":{"periodSeconds":5,"httpGet":{"path":"/readyz","port":9095,"scheme":"HTTP"}}}]}}""",
            Pod.Type.ToJson(pod));
    }

    [Fact]
    public void A_kind_may_be_written_in_an_older_version() =>
        Assert.StartsWith(
            """{"apiVersion":"policy/v1beta1","kind":"PodDisruptionBudget","metadata":""",
            PodDisruptionBudget.Type.InVersion("v1beta1").ToJson(new() { Metadata = new() { Name = "a" } }),
            StringComparison.Ordinal);

    [Fact]
    public void An_object_knows_its_kind_without_having_been_told()
    {
        static string KindOf(IResource resource) => $"{resource.Kind} {resource.ApiVersion}";
        Assert.Equal("PodDisruptionBudget policy/v1", KindOf(PodDisruptionBudget.Type.Read("""{"metadata":{"name":"a"}}""")));
    }

    [Fact]
    public void Unknown_fields_are_passed_over_and_managed_fields_are_not_kept()
    {
        var map = ConfigMap.Type.Read("""{"metadata":{"name":"a","managedFields":[{"manager":"x"}],"future":{}},"data":{"k":"v","n":null},"future":[1]}""");
        Assert.Equal("v", map.Data!["k"]);
        Assert.Equal("", map.Data["n"]);
        Assert.DoesNotContain("manage", ConfigMap.Type.ToJson(map), StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_newer_server_wrote_into_a_lease_survives_a_change()
    {
        var lease = Lease.Type.Read("""{"metadata":{"name":"a"},"spec":{"holderIdentity":"x","strategy":"OldestEmulationVersion","renewTime":"2026-01-02T03:04:05.123456Z"}}""");
        var changed = lease with { Spec = lease.Spec! with { HolderIdentity = "y" } };
        Assert.Equal(
            """{"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"a"},"spec":{"holderIdentity":"y","renewTime":"2026-01-02T03:04:05.123456Z","strategy":"OldestEmulationVersion"}}""",
            Lease.Type.ToJson(changed));
    }

    [Theory]
    [InlineData("2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000000Z")]
    [InlineData("2026-01-02T03:04:05.5Z", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05.500000Z")]
    [InlineData("2026-01-02T03:04:05.123456789Z", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05.123456Z")]
    [InlineData("2026-01-02T05:04:05+02:00", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000000Z")]
    public void Times_are_read_in_any_precision_and_written_in_the_one_that_servers_take(string text, string time, string microTime)
    {
        var lease = Lease.Type.Read($$$"""{"metadata":{"name":"a","creationTimestamp":"{{{text}}}"},"spec":{"renewTime":"{{{text}}}"}}""");
        var json = Lease.Type.ToJson(lease);
        Assert.Contains($"\"creationTimestamp\":\"{time}\"", json, StringComparison.Ordinal);
        Assert.Contains($"\"renewTime\":\"{microTime}\"", json, StringComparison.Ordinal);
    }

    [Fact]
    public void A_field_of_the_wrong_type_is_named()
    {
        var error = Assert.Throws<JsonException>(() => StatefulSet.Type.Read("""{"metadata":{"name":"a"},"spec":{"replicas":"three"}}"""));
        Assert.Contains("$.spec.replicas", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_number_or_a_text_stays_what_it_is()
    {
        var service = Service.Type.Read("""{"metadata":{"name":"a"},"spec":{"ports":[{"port":1,"targetPort":80},{"port":2,"targetPort":"http"}]}}""");
        Assert.Equal(80, service.Spec!.Ports![0].TargetPort?.Number);
        Assert.Equal("http", service.Spec.Ports[1].TargetPort?.Text);
        Assert.Contains("""[{"port":1,"targetPort":80},{"port":2,"targetPort":"http"}]""", Service.Type.ToJson(service), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_partial_object_only_the_metadata_is_read()
    {
        var partial = Partial<ConfigMap>.Type.Read("""{"kind":"PartialObjectMetadata","metadata":{"name":"a"},"data":{"k":7}}""");
        Assert.Equal("a", partial.Metadata.Name);
        Assert.Equal("ConfigMap", ((IResource)partial).Kind);
        Assert.Throws<JsonException>(() => Partial<ConfigMap>.Type.Read("{}"));
    }

    [Fact]
    public void Of_a_pods_spec_only_the_names_of_its_containers_are_read()
    {
        var pod = PodOutline.Type.Read(
            """{"metadata":{"name":"p"},"spec":{"volumes":[{"name":7}],"containers":[{"name":"a","args":["--x"],"ports":[]},{"name":"b"}]},"status":{"podIP":"10.0.0.1"}}""");
        Assert.Equal(("Pod", "p", "10.0.0.1"), (((IResource)pod).Kind, pod.Metadata.Name, pod.Status!.PodIP));
        Assert.Equal(["a", "b"], pod.Spec!.Containers!.Select(c => c.Name));
    }

    [Fact]
    public void The_same_text_in_many_objects_is_one_string()
    {
        ConfigMap Read() => ConfigMap.Type.Read("""{"metadata":{"name":"n","namespace":"shared-namespace","labels":{"app.kubernetes.io/part-of":"main"}}}""");
        var (one, other) = (Read(), Read());
        Assert.Same(one.Metadata.Namespace, other.Metadata.Namespace);
        Assert.Same(one.Metadata.Labels!["app.kubernetes.io/part-of"], other.Metadata.Labels!["app.kubernetes.io/part-of"]);
        Assert.Same(one.Metadata.Labels.Keys.Single(), other.Metadata.Labels.Keys.Single());
    }

    [Theory]
    [InlineData("\"plain\"", "plain")]
    [InlineData("\"\"", "")]
    [InlineData("\"tab\\tand \\u00e4\"", "tab\tand ä")]
    [InlineData("\"ä€😀\"", "ä€😀")]
    public void Pooling_does_not_change_texts(string json, string text)
    {
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(text, ConfigMap.Type.Read($$$"""{"metadata":{"name":{{{json}}}}}""").Metadata.Name);
        }
    }

    [Fact]
    public void A_label_that_comes_twice_has_its_last_value()
    {
        var map = ConfigMap.Type.Read("""{"metadata":{"name":"a","labels":{"x":"1","y":"2","x":"3"}}}""");
        Assert.Equal([("x", "3"), ("y", "2")], map.Metadata.Labels!.Select(e => (e.Key, e.Value)));
        Assert.Throws<KeyNotFoundException>(() => map.Metadata.Labels!["z"]);
    }

    [Theory]
    [InlineData("a=1", true)]
    [InlineData("a=2", false)]
    [InlineData("a in (0,1)", true)]
    [InlineData("b in (0,1)", false)]
    [InlineData("a notin (0,1)", false)]
    [InlineData("b notin (0,1)", true)]
    [InlineData("a", true)]
    [InlineData("b", false)]
    [InlineData("!a", false)]
    [InlineData("!b", true)]
    [InlineData("", true)]
    public void A_selector_selects_here_as_it_does_on_the_server(string query, bool selects)
    {
        var selector = query switch
        {
            "" => new LabelSelector(),
            _ when query.Contains('=', StringComparison.Ordinal) => new() { MatchLabels = new Dictionary<string, string> { ["a"] = query[2..] } },
            _ when query.Contains('(', StringComparison.Ordinal) => Expression(query[..1], query.Contains("not", StringComparison.Ordinal) ? "NotIn" : "In", "0", "1"),
            _ when query[0] == '!' => Expression(query[1..], "DoesNotExist"),
            _ => Expression(query, "Exists"),
        };
        Assert.Equal(query, selector.ToString());
        Assert.Equal(selects, selector.Matches(new Dictionary<string, string> { ["a"] = "1" }));
    }

    static LabelSelector Expression(string key, string @operator, params string[] values) =>
        new() { MatchExpressions = [new() { Key = key, Operator = @operator, Values = values }] };
}
