using System.Diagnostics;
using Druid.MemberTests.Harness;
using Druid.MemberTests.Stores;

namespace Druid.MemberTests;

/// <summary>The agent as it ships, one trimmed file: nothing that the stores need was trimmed away.</summary>
[Trait("Matrix", "Full")]
public sealed class PublishedAgentTests(S3rver s3, AzuriteServer azurite) : IClassFixture<S3rver>, IClassFixture<AzuriteServer>
{
    static string Program => Environment.GetEnvironmentVariable("DRUID_MEMBER_PUBLISHED") is { } file && File.Exists(file) ? file
        : throw new InvalidOperationException("DRUID_MEMBER_PUBLISHED does not name the published agent: run the suite by hack/test --full member");

    [Fact]
    public async Task It_backs_up_to_s3_and_restores_from_it()
    {
        using var secret = new Secret(s3.Entries());
        await BackUpAndRestore(new() { ["AWS_APPLICATION_CREDENTIALS"] = secret.Directory }, $"--store-endpoint-override={s3.Address}", "--storage-provider=S3", $"--store-container={S3Server.Bucket}");
    }

    [Fact]
    public async Task It_backs_up_to_azure_and_restores_from_it()
    {
        using var secret = new Secret(("storageAccount", AzuriteServer.Account), ("storageKey", AzuriteServer.Key));
        await BackUpAndRestore(new() { ["AZURE_APPLICATION_CREDENTIALS"] = secret.Directory }, $"--store-endpoint-override={azurite.Address}", "--storage-provider=ABS", $"--store-container={AzuriteServer.Container}");
    }

    static async Task BackUpAndRestore(Dictionary<string, string> environment, params string[] store)
    {
        var root = Directory.CreateTempSubdirectory("druid-published-").FullName;
        try
        {
            store = [.. store, $"--store-prefix=published/{Guid.NewGuid():N}"];
            await using var etcd = await SoloEtcd.Start(Path.Combine(root, "etcd"));
            // More than one part.
            for (var i = 0; i < 20; i++) await etcd.Client.Put(new() { Key = Google.Protobuf.ByteString.CopyFromUtf8($"key-{i}"), Value = Google.Protobuf.ByteString.CopyFrom(Random(i, 1_000_000)) }, default);

            await Run(environment, ["snapshot", "take", $"--endpoints={etcd.Client.Endpoints[0]}", .. store]);
            Assert.Contains("1 of 1 snapshots are sound", await Run(environment, ["snapshot", "verify", .. store]), StringComparison.Ordinal);
            Assert.Contains("Full-", await Run(environment, ["inspect", $"--svg={root}/timeline.svg", .. store]), StringComparison.Ordinal);
            await Run(environment, ["restore", $"--data-dir={root}/restored", $"--restoration-temp-snapshots-dir={root}/work", .. store]);

            await using var restored = await SoloEtcd.Start(Path.Combine(root, "restored"));
            Assert.Equal(await Keyspace.Of(etcd.Client), await Keyspace.Of(restored.Client));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    static byte[] Random(int seed, int size)
    {
        var bytes = new byte[size];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    static async Task<string> Run(Dictionary<string, string> environment, string[] arguments)
    {
        var start = new ProcessStartInfo(Program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{string.Join(' ', arguments)}: {process.ExitCode}\n{await output}\n{await error}");
        return await output;
    }
}
