using Druid.Member.Stores;

namespace Druid.MemberTests.Stores;

/// <summary>Providers that speak S3 under names of their own, with the credentials as their Secrets have them.</summary>
public sealed class CompatibleProviderTests(S3rver server) : IClassFixture<S3rver>
{
    [Fact]
    public Task Dells_ecs_takes_its_credentials_from_variables() => RoundTrip(StoreProvider.Ecs, new()
    {
        ["ECS_ENDPOINT"] = server.Address.Authority,
        ["ECS_DISABLE_SSL"] = "true",
        ["ECS_ACCESS_KEY_ID"] = "S3RVER",
        ["ECS_SECRET_ACCESS_KEY"] = "S3RVER",
    });

    [Fact]
    public async Task Openshifts_storage_takes_its_credentials_from_its_secret()
    {
        using var secret = new Secret(("endpoint", server.Address.Authority), ("disableSSL", "true"), ("region", "us-east-1"), ("accessKeyID", "S3RVER"), ("secretAccessKey", "S3RVER"));
        await RoundTrip(StoreProvider.Ocs, new() { ["OPENSHIFT_APPLICATION_CREDENTIALS"] = secret.Directory });
    }

    [Fact]
    public async Task Alibabas_oss_takes_its_credentials_from_its_secret()
    {
        using var secret = new Secret(("storageEndpoint", server.Address.ToString()), ("accessKeyID", "S3RVER"), ("accessKeySecret", "S3RVER"));
        await RoundTrip(StoreProvider.Oss, new() { ["ALICLOUD_APPLICATION_CREDENTIALS"] = secret.Directory });
    }

    [Fact]
    public async Task An_endpoint_in_the_flags_goes_before_that_of_the_secret()
    {
        using var secret = new Secret(("endpoint", "nowhere.invalid"), ("disableSSL", "true"), ("region", "us-east-1"), ("accessKeyID", "S3RVER"), ("secretAccessKey", "S3RVER"));
        await RoundTrip(StoreProvider.Ocs, new() { ["OPENSHIFT_APPLICATION_CREDENTIALS"] = secret.Directory }, server.Address);
    }

    [Theory]
    [InlineData(StoreProvider.Oss, "ALICLOUD_APPLICATION_CREDENTIALS")]
    [InlineData(StoreProvider.Ocs, "OPENSHIFT_APPLICATION_CREDENTIALS")]
    [InlineData(StoreProvider.Ecs, "ECS_")]
    public async Task Credentials_that_are_missing_are_named(StoreProvider provider, string named)
    {
        var refused = await Assert.ThrowsAsync<StoreException>(() => RoundTrip(provider, []));

        Assert.Equal(StoreError.Denied, refused.Error);
        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
    }

    static async Task RoundTrip(StoreProvider provider, Dictionary<string, string> environment, Uri? endpoint = null)
    {
        await using var store = new StoreFactory(environment.GetValueOrDefault, TimeProvider.System)
            .Open(new() { Provider = provider, Container = S3Server.Bucket, Prefix = $"{provider}/{Guid.NewGuid():N}", Endpoint = endpoint });
        var content = new byte[11 << 20];
        new Random(1).NextBytes(content);

        await store.Write("v2/x", new OneWay(content), default);

        await using var read = await store.Read("v2/x", default);
        using var all = new MemoryStream();
        await read.CopyToAsync(all);
        Assert.True(content.AsSpan().SequenceEqual(all.ToArray()), "it comes back as it was");
        await store.Delete("v2/x", default);
    }
}
