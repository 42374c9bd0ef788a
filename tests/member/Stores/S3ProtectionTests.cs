using System.Security.Cryptography;
using Druid.Member.Stores;
using Druid.Member.Tls;
using Druid.MemberTests.Harness;

namespace Druid.MemberTests.Stores;

/// <summary>Locks, keys of customers and authorities of one's own, against a stand-in that has them (<see cref="S3Stand"/>).</summary>
public class S3ProtectionTests
{
    static readonly (string, string)[] Entries = [("region", "eu-west-1"), ("accessKeyID", "id"), ("secretAccessKey", "secret")];

    [Fact]
    public async Task What_an_object_lock_holds_is_listed_so_and_neither_deleted_nor_replaced_until_it_ends()
    {
        await using var server = await new S3Stand { LockDays = 7 }.Start();
        using var secret = new Secret(Entries);
        await using var store = Open(server, secret);
        await store.Write("v2/x", new MemoryStream([1]), default);

        var listed = Assert.Single(await List(store));
        Assert.InRange(listed.ImmutableUntil!.Value, DateTimeOffset.UtcNow.AddDays(6.9), DateTimeOffset.UtcNow.AddDays(7.1));
        var held = await Assert.ThrowsAsync<StoreException>(() => store.Delete("v2/x", default));
        Assert.Equal(StoreError.Immutable, held.Error);
        Assert.Contains("object lock until", held.Message, StringComparison.Ordinal);
        Assert.Equal(StoreError.Immutable, (await Assert.ThrowsAsync<StoreException>(() => store.Write("v2/x", new MemoryStream([2]), default))).Error);
        Assert.Equal([1], await Read(store, "v2/x"));
    }

    [Fact]
    public async Task What_an_object_lock_has_let_go_can_be_deleted()
    {
        await using var server = await new S3Stand { LockDays = 7, Now = DateTimeOffset.UtcNow.AddDays(-8) }.Start();
        using var secret = new Secret(Entries);
        await using var store = Open(server, secret);
        await store.Write("v2/x", new MemoryStream([1]), default);
        server.Now = DateTimeOffset.UtcNow;

        await store.Delete("v2/x", default);

        Assert.Empty(await List(store));
    }

    [Fact]
    public async Task A_customers_key_goes_with_every_request_that_moves_content_and_with_no_other()
    {
        var key = RandomNumberGenerator.GetBytes(32);
        await using var server = await new S3Stand().Start();
        using var secret = new Secret([.. Entries, ("sseCustomerAlgorithm", "AES256"), ("sseCustomerKey", Convert.ToBase64String(key))]);
        await using var store = Open(server, secret);

        await store.Write("v2/x", new MemoryStream([1, 2]), default);

        Assert.Equal([1, 2], await Read(store, "v2/x"));
        Assert.Single(await List(store));
        foreach (var (method, target, headers) in server.Requests)
        {
            var moves = target.Split('?')[0].EndsWith("v2/x", StringComparison.Ordinal);
            Assert.True(moves == headers.ContainsKey("x-amz-server-side-encryption-customer-key"), $"{method} {target}");
            if (!moves) continue;
            Assert.Equal("AES256", headers["x-amz-server-side-encryption-customer-algorithm"]);
#pragma warning disable CA5351 // What the protocol asks for.
            Assert.Equal(Convert.ToBase64String(MD5.HashData(key)), headers["x-amz-server-side-encryption-customer-key-MD5"]);
#pragma warning restore CA5351
        }
        using var none = new Secret(Entries);
        await using var keyless = Open(server, none);
        await Assert.ThrowsAsync<StoreException>(() => Read(keyless, "v2/x"));
    }

    [Fact]
    public async Task A_server_is_trusted_by_the_authority_in_the_secret_and_by_no_other()
    {
        using var security = new Security();
        await using var server = await new S3Stand().Start(new PemKeyPair(security.Named("server.crt"), security.Named("server.key")));
        using var secret = new Secret([.. Entries, ("trustedCaCert", await File.ReadAllTextAsync(security.Authorities)), ("s3ForcePathStyle", "true")]);
        await using var store = Open(server, secret);

        await store.Write("v2/x", new MemoryStream([1]), default);
        Assert.Equal([1], await Read(store, "v2/x"));

        using var other = new Security();
        using var wrong = new Secret([.. Entries, ("trustedCaCert", await File.ReadAllTextAsync(other.Authorities))]);
        await using var distrusting = Open(server, wrong, new HurriedTime());
        await Assert.ThrowsAsync<StoreException>(() => distrusting.Write("v2/x", new MemoryStream([1]), default));

        using var blind = new Secret([.. Entries, ("insecureSkipVerify", "true")]);
        await using var trusting = Open(server, blind);
        Assert.Equal([1], await Read(trusting, "v2/x"));
    }

    static IObjectStore Open(S3Stand server, Secret secret, TimeProvider? time = null) =>
        new StoreFactory(name => name == "AWS_APPLICATION_CREDENTIALS" ? secret.Directory : null, time ?? TimeProvider.System)
            .Open(new() { Provider = StoreProvider.S3, Container = "bucket", Prefix = "p", Endpoint = server.Address });

    static async Task<List<StoredObject>> List(IObjectStore store)
    {
        var found = new List<StoredObject>();
        await foreach (var item in store.List("", default)) found.Add(item);
        return found;
    }

    static async Task<byte[]> Read(IObjectStore store, string name)
    {
        await using var content = await store.Read(name, default);
        using var all = new MemoryStream();
        await content.CopyToAsync(all);
        return all.ToArray();
    }
}
