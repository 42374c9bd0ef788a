using System.Text.Json.Nodes;
using Druid.Kubernetes;
using Druid.Operator.Components;

namespace Druid.UnitTests.Components;

public class FieldOwnershipTests
{
    [Fact]
    public void What_the_former_operator_wrote_counts_as_applied() => Assert.Equal(
        Normal("[{manager: druid, operation: Apply, apiVersion: apps/v1, time: t, fieldsV1: {f:spec: {f:a: {}}}}]"),
        Transfer("[{manager: etcd-druid, operation: Update, apiVersion: apps/v1, time: t, fieldsV1: {f:spec: {f:a: {}}}}]"));

    [Fact]
    public void It_is_joined_with_what_was_applied_already() => Assert.Equal(
        Normal("[{manager: druid, operation: Apply, apiVersion: v1, fieldsV1: {f:metadata: {}, f:spec: {f:a: {}, f:b: {f:c: {}, f:d: {}}}}}]"),
        Transfer("""
            - {manager: druid, operation: Apply, apiVersion: v1, fieldsV1: {f:metadata: {}, f:spec: {f:a: {}}}}
            - {manager: etcd-druid, operation: Update, apiVersion: v1, fieldsV1: {f:spec: {f:b: {f:c: {}}}}}
            - {manager: etcd-druid, operation: Update, apiVersion: v1, fieldsV1: {f:spec: {f:b: {f:d: {}}}}}
            """));

    [Fact]
    public void Each_version_of_the_API_keeps_an_entry_of_its_own() => Assert.Equal(
        Normal("""
            - {manager: druid, operation: Apply, apiVersion: policy/v1beta1, fieldsV1: {f:a: {}}}
            - {manager: druid, operation: Apply, apiVersion: policy/v1, fieldsV1: {f:b: {}}}
            """),
        Transfer("""
            - {manager: etcd-druid, operation: Update, apiVersion: policy/v1beta1, fieldsV1: {f:a: {}}}
            - {manager: etcd-druid, operation: Update, apiVersion: policy/v1, fieldsV1: {f:b: {}}}
            """));

    [Fact]
    public void Others_and_subresources_keep_theirs()
    {
        const string Others = """
            - {manager: kubectl-edit, operation: Update, apiVersion: v1, fieldsV1: {f:a: {}}}
            - {manager: etcd-druid, operation: Update, subresource: status, apiVersion: v1, fieldsV1: {f:b: {}}}
            - {manager: etcdbrctl, operation: Update, apiVersion: v1, fieldsV1: {f:c: {}}}
            """;
        Assert.Equal(
            Normal($"{Others}\n- {{manager: druid, operation: Apply, apiVersion: v1, fieldsV1: {{f:d: {{}}}}}}"),
            Transfer($"{Others}\n- {{manager: etcd-druid, operation: Update, apiVersion: v1, fieldsV1: {{f:d: {{}}}}}}"));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("[{manager: druid, operation: Apply, apiVersion: v1, fieldsV1: {}}]")]
    [InlineData("[{manager: kubectl, operation: Update, apiVersion: v1, fieldsV1: {}}]")]
    public void Where_the_former_operator_wrote_nothing_there_is_nothing_to_take(string fields) =>
        Assert.Null(FieldOwnership.Transfer((JsonArray)Yaml.Read(fields)!, "etcd-druid", "druid"));

    static string Transfer(string fields) => Normal(FieldOwnership.Transfer((JsonArray)Yaml.Read(fields)!, "etcd-druid", "druid")!);

    static string Normal(string yaml) => Normal(Yaml.Read(yaml)!);

    static string Normal(JsonNode node) => Yaml.Write(node);
}
