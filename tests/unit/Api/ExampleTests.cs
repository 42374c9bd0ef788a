using Druid.Api;
using Druid.Api.Validation;
using Druid.Kubernetes;

namespace Druid.UnitTests.Api;

public class ExampleTests
{
    public static TheoryData<string> All => [.. Directory.GetFiles(Path.Combine(Golden.Root, "examples"), "*.yaml").Select(file => Path.GetFileName(file)).Order()];

    [Theory, MemberData(nameof(All))]
    public void An_example_is_valid_and_needs_no_advice(string name)
    {
        var manifest = Yaml.Read(File.ReadAllText(Path.Combine(Golden.Root, "examples", name)))!;

        Assert.Empty(ApiValidation.Validate(manifest));
        if ((string?)manifest["kind"] == "Etcd") Assert.Empty(EtcdAdvice.Warnings(Etcd.Type.Read(manifest.ToJsonString())));
    }
}
