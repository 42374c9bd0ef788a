using Amazon.S3;
using Amazon.S3.Model;
using Druid.Member.Stores;

namespace Druid.MemberTests.Stores;

/// <summary>An S3 server and who may use it.</summary>
public sealed class S3rver : S3Server
{
    public S3rver() : base(Servers.S3rver, "S3RVER", "S3RVER")
    {
    }
}

/// <summary>Swift's S3 interface.</summary>
public sealed class SwiftS3 : S3Server
{
    public SwiftS3() : base(Servers.SwiftS3, "test:tester", "testing")
    {
    }
}

/// <summary>A server with a bucket of its own for a class of tests.</summary>
public abstract class S3Server(Uri address, string accessKey, string secret) : IAsyncLifetime
{
    public const string Bucket = "druid-backups";

    public Uri Address => address;

    internal AmazonS3Client Client { get; } = new(accessKey, secret, new AmazonS3Config { ServiceURL = address.ToString(), ForcePathStyle = true, AuthenticationRegion = "us-east-1" });

    internal (string, string)[] Entries(bool wrong = false) =>
        [("region", "us-east-1\n"), ("accessKeyID", wrong ? "nobody" : accessKey), ("secretAccessKey", secret), ("s3ForcePathStyle", "true")];

    public async Task InitializeAsync()
    {
        try
        {
            await Client.PutBucketAsync(Bucket);
        }
        catch (AmazonS3Exception exists) when (exists.ErrorCode is "BucketAlreadyExists" or "BucketAlreadyOwnedByYou")
        {
            // Another class of tests was here before.
        }
    }

    public Task DisposeAsync()
    {
        Client.Dispose();
        return Task.CompletedTask;
    }
}

/// <summary>S3's protocol as s3rver speaks it.</summary>
public sealed class S3rverStoreTests(S3rver server) : S3StoreTests(server), IClassFixture<S3rver>
{
    // It answers a request for the second page with 500.
    private protected override int Many => 900;

    // It cannot list uploads.
    private protected override Task AssertNothingLeft() => Task.CompletedTask;
}

/// <summary>S3's protocol as OpenStack Swift speaks it.</summary>
[Trait("Matrix", "Full")]
public sealed class SwiftS3StoreTests(SwiftS3 server) : S3StoreTests(server), IClassFixture<SwiftS3>
{
    readonly SwiftS3 _server = server;

    [Fact]
    public async Task In_a_bucket_with_versions_the_oldest_counts_until_it_is_deleted()
    {
        var bucket = $"druid-versions-{Guid.NewGuid():n}";
        var s3 = _server.Client;
        await s3.PutBucketAsync(bucket);
        await s3.PutBucketVersioningAsync(new PutBucketVersioningRequest { BucketName = bucket, VersioningConfig = new() { Status = VersionStatus.Enabled } });
        await using var store = Open(Options(Prefix, Server, bucket), TimeProvider.System);
        await store.Write("v2/a", new MemoryStream([1]), default);
        await store.Write("v2/b", new MemoryStream([1, 2]), default);

        // An intruder writes over one and deletes the other.
        await s3.PutObjectAsync(new PutObjectRequest { BucketName = bucket, Key = $"{Prefix}/v2/a", ContentBody = "ransom", UseChunkEncoding = false });
        await s3.DeleteObjectAsync(bucket, $"{Prefix}/v2/b");

        Assert.Equal([("v2/a", 1), ("v2/b", 2)], (await List("", store)).Select(found => (found.Name, found.Size)));
        Assert.Equal([1], await Read("v2/a", store));
        Assert.Equal([1, 2], await Read("v2/b", store));

        await store.Write("v2/a", new MemoryStream([7, 8, 9]), default);
        Assert.Equal([7, 8, 9], await Read("v2/a", store));

        await store.Delete("v2/a", default);
        await store.Delete("v2/b", default);
        Assert.Empty(await List("", store));
        Assert.Empty((await s3.ListVersionsAsync(bucket, Prefix)).Versions ?? []);
    }
}

/// <summary>What every S3 server has to bear with.</summary>
public abstract class S3StoreTests(S3Server server) : RemoteStoreConformance
{
    private protected override StoreProvider Provider => StoreProvider.S3;

    private protected override string Container => S3Server.Bucket;

    private protected override Uri Server => server.Address;

    private protected override Secret Credentials { get; } = new(server.Entries());

    private protected override void Rotate(bool wrong) => Credentials.Replace(server.Entries(wrong));

    private protected override IObjectStore Open(StoreOptions options, TimeProvider time) =>
        new StoreFactory(name => name == "AWS_APPLICATION_CREDENTIALS" ? Credentials.Directory : null, time).Open(options);

    private protected override async Task AssertNothingLeft() =>
        Assert.DoesNotContain((await server.Client.ListMultipartUploadsAsync(new ListMultipartUploadsRequest { BucketName = Container })).MultipartUploads ?? [], upload => upload.Key.StartsWith(Prefix, StringComparison.Ordinal));
}
