using System.Text;
using System.Text.Json.Nodes;
using Druid.Api;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;

namespace Druid.EnvtestTests.Operator;

/// <summary>What someone relies on who puts other certificates into secrets.</summary>
[Collection(OneOperator.Name)]
public sealed class RotationTests(OperatorFixture fixture) : IDisposable
{
    public void Dispose() => fixture.VerifySteps();

    [Fact]
    public async Task Other_authorities_in_a_secret_reach_the_members()
    {
        var tls = new TlsConfig { TlsCaSecretRef = new() { Name = "ca" }, ServerTlsSecretRef = new() { Name = "server" }, ClientTlsSecretRef = new() { Name = "client" } };
        var key = await fixture.Create(1, spec => spec with { Etcd = spec.Etcd with { ClientUrlTls = tls } });
        foreach (var name in (string[])["ca", "server", "client"])
        {
            await fixture.Client.Create(new Secret { Metadata = new() { Name = name, Namespace = key.Namespace }, Data = new Dictionary<string, byte[]> { ["ca.crt"] = "first"u8.ToArray(), ["tls.crt"] = "first"u8.ToArray() } });
        }
        await fixture.UntilReady(key);
        var first = (await fixture.Client.Get<Pod>(key with { Name = "e-0" })).Metadata.Uid;

        await Put(key, "ca", "ca.crt");
        await ControlPlane.Eventually("the pod was replaced", async () => await fixture.Client.TryGet<Pod>(key with { Name = "e-0" }) is { } pod && pod.Metadata.Uid != first);
        await fixture.UntilReady(key);
        Assert.NotNull((await fixture.Client.Get<StatefulSet>(key)).Spec!.Template!.Metadata!.Annotations!.GetValueOrDefault("checksum/etcd-authorities"));
    }

    Task<Secret> Put(ObjectKey key, string secret, string entry) => fixture.Client.Patch<Secret>(
        key with { Name = secret }, PatchKind.Merge, new JsonObject { ["data"] = new JsonObject { [entry] = Convert.ToBase64String(Encoding.UTF8.GetBytes("second")) } });
}
