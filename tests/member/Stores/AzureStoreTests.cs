using Druid.Member.Stores;
using Druid.Member.Stores.Azure;

namespace Druid.MemberTests.Stores;

/// <summary>Azurite with a container for a class of tests.</summary>
public sealed class AzuriteServer : IAsyncLifetime
{
    public const string Container = "druid-backups";
    public const string Account = "devstoreaccount1";

    // Azurite's well-known key.
    public const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    public Uri Address { get; } = new(Servers.Azurite, Account);

    public Task InitializeAsync() => Send(HttpMethod.Put, "", [("restype", "container")]);

    public Task DisposeAsync() => Task.CompletedTask;

    /// <summary>A request of an administrator, who does not use a store.</summary>
    internal async Task Send(HttpMethod method, string blob, (string, string)[] query, string? body = null)
    {
        var settings = new AzureSettings(new($"{Address}/{Container}"), Account, Convert.FromBase64String(Key), null, null);
        using var http = new HttpClient();
        using var request = await AzureRequests.Make(settings, method, blob, query, TimeProvider.System, body is null ? null : new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes(body)), null, default);
        using var response = await http.SendAsync(request);
        Assert.True(response.IsSuccessStatusCode || response.StatusCode == System.Net.HttpStatusCode.Conflict, $"{response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
    }
}

/// <summary>Azure's Blob service as Azurite is one.</summary>
public sealed class AzureStoreTests(AzuriteServer server) : RemoteStoreConformance, IClassFixture<AzuriteServer>
{
    private protected override StoreProvider Provider => StoreProvider.Abs;

    private protected override string Container => AzuriteServer.Container;

    private protected override Uri Server => server.Address;

    private protected override Secret Credentials { get; } = new(Entries(AzuriteServer.Key));

    private protected override void Rotate(bool wrong) => Credentials.Replace(Entries(wrong ? Convert.ToBase64String(new byte[64]) : AzuriteServer.Key));

    private protected override IObjectStore Open(StoreOptions options, TimeProvider time) =>
        new StoreFactory(name => name == "AZURE_APPLICATION_CREDENTIALS" ? Credentials.Directory : null, time).Open(options);

    [Fact]
    public async Task A_blob_that_is_tagged_for_exclusion_is_listed_as_excluded()
    {
        await Write("v2/a", [1]);
        await Write("v2/b", [1]);
        await server.Send(HttpMethod.Put, $"{Prefix}/v2/a", [("comp", "tags")], "<?xml version=\"1.0\" encoding=\"utf-8\"?><Tags><TagSet><Tag><Key>x-etcd-snapshot-exclude</Key><Value>true</Value></Tag></TagSet></Tags>");

        Assert.Equal([("v2/a", true), ("v2/b", false)], (await List()).Select(found => (found.Name, found.Excluded)));
    }

    [Fact]
    public async Task A_secret_in_one_json_file_does_as_well()
    {
        Credentials.Replace(("credentials.json", $$"""{"storageAccount": "{{AzuriteServer.Account}}", "storageKey": "{{AzuriteServer.Key}}"}"""));
        await using var store = Open(Options(Prefix, Server), TimeProvider.System);

        await store.Write("v2/x", new MemoryStream([1]), default);

        Assert.Equal([1], await Read("v2/x", store));
    }

    static (string, string)[] Entries(string key) => [("storageAccount", AzuriteServer.Account), ("storageKey", key + "\n")];
}
