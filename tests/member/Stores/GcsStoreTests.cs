using Druid.Member.Stores;

namespace Druid.MemberTests.Stores;

/// <summary>Google Cloud Storage, as the test tree's own server speaks its JSON API.</summary>
public sealed class GcsStoreTests(GcsServer server) : RemoteStoreConformance, IClassFixture<GcsServer>
{
    private protected override StoreProvider Provider => StoreProvider.Gcs;

    private protected override string Container => GcsServer.Bucket;

    private protected override Uri Server => server.Address;

    private protected override Secret Credentials { get; } = new(("serviceaccount.json", server.KeyFile(wrong: false)));

    // The server's pages have a hundred.
    private protected override int Many => 350;

    private protected override void Rotate(bool wrong) => Credentials.Replace(("serviceaccount.json", server.KeyFile(wrong)));

    private protected override IObjectStore Open(StoreOptions options, TimeProvider time) =>
        new StoreFactory(name => name == "GOOGLE_APPLICATION_CREDENTIALS" ? Path.Combine(Credentials.Directory, "serviceaccount.json") : null, time).Open(options);

    private protected override Task AssertNothingLeft()
    {
        Assert.DoesNotContain(server.Unfinished, name => name.StartsWith(Prefix, StringComparison.Ordinal));
        return Task.CompletedTask;
    }

    [Fact]
    public async Task An_object_marked_for_exclusion_is_listed_as_excluded_and_one_under_retention_as_immutable()
    {
        var until = new DateTimeOffset(2100, 1, 2, 3, 4, 5, TimeSpan.Zero);
        await Write("v2/a", [1]);
        await Write("v2/b", [1]);
        server.Exclude($"{Prefix}/v2/a");
        server.Retain($"{Prefix}/v2/b", until);

        Assert.Equal([("v2/a", true, null), ("v2/b", false, until)], (await List()).Select(found => (found.Name, found.Excluded, found.ImmutableUntil)));
    }

    [Fact]
    public async Task What_a_retention_holds_is_neither_deleted_nor_replaced()
    {
        await Write("v2/a", [1]);
        server.Retain($"{Prefix}/v2/a", DateTimeOffset.UtcNow.AddDays(1));

        Assert.Equal(StoreError.Immutable, (await Assert.ThrowsAsync<StoreException>(() => Store.Delete("v2/a", default))).Error);
        Assert.Equal(StoreError.Immutable, (await Assert.ThrowsAsync<StoreException>(() => Write("v2/a", [2]))).Error);
        Assert.Equal([1], await Read("v2/a"));
    }

    [Fact]
    public async Task Without_a_secret_the_machines_identity_is_used_as_its_metadata_server_gives_it()
    {
        await using var store = new StoreFactory(name => name == "GCE_METADATA_HOST" ? server.Address.Authority : null, TimeProvider.System).Open(Options(Prefix, Server));
        await store.Write("v2/x", new MemoryStream([1]), default);
        Assert.Equal([1], await Read("v2/x", store));
    }

    [Theory]
    [InlineData("token_url", "https://sts.googleapis.com.evil/v1/token")]
    [InlineData("credential_source", "/etc/shadow")]
    [InlineData("service_account_impersonation_url", "https://evil/v1/projects/-/serviceAccounts/a:generateAccessToken")]
    public async Task A_workload_identity_that_would_send_the_pods_token_elsewhere_is_refused(string field, string value)
    {
        var identity = new System.Text.Json.Nodes.JsonObject
        {
            ["type"] = "external_account",
            ["audience"] = "//iam.googleapis.com/pool",
            ["subject_token_type"] = "urn:ietf:params:oauth:token-type:jwt",
            ["token_url"] = "https://sts.googleapis.com/v1/token",
            ["credential_source"] = new System.Text.Json.Nodes.JsonObject { ["file"] = Path.Combine(Credentials.Directory, "token") },
        };
        identity[field] = field == "credential_source" ? new System.Text.Json.Nodes.JsonObject { ["file"] = value } : value;
        Credentials.Replace(("serviceaccount.json", identity.ToJsonString()), ("token", "pod"));
        await using var store = Open(Options(Prefix, Server), TimeProvider.System);

        var refused = await Assert.ThrowsAsync<StoreException>(() => List("", store));

        Assert.Equal(StoreError.Denied, refused.Error);
        Assert.Contains(field, refused.Message, StringComparison.Ordinal);
    }
}
