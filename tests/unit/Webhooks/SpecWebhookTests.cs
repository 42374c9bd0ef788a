using System.Text.Json;
using System.Text.Json.Nodes;
using Druid.Kubernetes;
using Druid.Operator.Webhooks;
using Druid.UnitTests.Api;

namespace Druid.UnitTests.Webhooks;

/// <summary>What is told to somebody whose manifest is refused, and what is never refused.</summary>
public sealed class SpecWebhookTests
{
    static readonly JsonNode Valid = Yaml.Read(File.ReadAllText(Path.Combine(Golden.Root, "examples/etcd-3.yaml")))!;

    [Fact]
    public async Task Everything_that_is_wrong_is_told_at_once_with_field_value_and_remedy()
    {
        var answer = await Ask("CREATE", With(spec =>
        {
            spec["replicas"] = -3;
            spec["etcd"]!["clientPort"] = 70000;
        }));
        Assert.False(answer.Allowed);
        Assert.Equal(422, answer.Status!.Code);
        Assert.Contains("spec.etcd.clientPort is 70000", answer.Status.Message, StringComparison.Ordinal);
        Assert.Equal(["spec.etcd.clientPort", "spec.replicas"], answer.Status.Details!.Causes!.Select(c => c.Field).Order());
    }

    [Fact]
    public async Task Advice_comes_as_warnings()
    {
        var answer = await Ask("CREATE", With(spec => spec["replicas"] = 2));
        Assert.True(answer.Allowed);
        Assert.Contains("spec.replicas is 2", Assert.Single(answer.Warnings!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_must_not_change_is_compared_with_what_it_was()
    {
        var answer = await Ask("UPDATE", With(spec => spec["storageClass"] = "b"), With(spec => spec["storageClass"] = "a"));
        Assert.Contains("storageClass cannot be changed", answer.Status!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_invalid_object_that_exists_can_be_annotated_and_can_go()
    {
        var invalid = With(spec => spec["replicas"] = -3);
        var annotated = invalid.DeepClone();
        annotated["metadata"]!["annotations"] = new JsonObject { ["note"] = "x" };
        Assert.True((await Ask("UPDATE", annotated, invalid)).Allowed);
        var going = With(spec => spec["replicas"] = -4);
        going["metadata"]!["deletionTimestamp"] = "2026-01-01T00:00:00Z";
        Assert.True((await Ask("UPDATE", going, invalid)).Allowed);
    }

    [Fact]
    public async Task A_name_that_the_server_is_to_give_is_no_error()
    {
        var manifest = Valid.DeepClone();
        manifest["metadata"] = new JsonObject { ["generateName"] = "etcd-" };
        var answer = await Ask("CREATE", manifest);
        Assert.True(answer.Allowed, answer.Status?.Message);
    }

    static JsonNode With(Action<JsonNode> change)
    {
        var manifest = Valid.DeepClone();
        change(manifest["spec"]!);
        return manifest;
    }

    // Through its JSON, as it comes.
    static Task<AdmissionResponse> Ask(string operation, JsonNode now, JsonNode? before = null)
    {
        var review = new JsonObject
        {
            ["apiVersion"] = "admission.k8s.io/v1",
            ["kind"] = "AdmissionReview",
            ["request"] = new JsonObject
            {
                ["uid"] = "1",
                ["kind"] = new JsonObject { ["group"] = "druid.gardener.cloud", ["version"] = "v1alpha1", ["kind"] = "Etcd" },
                ["operation"] = operation,
                ["namespace"] = "ns",
                ["userInfo"] = new JsonObject { ["username"] = "u", ["groups"] = new JsonArray("g") },
                ["object"] = now.DeepClone(),
                ["oldObject"] = before?.DeepClone(),
            },
        };
        return new SpecWebhook().Answer(JsonSerializer.Deserialize(review, AdmissionJson.Default.AdmissionReview)!.Request!, default);
    }
}
