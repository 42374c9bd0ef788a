using System.Text.Json.Nodes;
using Druid.Api;
using Druid.Kubernetes.Client;
using Druid.Kubernetes.Resources;
using Druid.Member.Etcd;

namespace Druid.EndToEndTests;

/// <summary>What someone relies on whose certificates run out: they are replaced, authority and all, while clients write.</summary>
[Collection(nameof(Installation))]
public sealed class CertificateTests(Installation druid) : IAsyncLifetime
{
    readonly DirectoryInfo files = Directory.CreateTempSubdirectory("druid-e2e-");

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        files.Delete(recursive: true);
        await druid.CleanUp();
    }

    [Fact]
    public Task The_certificates_of_a_lone_member_are_replaced_and_given_up() => Replace(1, nameof(The_certificates_of_a_lone_member_are_replaced_and_given_up));

    [Fact, Trait("Matrix", "Full")]
    public Task The_certificates_of_three_members_are_replaced_and_given_up() => Replace(3, nameof(The_certificates_of_three_members_are_replaced_and_given_up));

    async Task Replace(int replicas, string scenario)
    {
        using var old = new Authority();
        using var next = new Authority();
        string[] users = ["client", "backup", "peer"];

        var key = await druid.Create(replicas, spec => BackupTests.InStore(spec) is var backed ? backed with
        {
            Etcd = spec.Etcd with { ClientUrlTls = Tls("client"), PeerUrlTls = new() { TlsCaSecretRef = new() { Name = "peer-ca" }, ServerTlsSecretRef = new() { Name = "peer-server" } } },
            Backup = backed.Backup with { Tls = Tls("backup") },
        } : spec);
        await druid.CreateStore(key);
        foreach (var secret in users.SelectMany(user => old.Secrets(user, key))) await druid.Client.Create(secret);
        await druid.UntilReady(key, replicas);
        await using var workload = await druid.StartWorkload(key, old.Client(files.FullName, key, old, next));
        await workload.UntilWritten(50);

        // Both are trusted before the first certificate of the new one is shown, and until the last of the old one is gone.
        foreach (var user in users) await Put(Authority.Trust(user, key, old, next));
        await Rolled(key, replicas);
        foreach (var secret in users.SelectMany(user => next.Certificates(user, key))) await Put(secret);
        await Shown(key, replicas, next);
        next.Client(files.FullName, key, old, next);
        foreach (var user in users) await Put(Authority.Trust(user, key, next));
        await Rolled(key, replicas);
        await workload.UntilWritten(50);
        Assert.Contains("has succeeded", await druid.Cli("snapshot", "e", "--type", "full", "-n", key.Namespace, "--wait"), StringComparison.Ordinal);
        await workload.Verify(scenario);

        await druid.Change(key, JsonNode.Parse("""{"etcd":{"clientUrlTls":null},"backup":{"tls":null}}""")!.AsObject());
        await druid.UntilReady(key, replicas);
        await workload.VerifyAt(await druid.ClientUrl(key), $"{scenario}, then without");
        Assert.Contains("has succeeded", await druid.Cli("snapshot", "e", "--type", "full", "-n", key.Namespace, "--wait"), StringComparison.Ordinal);
    }

    Task<Secret> Put(Secret secret) => druid.Client.Patch<Secret>(secret.Key, PatchKind.Merge, new JsonObject
    {
        ["data"] = new JsonObject(secret.Data!.Select(entry => KeyValuePair.Create<string, JsonNode?>(entry.Key, Convert.ToBase64String(entry.Value)))),
    });

    // The kubelet brings a changed secret to the pods within a minute or two, and etcd reads certificates with each handshake.
    async Task Shown(ObjectKey key, int replicas, Authority authority)
    {
        var tls = authority.Client(files.CreateSubdirectory("next").FullName, key, authority);
        for (var ordinal = 0; ordinal < replicas; ordinal++)
        {
            var pod = await druid.Client.Get<Pod>(key with { Name = $"e-{ordinal}" });
            using var etcd = new EtcdClient(new() { Endpoints = [new($"https://{pod.Status!.PodIP}:2379")], Tls = tls });
            await Installation.Eventually($"{pod.Key} shows the new certificate", async () =>
            {
                try
                {
                    return (await etcd.Status(CancellationToken.None), "");
                }
                catch (EtcdException error)
                {
                    return (null, error.Message);
                }
            }, TimeSpan.FromMinutes(3));
        }
    }

    // Authorities are read by etcd when it starts, so each pod is another afterwards.
    async Task Rolled(ObjectKey key, int replicas)
    {
        await druid.Until(key, "rolling its pods", e => e.Status.Lifecycle!.Regions.Any(r => r.State.StartsWith("Updating", StringComparison.Ordinal)), TimeSpan.FromMinutes(1));
        await druid.UntilReady(key, replicas, TimeSpan.FromMinutes(6));
    }

    static TlsConfig Tls(string user) => new()
    {
        TlsCaSecretRef = new() { Name = $"{user}-ca" },
        ServerTlsSecretRef = new() { Name = $"{user}-server" },
        ClientTlsSecretRef = new() { Name = $"{user}-client" },
    };
}
