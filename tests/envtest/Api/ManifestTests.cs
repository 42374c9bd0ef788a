using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Druid.Api;
using Druid.Api.Schemas;
using Druid.EnvtestTests.Operator;
using Druid.Kubernetes.Client;

namespace Druid.EnvtestTests.Api;

/// <summary>The manifests of the unit tests, put before a real API server: it takes what is valid, and refuses what it can check.</summary>
[Collection(OneOperator.Name)]
public sealed class ManifestTests(OperatorFixture fixture) : IDisposable
{
    // Not our client: it sends nothing that its types do not allow.
    readonly HttpClient server = Connect(fixture.Plane.Configuration);

    public void Dispose() => server.Dispose();

    [Fact]
    public async Task Every_valid_manifest_is_taken()
    {
        var refused = new List<string>();
        foreach (var manifest in Manifest.Load("valid").Where(m => m.Old is null && !TakesEmptyForNone(m.Now)))
        {
            if (await Try(manifest.Now) is { } error) refused.Add($"{manifest.Name}: {error}");
        }
        Assert.True(refused.Count == 0, string.Join('\n', refused));
    }

    [Fact]
    public async Task What_the_schema_alone_can_tell_is_refused_by_the_server()
    {
        var (taken, checkedOnes) = (new List<string>(), 0);
        foreach (var manifest in Manifest.Load("invalid").Where(m => m.Old is null && m.BreaksSchema && !TakesEmptyForNone(m.Now)))
        {
            checkedOnes++;
            if (await Try(manifest.Now) is null) taken.Add($"{manifest.Name}: {string.Join(' ', manifest.Errors)}");
        }
        Assert.True(taken.Count == 0, string.Join('\n', taken));
        Assert.True(checkedOnes >= 40, $"Only {checkedOnes} manifests break the schema alone.");
    }

    // The oldest supported server, 1.20, mixes an empty text up with none where it checks a schema.
    static bool TakesEmptyForNone(JsonNode? node) => node switch
    {
        JsonObject fields => fields.Any(field => field.Value is null || TakesEmptyForNone(field.Value)),
        JsonArray items => items.Any(TakesEmptyForNone),
        JsonValue value => value.TryGetValue<string>(out var text) && text.Length == 0,
        _ => false,
    };

    async Task<string?> Try(JsonNode manifest)
    {
        var now = (JsonObject)manifest.DeepClone();
        var metadata = (JsonObject)now["metadata"]!;
        metadata["namespace"] = "default";
        metadata["name"] = $"try-{Guid.NewGuid():N}"[..20];
        metadata.Remove("uid");
        metadata.Remove("deletionTimestamp");
        using var body = new StringContent(now.ToJsonString(), Encoding.UTF8, "application/json");
        using var answer = await server.PostAsync($"apis/{ApiGroup.Name}/{ApiGroup.Version}/namespaces/default/{Plural(now)}?dryRun=All", body);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode || (int)answer.StatusCode is 400 or 422, $"{(int)answer.StatusCode}: {text}");
        return answer.IsSuccessStatusCode ? null : (string?)JsonNode.Parse(text)?["message"];
    }

    static string Plural(JsonObject manifest) => Crds.All.First(c => c.Kind == (string?)manifest["kind"]).Plural;

    static HttpClient Connect(ClusterConfiguration cluster)
    {
        var handler = new SocketsHttpHandler();
        handler.SslOptions.ClientCertificates = cluster.ClientCertificate is { } certificate ? [certificate] : null;
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.AddRange(cluster.CertificateAuthorities ?? []);
        return new(handler) { BaseAddress = cluster.Server };
    }
}
