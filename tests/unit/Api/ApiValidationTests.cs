using System.Text.Json;
using System.Text.Json.Nodes;
using Druid.Api;
using Druid.Api.Schemas;
using Druid.Api.Validation;

namespace Druid.UnitTests.Api;

public class ApiValidationTests
{
    [Fact]
    public void An_object_read_from_the_server_is_checked_as_a_manifest_is()
    {
        var etcd = Etcds.Named("main");
        etcd = etcd with { Spec = etcd.Spec with { Replicas = -1, Etcd = new() { ClientPort = 0, Metrics = "loud", DefragmentationSchedule = "60 * * * *" } } };

        Assert.Equal(
            [
                "spec.etcd.defragmentationSchedule is \"60 * * * *\": must be a cron schedule of five fields in UTC, minute hour day-of-month month day-of-week, such as '0 */2 * * *'",
                "spec.etcd.clientPort is 0: must be from 1 to 65535",
                "spec.etcd.metrics is \"loud\": must be one of basic, extensive",
                "spec.replicas is -1: must be at least 0",
            ],
            ApiValidation.Validate(etcd).Select(error => error.ToString()).OrderBy(line => line.Split(' ')[0] switch { "spec.etcd.defragmentationSchedule" => 0, "spec.etcd.clientPort" => 1, "spec.etcd.metrics" => 2, _ => 3 }));
    }

    [Fact]
    public void A_change_is_checked_against_what_was()
    {
        var old = Etcds.Named("main");
        var now = old with { Spec = old.Spec with { StorageClass = "fast" } };

        Assert.Empty(ApiValidation.Validate(now));
        Assert.Equal("storageClass-immutable", Assert.Single(ApiValidation.Validate(now, old)).Rule);
    }

    [Fact]
    public void A_very_long_value_is_cut_in_its_error()
    {
        var etcd = Etcds.Named(new string('x', 10_000));

        Assert.All(ApiValidation.Validate(etcd), error => Assert.True(error.ToString().Length < 500));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("5")]
    [InlineData("{}")]
    [InlineData("""{"apiVersion":5,"kind":[]}""")]
    [InlineData("""{"apiVersion":"druid.gardener.cloud/v1alpha1","kind":"Etcd","metadata":5,"spec":[]}""")]
    [InlineData("""{"apiVersion":"druid.gardener.cloud/v1alpha1","kind":"Etcd","metadata":{"name":5},"spec":{"labels":{"a":{}},"replicas":1e99,"etcd":{"quota":{}},"backup":{"store":{"prefix":[]}}}}""")]
    public void Nonsense_gives_errors_and_no_exception(string json) => Assert.NotEmpty(ApiValidation.Validate(JsonNode.Parse(json)!));

    // The operator lists all Etcds at once: one that the server has accepted but cannot be read would blind it to all.
    [Fact]
    public void Every_duration_and_amount_that_the_schema_admits_can_be_read()
    {
        var random = new Random(11);
        for (var i = 0; i < 2_000; i++)
        {
            var (duration, amount) = (Duration(random), Amount(random));
            var manifest = JsonNode.Parse($$"""{"metadata":{"name":"a"},"spec":{"labels":{},"replicas":1,"etcd":{"heartbeatDuration":"{{duration}}","quota":"{{amount}}"},"backup":{} } }""")!;
            if (SchemaCheck.Errors(Crds.Etcd.Schema, manifest).Any()) continue;

            Etcd.Type.Read(manifest.ToJsonString());
        }
    }

    [Fact]
    public void Unknown_fields_are_found_in_what_a_webhook_gets()
    {
        using var document = JsonDocument.Parse("""{"metadata":{"name":"a","anything":1},"spec":{"replica":3,"labels":{"any":"thing"},"schedulingConstraints":{"affinity":{"new":{}}}}}""");

        Assert.Equal("spec.replica: is not known: write replicas instead", Assert.Single(UnknownFields.In(document.RootElement, Crds.Etcd.Schema)).ToString());
    }

    static string Duration(Random random) => string.Concat(Enumerable.Range(0, random.Next(1, 7)).Select(_ =>
        Digits(random, 20) + (random.Next(3) == 0 ? "." + Digits(random, 10) : "") + new[] { "h", "m", "s", "ms", "us", "µs", "ns", "d" }[random.Next(8)]));

    static string Amount(Random random) =>
        new[] { "", "+", "-" }[random.Next(3)] + Digits(random, 30) + (random.Next(3) == 0 ? "." + Digits(random, 30) : "")
        + new[] { "", "Ki", "Ei", "n", "m", "E", "e" + Digits(random, 12), "E-" + Digits(random, 12), "e1.5", "x" }[random.Next(10)];

    static string Digits(Random random, int most) => string.Concat(Enumerable.Range(0, random.Next(1, most)).Select(_ => random.Next(10)));
}
