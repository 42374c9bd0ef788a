using System.Diagnostics;
using Druid.Api;
using Druid.Api.Schemas;
using Druid.EnvtestTests.Operator;

namespace Druid.EnvtestTests.Api;

/// <summary>What <c>druid-operator crds</c> prints, put before the oldest supported API server by kubectl.</summary>
[Collection(OneOperator.Name)]
public sealed class CrdTests(OperatorFixture fixture)
{
    [Fact]
    public async Task Without_CEL_the_CRDs_are_applied_to_a_server_that_has_none_and_checked_by_it()
    {
        var (code, output) = await Apply(Crds.ToYaml(cel: false));
        Assert.True(code == 0, output);
        foreach (var crd in Crds.All)
        {
            Assert.Contains($"{crd.Plural}.{ApiGroup.Name} serverside-applied", output, StringComparison.Ordinal);
        }
        var ns = await fixture.Plane.NewNamespace("crds");
        (code, output) = await Apply($$$"""
            apiVersion: druid.gardener.cloud/v1alpha1
            kind: Etcd
            metadata: {name: e, namespace: {{{ns}}} }
            spec: {replicas: 1, labels: {a: b}, etcd: {metrics: loud}, backup: {}}
            """);
        Assert.NotEqual(0, code);
        Assert.Contains("spec.etcd.metrics: Unsupported value: \"loud\"", output, StringComparison.Ordinal);
    }

    async Task<(int Code, string Output)> Apply(string yaml)
    {
        using var process = Process.Start(new ProcessStartInfo(
            "kubectl", ["--kubeconfig", fixture.Plane.Kubeconfig, "apply", "--server-side", "--force-conflicts", "-f", "-"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        await process.StandardInput.WriteAsync(yaml);
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await errors);
    }
}
